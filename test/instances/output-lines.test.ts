import { expect } from 'chai';
import { outputLines } from '../../src/instances/output-lines.js';

function collect(): { lines: string[]; output: ReturnType<typeof outputLines> } {
  const lines: string[] = [];
  return { lines, output: outputLines((line) => lines.push(line)) };
}

describe('output of a process', () => {
  it('is cut into lines, wherever the chunks end', () => {
    const { lines, output } = collect();
    const bytes = Buffer.from('first\nsecond µ\n\nlast without end');
    for (const byte of bytes) output.write(Buffer.from([byte]));
    expect(lines).to.deep.equal(['first', 'second µ']);
    output.end();
    expect(lines).to.deep.equal(['first', 'second µ', 'last without end']);
  });

  it('has lines of bounded length', () => {
    const { lines, output } = collect();
    for (let index = 0; index < 10; index += 1) output.write(Buffer.alloc(3000, 'x'));
    output.end();
    expect(lines.map((line) => line.length)).to.deep.equal([4096]);
  });

  it('is limited per second, and what is left out is counted', () => {
    const { lines, output } = collect();
    for (let index = 0; index < 1000; index += 1) output.write(Buffer.from(`line ${index}\n`));
    output.end();
    const leftOut = lines.flatMap((line) => /^(\d+) lines of output were left out$/.exec(line)?.[1] ?? []);
    expect(leftOut).not.to.deep.equal([]);
    const told = leftOut.reduce((sum, count) => sum + Number(count), 0);
    expect(lines.length - leftOut.length + told).to.equal(1000);
  });
});
