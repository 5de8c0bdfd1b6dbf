/** Cuts what a process prints into log lines, within limits: a program that floods its output must not slow down the server. */
import { StringDecoder } from 'node:string_decoder';

const LONGEST_LINE = 4096;
const LINES_PER_SECOND = 200;

/**
 * A consumer of output chunks that calls `onLine` for each line, at most 200 times per second; how many were left out is said
 * in a line of its own. Longer lines than 4,096 characters are cut.
 */
export function outputLines(onLine: (line: string) => void): { write(chunk: Buffer): void; end(): void } {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let windowStart = 0;
  let linesInWindow = 0;
  let leftOut = 0;

  function tellLeftOut(): void {
    if (leftOut > 0) onLine(`${leftOut} lines of output were left out`);
    leftOut = 0;
  }

  function take(line: string): void {
    if (line === '') return;
    const now = performance.now();
    if (now - windowStart >= 1000) {
      tellLeftOut();
      windowStart = now;
      linesInWindow = 0;
    }
    linesInWindow += 1;
    if (linesInWindow <= LINES_PER_SECOND) onLine(line.slice(0, LONGEST_LINE));
    else leftOut += 1;
  }

  return {
    write(chunk) {
      const lines = (rest + decoder.write(chunk)).split('\n');
      rest = lines.pop()!.slice(0, LONGEST_LINE);
      for (const line of lines) take(line);
    },
    end() {
      take(rest + decoder.end());
      rest = '';
      tellLeftOut();
    },
  };
}
