import { join } from 'node:path';
import { expect } from 'chai';
import { readCameraSettings } from '../../../../src/camera/settings.js';
import { sourceDefinition } from '../../../../src/camera/sources/index.js';
import { timestampFromSeconds } from '../../../../src/common/values.js';
import { arrayOf, numberIn, receiveUntil, subscribe } from '../../support.js';
import { scriptCameras } from './script-cameras.js';

const COUNTING = `
import { CustomCamera } from 'camserver/camera';
import { step } from './helper';

interface Device { closed: boolean }

export class counting extends CustomCamera {
  private count = 0;
  private device: Device | null = null;
  async verifyOnline() { if (this.config.source === 'off') throw new Error('the device is off'); }
  async connect() { this.device = { closed: false }; this.log.info('connected to ' + this.config.source); }
  async disconnect() { this.device!.closed = true; this.log.info('disconnected'); }
  async rawGeometry() { return [3, 2] as const; }
  async read() {
    await new Promise((resolve) => setTimeout(resolve, 5));
    this.count += step;
    return { data: new Uint16Array(6).fill(this.count), shape: [2, 3] };
  }
  timestamp() { return 1700000000.5; }
  pulseId() { return 1000 + this.count; }
  channels(defaults) {
    defaults.delete('timestamp');
    return defaults.set('count', this.count).set('note', 'gain ' + this.config.gain).set('profile', [1, 2, 3]);
  }
}
`;

describe('camera/sources/script', () => {
  const cameras = scriptCameras();

  it('plays the example', async () => {
    const { address } = await cameras.start({ class: 'custom_source' });
    const receiver = await subscribe(address);
    const message = (await receiver.receive())!;
    receiver.close();
    const { type, shape, data } = arrayOf(message, 'image');
    expect([type, shape]).to.deep.equal(['uint16', [40, 80]]);
    expect(Math.min(...(data as Uint16Array))).to.be.at.least(1);
    expect(Math.max(...(data as Uint16Array))).to.be.at.most(100);
  });

  it('runs a stored class in TypeScript with an import: pixels, times, pulse ids, channels, configuration', async () => {
    cameras.write('counting.ts', COUNTING);
    cameras.write('helper.ts', 'export const step: number = 2;');
    const running = await cameras.start({ class: 'counting', gain: 7, mirror_x: true });
    expect((await running.request('geometry')).geometry).to.deep.equal([3, 2]);
    const receiver = await subscribe(running.address);
    const message = (await receiver.receive())!;
    expect(message.channels.map(({ definition }) => definition.name)).to.deep.equal([
      'width',
      'height',
      'image',
      'x_axis',
      'y_axis',
      'count',
      'note',
      'profile',
    ]);
    const count = numberIn(message, 'count');
    expect(message.pulseId).to.equal(BigInt(1000 + count));
    expect(message.timestamp).to.deep.equal(timestampFromSeconds(1_700_000_000.5));
    expect(arrayOf(message, 'image').data).to.deep.equal(new Uint16Array(6).fill(count));
    expect(message.channel('note')!.decode()).to.equal('gain 7');
    running.update({ source: 'here', source_type: 'script', class: 'counting', gain: 8 });
    const updated = await receiveUntil(
      receiver,
      (candidate) => candidate.channel('note')!.decode() === 'gain 8',
    );
    expect(Array.from(arrayOf(updated, 'profile').data as Float64Array)).to.deep.equal([1, 2, 3]);
    receiver.close();
    expect(await running.stop()).to.equal(0);
    expect(running.log).to.include.members(['connected to here', 'disconnected']);
    expect(await cameras.failure({ class: './counting.ts', source: 'off' })).to.equal('the device is off');
  });

  it('takes a path, a default export, an ndarray view', async () => {
    const path = join(cameras.folder, 'anything.mjs');
    cameras.write(
      'anything.mjs',
      `import { CustomCamera } from 'camserver/camera';
       export default class extends CustomCamera {
         async read() {
           await new Promise((resolve) => setTimeout(resolve, 5));
           return { data: Uint8Array.of(0, 1, 2, 3, 4, 5), shape: [2, 2], stride: [-3, 1], offset: 4 };
         }
       }`,
    );
    const { address } = await cameras.start({ class: path });
    const receiver = await subscribe(address);
    const message = (await receiver.receive())!;
    receiver.close();
    expect(Array.from(arrayOf(message, 'image').data as Uint8Array)).to.deep.equal([4, 5, 1, 2]);
  });

  it('says in the log why a class cannot be used', async () => {
    const files: Record<string, string> = {
      'broken.js': 'export class broken {',
      'empty.js': 'export const nothing = 1;',
      'bare.js': 'export class bare { async read() {} }',
      'throwing.js': 'throw new Error("thrown at load");',
      'library.c': 'int nothing;',
    };
    for (const [name, text] of Object.entries(files)) cameras.write(name, text);
    for (const name of ['missing', 'broken', 'empty', 'bare', 'throwing', 'library', '']) {
      expect(await cameras.failure({ class: name })).to.equal('Invalid custom source');
    }
  });

  it('ends with exit code 1 when the class throws or gives no image', async () => {
    const bodies: [string, string, string][] = [
      ['throws', 'throw new Error("no light");', 'throws.js line 2: no light'],
      [
        'wrong',
        'return { data: [1, 2], shape: [1, 2] };',
        'read() must give {data: a typed array, shape: [rows, columns]}',
      ],
      [
        'short',
        'return { data: new Uint8Array(3), shape: [2, 2] };',
        'read() gave 3 elements for the shape [2, 2]',
      ],
    ];
    for (const [name, body, text] of bodies) {
      cameras.write(
        `${name}.js`,
        `import { CustomCamera } from 'camserver/camera';
         export class ${name} extends CustomCamera { async read() { ${body} } }`,
      );
      const running = await cameras.start({ class: name });
      expect(await running.ended).to.equal(1);
      expect(running.log.at(-1)).to.equal(`Error while processing camera stream: ${text}`);
    }
  });

  it('can be stopped while the class waits for ever, or never has an image', async () => {
    for (const [name, body] of [
      ['waiting', 'return new Promise(() => {});'],
      ['idle', 'return null;'],
    ]) {
      cameras.write(
        `${name}.js`,
        `import { CustomCamera } from 'camserver/camera';
         export class ${name} extends CustomCamera { async read() { ${body} } }`,
      );
      const running = await cameras.start({ class: name! });
      expect(await running.stop()).to.equal(0);
    }
  });

  it('does not run in the server, not even for an image', async () => {
    const settings = readCameraSettings({ source: '', source_type: 'script', class: 'custom_source' });
    const request = { name: 'CAM', settings, timeout: 100 };
    const error = await sourceDefinition('script')
      .readImage(request)
      .catch((thrown: Error) => thrown);
    expect((error as Error).message).to.contain('start the camera to see its images');
    expect(await sourceDefinition('script').readSize(request)).to.equal(null);
  });
});
