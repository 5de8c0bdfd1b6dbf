import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { JsonObject } from '../../../src/common/json.js';
import { arrayOf, numberIn, type RunningCamera, startCamera, subscribe } from '../support.js';

/** Two images of 3 x 4 pixels, stored in three ways by h5py and the bit shuffle plug-in of the system. */
const SCRIPT = `
import sys, h5py, numpy as np, bitshuffle.h5
images = np.stack([np.arange(12), np.arange(12) + 1000]).astype('u2').reshape(2, 3, 4)
with h5py.File(sys.argv[1], 'w') as f:
    f['plain'] = images
    f.create_dataset('group/packed', data=images, chunks=(1, 3, 4), compression=32008, compression_opts=(0, 2))
    broken = f.create_dataset('broken', data=images, chunks=(1, 3, 4), compression=32008, compression_opts=(0, 2))
    f['flat'] = images[0]
    f['none'] = images[:0]
    f['halves'] = images.astype('f2')
    second = broken.id.get_chunk_info(1).byte_offset
with open(sys.argv[1], 'r+b') as f:
    f.seek(second)
    f.write(b'\\xff' * 16)
`;

describe('camera/sources: hdf5', () => {
  let folder: string;
  let path: string;
  let camera: RunningCamera | null = null;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'camserver-test-'));
    path = join(folder, 'images.h5');
    execFileSync('/usr/bin/python3', ['-c', SCRIPT, path]);
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  afterEach(async () => {
    await camera?.stop();
    camera = null;
  });

  async function start(dataset: string, config: JsonObject = {}): Promise<RunningCamera> {
    camera = await startCamera({
      source: `${path}:${dataset}`,
      source_type: 'hdf5',
      frame_rate: 100,
      ...config,
    });
    return camera;
  }

  for (const dataset of ['plain', '/group/packed']) {
    it(`plays ${dataset} again and again, under the automatic header`, async () => {
      const { address } = await start(dataset, { image_compression: true });
      const receiver = await subscribe(address);
      const firsts: number[] = [];
      const pulses: bigint[] = [];
      for (let count = 0; count < 4; count += 1) {
        const message = (await receiver.receive())!;
        pulses.push(message.pulseId);
        firsts.push(Number(arrayOf(message, 'image').data[0]));
        expect(message.channels.map(({ definition }) => definition.name)[0]).to.equal('image');
        expect(message.channel('image')!.definition.compression).to.equal('bitshuffle_lz4');
        expect(arrayOf(message, 'image')).to.deep.include({ type: 'uint16', shape: [3, 4] });
        expect(numberIn(message, 'width')).to.equal(4);
      }
      receiver.close();
      const [first] = firsts as [number];
      expect(firsts).to.deep.equal([first, 1000 - first, first, 1000 - first]);
      expect(pulses[3]! - pulses[0]!).to.equal(3n);
    });
  }

  it('plays as fast as it can without a rate, and takes a rate at once', async () => {
    const running = await start('halves', { frame_rate: null });
    const receiver = await subscribe(running.address);
    expect(arrayOf((await receiver.receive())!, 'image').type).to.equal('float32');
    receiver.close();
    running.update({ source: `${path}:halves`, source_type: 'hdf5', frame_rate: 1, rotate: 1 });
    while (String((await running.request('geometry')).geometry) !== '3,4') {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(await running.stop()).to.equal(0);
  });

  it('ends with exit code 1 and the reason at an image that cannot be read', async () => {
    const running = await start('broken');
    expect(await running.ended).to.equal(1);
    expect(running.log.at(-1)).to.equal(
      `Error while processing camera stream: dataset 'broken' of '${path}': filter returned failure during read`,
    );
    expect(running.counters.sent).to.equal(1);
  });

  it('says what cannot be played', async () => {
    writeFileSync(join(folder, 'text.h5'), 'no file of this kind');
    const failure = (source: string): Promise<string> =>
      startCamera({ source, source_type: 'hdf5' }).then(
        () => 'no error',
        (error: Error) => error.message,
      );
    expect(await failure('file')).to.equal("The source of a hdf5 camera is <file>:<dataset>, not 'file'");
    expect(await failure(`${folder}/none.h5:plain`)).to.contain('No such file or directory');
    expect(await failure(`${folder}/text.h5:plain`)).to.contain('file signature not found');
    expect(await failure(`${path}:missing`)).to.equal(`dataset 'missing' of '${path}' does not exist`);
    expect(await failure(`${path}:flat`)).to.equal(
      "Dataset 'flat' has the shape (3, 4); expected (images, rows, columns) with at least one image",
    );
    expect(await failure(`${path}:none`)).to.contain("Dataset 'none' has the shape (0, 3, 4)");
  });
});
