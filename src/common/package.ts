import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json, from which data files (config, native, python) are found. */
export const packageRoot = findPackageRoot(dirname(fileURLToPath(import.meta.url)));

/** The version that the REST API and the command line report. */
export const packageVersion = (
  JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }
).version;

function findPackageRoot(start: string): string {
  for (let folder = start; folder !== dirname(folder); folder = dirname(folder)) {
    try {
      const content = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: string };
      if (content.name === 'camserver') return folder;
    } catch {
      // no package.json here: one folder up
    }
  }
  throw new Error(`No package.json of camserver above ${start}`);
}
