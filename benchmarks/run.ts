/**
 * `npm run bench [name …]`: runs every `*.bench.js` of this folder, or those whose file name contains one of the names, one
 * after the other, and prints one table.
 */
import { readdirSync } from 'node:fs';
import { arch, cpus, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { errorText } from '../src/common/errors.js';
import type { Benchmark } from './benchmark.js';

const folder = dirname(fileURLToPath(import.meta.url));
const names = process.argv.slice(2);
const files = readdirSync(folder)
  .filter((file) => file.endsWith('.bench.js'))
  .filter((file) => names.length === 0 || names.some((name) => file.includes(name)))
  .sort();
if (files.length === 0) {
  console.error(`No benchmark matches ${names.join(' ')}`);
  process.exit(1);
}

console.log(
  `${cpus()[0]?.model ?? arch()}, ${cpus().length} processors, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.version}\n`,
);
console.log('| Figure | Target | Measured | Compared with |\n|---|---|---|---|');
for (const file of files) {
  const benchmark = (await import(pathToFileURL(`${folder}/${file}`).href)) as Benchmark;
  console.error(`${benchmark.title} …`);
  try {
    for (const row of await benchmark.run()) {
      console.log(`| ${row.figure} | ${row.target} | ${row.measured} | ${row.comparedWith} |`);
    }
  } catch (error) {
    // the others are worth their time all the same
    console.log(`| ${benchmark.title} | | FAILED: ${errorText(error)} | |`);
    process.exitCode = 1;
  }
}
