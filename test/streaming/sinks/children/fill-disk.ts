/**
 * Writes messages until the disk is full: `fill-disk.js FILE ROW-BYTES`. Prints the failure and how many messages were
 * complete.
 */
import { arrayValue, type ChannelValue } from '../../../../src/common/values.js';
import { Hdf5Recorder } from '../../../../src/streaming/sinks/hdf5/index.js';

const [path = '', rowBytes = ''] = process.argv.slice(2);
const failures: string[] = [];
const recorder = await Hdf5Recorder.create({
  path,
  layout: 'DEFAULT',
  localtime: true,
  change: false,
  compression: 'none',
  rows: null,
  failed: (error) => failures.push(error.message),
});
for (let row = 0; failures.length === 0 && row < 10_000_000; row += 1) {
  await recorder.room();
  if (failures.length > 0) break;
  const image = arrayValue(new Uint8Array(Number(rowBytes)).fill(row % 251));
  const values = new Map<string, ChannelValue>([
    ['image', image],
    ['number', BigInt(row)],
  ]);
  recorder.push(values, BigInt(row), { seconds: BigInt(row), nanoseconds: 0n });
}
await recorder.close().catch((error: Error) => failures.push(error.message));
console.log(JSON.stringify({ failures, rows: recorder.rows }));
