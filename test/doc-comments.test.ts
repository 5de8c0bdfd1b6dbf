import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { packageRoot } from '../src/common/package.js';

/** Rooms whose functions users call as well. */
const LIBRARIES = ['bsread', 'processing'];

const DECLARATION = /^export (?:async )?(?:function|class|const) (\w+)/;
const METHOD = /^ {2}(?:async |get |static )*(?!private|constructor)(\w+)\(/;

/** Exported functions, classes and constants, and public methods of exported classes, that no comment precedes. */
function undocumented(file: string): string[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  let isInClass = false;
  return lines.flatMap((line, index) => {
    const declared = DECLARATION.exec(line);
    if (declared !== null) isInClass = line.includes(' class ');
    else if (line.startsWith('}')) isInClass = false;
    const [, name] = declared ?? (isInClass ? METHOD.exec(line) : null) ?? [];
    const isDocumented = name === undefined || lines[index - 1].trimEnd().endsWith('*/');
    return isDocumented ? [] : [`${file}:${index + 1}: ${name}`];
  });
}

describe('public functions', () => {
  for (const library of LIBRARIES) {
    it(`of ${library} carry doc comments`, () => {
      const folder = join(packageRoot, 'src', library);
      const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
        file.endsWith('.ts'),
      );
      expect(files.length).to.be.greaterThan(10);
      expect(files.flatMap((file) => undocumented(join(folder, file)))).to.deep.equal([]);
    });
  }
});
