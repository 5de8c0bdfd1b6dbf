/** Cameras in Python, in their own process. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { arrayOf, numberIn, receiveUntil, subscribe } from '../../support.js';
import { scriptCameras } from './script-cameras.js';

const COUNTING = `
import time
import numpy
from cam_server.camera.source.camera import Camera
from helper import STEP

class counting(Camera):
    def __init__(self, camera_config):
        super().__init__(camera_config)
        self.count = 0

    def verify_camera_online(self):
        if self.camera_config.get_source() == "off":
            raise RuntimeError("the device is off")

    def connect(self):
        print("connected to", self.camera_config.get_source())
        self.width_raw, self.height_raw = 3, 2

    def disconnect(self):
        with open(self.camera_config["note_file"], "w") as file:
            file.write("disconnected")

    def read(self):
        time.sleep(0.005)
        self.count += STEP
        return numpy.arange(6, dtype=numpy.uint16).reshape(2, 3) + self.count

    def get_timestamp(self):
        return 1700000000, 500000000 + self.count

    def get_pulse_id(self):
        return 1000 + self.count

    def get_send_channels(self, default_channels):
        del default_channels["timestamp"]
        default_channels["count"] = self.count
        default_channels["note"] = "gain " + str(self.camera_config.get_configuration()["gain"])
        default_channels["total"] = float(default_channels["image"].sum())
        return default_channels
`;

import { until } from '../../../support/until.js';

describe('camera/sources/script in Python', () => {
  const cameras = scriptCameras();

  /** A camera whose `read` has that body. */
  function writeCamera(name: string, body: string): void {
    cameras.write(`${name}.py`, `import time\nclass ${name}:\n    def read(self):\n        ${body}\n`);
  }

  it('gives pixels, times, pulse ids and channels, follows the configuration, and is disconnected', async () => {
    cameras.write('counting.py', COUNTING);
    cameras.write('helper.py', 'STEP = 2');
    const noteFile = join(cameras.folder, 'note');
    const config = { class: 'counting', gain: 7, mirror_x: true, note_file: noteFile };
    const running = await cameras.start(config);
    expect((await running.request('geometry')).geometry).to.deep.equal([3, 2]);
    const receiver = await subscribe(running.address);
    const message = (await receiver.receive())!;
    expect(message.channels.map(({ definition }) => definition.name)).to.deep.equal([
      ...['width', 'height', 'image', 'x_axis', 'y_axis', 'count', 'note', 'total'],
    ]);
    const count = numberIn(message, 'count');
    expect(message.pulseId).to.equal(BigInt(1000 + count));
    expect(message.timestamp).to.deep.equal({
      seconds: 1_700_000_000n,
      nanoseconds: BigInt(500_000_000 + count),
    });
    const { type, shape, data } = arrayOf(message, 'image');
    expect([type, shape]).to.deep.equal(['uint16', [2, 3]]);
    const mirrored = [2, 1, 0, 5, 4, 3].map((pixel) => pixel + count);
    expect(Array.from(data as Uint16Array)).to.deep.equal(mirrored);
    expect(numberIn(message, 'total')).to.equal(15 + 6 * count);
    expect(message.channel('note')!.decode()).to.equal('gain 7');
    running.update({ source: 'here', source_type: 'script', ...config, gain: 8 });
    await receiveUntil(receiver, (candidate) => candidate.channel('note')!.decode() === 'gain 8');
    receiver.close();
    expect(await running.stop()).to.equal(0);
    expect(running.log.some((line) => line.endsWith('connected to here'))).to.equal(true);
    await until(() => readFileSync(noteFile, 'utf8') === 'disconnected');
  });

  it('passes the text of a camera that is not online', async () => {
    cameras.write('counting.py', COUNTING);
    cameras.write('helper.py', 'STEP = 2');
    const text = await cameras.failure({
      class: './counting.py',
      source: 'off',
      note_file: join(cameras.folder, 'note'),
    });
    expect(text).to.equal('counting.py line 14: RuntimeError: the device is off');
  });

  it('says in the log why a class cannot be used', async () => {
    cameras.write('empty.py', 'nothing = 1');
    cameras.write('broken.py', 'class broken(');
    cameras.write('looping.py', 'class looping:\n    def process(self, *_): pass');
    for (const name of ['empty', 'broken', 'looping']) {
      expect(await cameras.failure({ class: name })).to.equal('Invalid custom source');
    }
  });

  it('ends with exit code 1 and the line when the class throws, gives no image, or its process dies', async () => {
    const bodies: [string, string, string][] = [
      ['throws', 'raise ValueError("no light")', 'throws.py line 4: ValueError: no light'],
      [
        'flat',
        'return [1, 2]',
        'flat.py: Unsendable: an image has rows and columns; read gave an array of the shape [2]',
      ],
      ['dies', 'import os; os._exit(3)', "the process of 'dies' ended: it ended with code 3"],
    ];
    for (const [name, body, text] of bodies) {
      writeCamera(name, body);
      const running = await cameras.start({ class: name });
      expect(await running.ended).to.equal(1);
      expect(running.log).to.include(`Error while processing camera stream: ${text}`);
    }
  });

  it('can be stopped while the class waits for ever, computes for ever, or never has an image', async () => {
    for (const [name, body] of [
      ['waiting', 'time.sleep(1000)'],
      ['computing', 'while True: pass'],
      ['idle', 'return None'],
    ] as const) {
      writeCamera(name, body);
      const running = await cameras.start({ class: name });
      expect(await running.stop()).to.equal(0);
    }
  });
});
