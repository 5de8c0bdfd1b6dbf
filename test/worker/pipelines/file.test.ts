import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import type { JsonObject } from '../../../src/common/json.js';
import { arrayValue } from '../../../src/common/values.js';
import { readWithH5py } from '../../support/h5py.js';
import { balance, logsOfFailedStart, type Rig, range, withRig } from './rig.js';

/** The pulse ids that a reader would find now, while the file is written. */
function rowsOnDisk(file: string): number[] {
  const copy = `${file}.copy`;
  copyFileSync(file, copy);
  try {
    return readWithH5py(copy)['/header1/pulse_id']?.values ?? [];
  } catch {
    // caught in the middle of a change
    return [];
  }
}

describe('pipelines that write a file', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'camserver-test-'));
    file = join(folder, 'out.h5');
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const record = (config: JsonObject, use: (rig: Rig) => Promise<void>): Promise<void> =>
    withRig({ mode: 'FILE', file, ...config }, use, { client: false });

  it('write all channels of the default function, lists included, and end after the last record', async () => {
    await record({ records: 3, image_good_region: {}, no_client_timeout: 0.2 }, async (rig) => {
      await rig.camera.sendImages(range(1, 5));
      expect(await rig.exitCode()).to.equal(0);
      expect(balance(rig)).to.deep.include({ sent: 3, lost: 0 });
    });
    const content = readWithH5py(file);
    expect(content['/header1/pulse_id']!.values).to.deep.equal([1, 2, 3]);
    expect(content['/data1/image/value']).to.deep.include({ shape: [3, 20, 24], dtype: 'uint16' });
    expect(content['/data1/good_region/value']).to.deep.include({ shape: [3, 4], dtype: 'int64' });
    expect(content['/data1/intensity/value']!.values).to.deep.equal([27720, 27720, 27720]);
    expect(content['/data1/x_fit_mean/value']).to.deep.include({ shape: [3], dtype: 'float64' });
    const parameters = JSON.parse(content['/data1/processing_parameters/value']!.values[0]);
    expect(parameters).to.include({ mode: 'FILE', layout: 'DEFAULT', localtime: true, change: false });
  });

  it('close it properly when their process gets SIGTERM', async () => {
    await record({ pipeline_type: 'stream', function: 'propagate_stream', layout: 'bsh5' }, async (rig) => {
      for (const pulseId of range(1, 30)) await rig.camera.send(pulseId, { value: pulseId });
      while (rig.instance.lastSample?.sent !== 30) await delay(5);
      process.kill(rig.instance.pid!, 'SIGTERM');
      expect(await rig.exitCode()).to.equal(0);
    });
    const content = readWithH5py(file);
    expect(content['/value/data']!.values).to.deep.equal(range(1, 30));
    expect(content['/pulse_id']!.values).to.deep.equal(range(1, 30));
  });

  it('leave what came a second ago readable when their process is killed', async () => {
    await record({ pipeline_type: 'stream', function: 'propagate_stream' }, async (rig) => {
      for (const pulseId of range(1, 30)) await rig.camera.send(pulseId, { value: pulseId });
      while (rig.instance.lastSample?.sent !== 30) await delay(5);
      let rows: number[] = [];
      while (rows.length < 30) rows = rowsOnDisk(file);
      process.kill(rig.instance.pid!, 'SIGKILL');
      expect(await rig.exitCode()).to.equal(-9);
    });
    expect(readWithH5py(file)['/data1/value/value']!.values).to.deep.equal(range(1, 30));
  });

  it('end with code 2 when the format changes, and begin new datasets with change', async () => {
    const stream = { pipeline_type: 'fanout', localtime: false, layout: 'FLAT' };
    const send = async (rig: Rig): Promise<void> => {
      await rig.camera.send(1, { p: arrayValue(Uint8Array.of(1, 2)) });
      await rig.camera.send(2, { p: arrayValue(Uint8Array.of(1, 2, 3)) });
    };
    await record(stream, async (rig) => {
      await send(rig);
      expect(await rig.exitCode()).to.equal(2);
      expect(rig.logs()).to.include('Exception in the sender: Data format changed.');
    });
    expect(readWithH5py(file)['/data1/p']!.values).to.deep.equal([[1, 2]]);
    await record({ ...stream, change: true, records: 2 }, async (rig) => {
      await send(rig);
      expect(await rig.exitCode()).to.equal(0);
    });
    expect(readWithH5py(file)['/data2/p']!.values).to.deep.equal([[1, 2, 3]]);
  });

  it('end with code 2 when something cannot be written, and say how much is in the file', async () => {
    await record({ pipeline_type: 'fanout' }, async (rig) => {
      await rig.camera.send(1, { a: 1 });
      await rig.camera.send(2, { a: 'one' });
      expect(await rig.exitCode()).to.equal(2);
      expect(rig.logs()).to.include(
        `Exception in the sender: Channel 'a' was float64 when the file was begun, and is a text now. 1 complete messages are in '${file}'.`,
      );
    });
    expect(readWithH5py(file)['/data1/a/value']!.values).to.deep.equal([1]);
  });

  it('lose nothing that a function makes, however fast it is', async () => {
    await record({ pipeline_type: 'custom', function: 'custom_pipeline', records: 3000 }, async (rig) => {
      expect(await rig.exitCode()).to.equal(0);
      expect(balance(rig)).to.deep.include({ received: 3000, sent: 3000, dropped: {} });
    });
    const content = readWithH5py(file);
    expect(content['/header1/pulse_id']!.values).to.deep.equal(range(0, 3000));
    expect(content['/data1/image/value']!.shape).to.deep.equal([3000, 10, 20]);
  });

  it('do not start when it cannot be created', async () => {
    const config = { pipeline_type: 'custom', function: 'custom_pipeline', mode: 'FILE' };
    expect(await logsOfFailedStart({ ...config, file: join(folder, 'none/out.h5') })).to.match(
      /HDF5 file '.*none\/out\.h5': /,
    );
  });
});
