import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { SOURCE_TYPES } from '../../src/camera/configuration.js';
import { CAMERA_PORTS } from '../../src/camera/server.js';
import { CAMERA_DEFAULTS } from '../../src/camera/settings.js';
import { type JsonObject, parseJson } from '../../src/common/json.js';
import { packageRoot } from '../../src/common/package.js';
import { Hdf5File } from '../../src/hdf5/index.js';
import { PIPELINE_PORTS } from '../../src/worker/defaults.js';
import { searchAt } from '../support/channel-access.js';
import { freePortRange } from '../support/ports.js';
import { type CameraSetup, openCameraSetup } from './camera-setups.js';
import { arrayOf, numberIn, subscribe } from './support.js';

const page = readFileSync(join(packageRoot, 'docs', 'cameras.md'), 'utf8');

/** The blocks of one language in the section of a source type. */
function blocks(type: string, language: string): string[] {
  const section = page.split(`\n### \`${type}\`\n`)[1]?.split(/\n###? /)[0] ?? '';
  return [...section.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map((match) => match[1]!);
}

/** The configuration that the page prints for a source type. */
function documented(type: string): JsonObject {
  const [block] = blocks(type, 'json');
  if (block === undefined) throw new Error(`docs/cameras.md shows no configuration of ${type}`);
  return parseJson(block) as JsonObject;
}

async function freeDatagramPort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(resolve));
  return port;
}

describe('camera, each source type as documented, from device to client', () => {
  let restoreEnvironment: () => void;
  let setup: CameraSetup;
  let folder: string;
  let call: CameraSetup['call'];
  let searchPort: number;
  let peers: ChildProcess[] = [];

  before(async () => {
    // instances get the environment that the server was started with
    searchPort = await freeDatagramPort();
    restoreEnvironment = searchAt(searchPort);
    // values of Channel Access may be late on a machine that does other things too
    setup = await openCameraSetup({ defaults: { ...CAMERA_DEFAULTS, channelAccessTimeout: 100_000 } });
    ({ folder, call } = setup);
  });

  afterEach(async () => {
    const ends = peers.map((peer) => once(peer, 'exit'));
    for (const peer of peers) peer.kill();
    await Promise.all(ends);
    peers = [];
  });

  after(async () => {
    await setup.close();
    restoreEnvironment();
  });

  /** Starts a device in a process of its own. @returns the port of its stream, if it has one */
  async function simulate(type: string): Promise<string> {
    const size = ['--width', '32', '--height', '24', '--rate', '50'];
    const args = [
      'simulate',
      '--type',
      type,
      '--name',
      'MY-CAMERA',
      '--port',
      '0',
      '--ca_port',
      String(searchPort),
      ...size,
    ];
    const peer = spawn(process.execPath, [join(packageRoot, 'bin', 'camserver.js'), ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    peers.push(peer);
    let port = '';
    for await (const line of createInterface(peer.stdout!)) {
      port ||= /tcp:\/\/localhost:(\d+)/.exec(line)?.[1] ?? '';
      if (line.includes('"source_type"')) break;
    }
    peer.stdout!.resume();
    return port;
  }

  async function startRedis(device: string, address: string): Promise<string> {
    const { from } = await freePortRange(1);
    const port = String(from);
    const options = ['--port', port, '--bind', '127.0.0.1', '--save', '', '--dir', folder];
    const redis = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'inherit'] });
    peers.push(redis);
    for await (const line of createInterface(redis.stdout!)) if (line.includes('Ready to accept')) break;
    redis.stdout!.resume();
    execFileSync('redis-cli', ['-p', port, 'SET', device, address]);
    return port;
  }

  async function writeFile(path: string): Promise<void> {
    const file = await Hdf5File.create(path);
    const dataset = await file.createDataset('/images', { type: 'uint16', rowShape: [24, 32] });
    await file.write([{ dataset, first: 0, count: 2, bytes: new Uint8Array(2 * 24 * 32 * 2).fill(1) }]);
    await file.close();
  }

  /** The documented configuration, with the ports and paths of this run, and what it needs. */
  const preparations: Record<string, () => Promise<JsonObject>> = {
    simulation: async () => ({ source: '', source_type: 'simulation', size_x: 32, size_y: 24 }),
    epics: async () => {
      await simulate('epics');
      return documented('epics');
    },
    area_detector: async () => {
      await simulate('area_detector');
      return documented('area_detector');
    },
    bsread: async () => {
      await simulate('bsread');
      return documented('bsread');
    },
    bsread_simulation: async () => withPort(documented('bsread_simulation'), 'url', await simulate('bsread')),
    stream: async () => withPort(documented('stream'), 'source', await simulate('stream')),
    array10: async () => withPort(documented('array10'), 'source', await simulate('array10')),
    bschannel: async () => withPort(documented('bschannel'), 'source', await simulate('bschannel')),
    stddaq: async () => {
      const port = await simulate('bschannel');
      const redis = await startRedis('MY-CAMERA', `tcp://localhost:${port}`);
      return withPort(documented('stddaq'), 'url', redis);
    },
    hdf5: async () => {
      await writeFile(join(folder, 'recorded.h5'));
      const config = documented('hdf5');
      return { ...config, source: String(config.source).replace('/data', folder) };
    },
    script: () => prepareScript('js', 'my_camera.js'),
  };

  async function prepareScript(language: 'js' | 'python', file: string): Promise<JsonObject> {
    const url = `${setup.server.url}/api/v1/cam/script/${file}/script_bytes`;
    await fetch(url, { method: 'PUT', body: blocks('script', language)[0]! });
    return documented('script');
  }

  const withPort = (config: JsonObject, key: string, port: string): JsonObject => {
    return { ...config, [key]: String(config[key]).replace(/:\d+$/, `:${port}`) };
  };

  it('covers every type', () => {
    expect(Object.keys(preparations).sort()).to.deep.equal([...SOURCE_TYPES].sort());
  });

  it('shows addresses of simulated devices, away from the streams of servers', () => {
    const help = execFileSync(process.execPath, [
      join(packageRoot, 'bin', 'camserver.js'),
      'simulate',
      '--help',
    ]);
    const port = /--port <port>.*\(default: (\d+)\)/.exec(help.toString())?.[1];
    const documentedPorts = [...page.matchAll(/"tcp:\/\/localhost:(\d+)"/g)].map((match) => match[1]);
    expect(new Set(documentedPorts)).to.deep.equal(new Set([port]));
    expect(Number(port)).to.not.be.within(CAMERA_PORTS.from, PIPELINE_PORTS.to);
  });

  const variants: [title: string, type: string, prepare: () => Promise<JsonObject>][] = [
    ...Object.entries(preparations).map(([type, prepare]): (typeof variants)[0] => [type, type, prepare]),
    ['script in Python', 'script', () => prepareScript('python', 'my_camera.py')],
  ];

  for (const [title, type, prepare] of variants) {
    it(`${title}: stream, online check, geometry and image`, async () => {
      const config = { ...(await prepare()), alias: `alias of ${type}`, group: ['types', type] };
      await call('DELETE', '/MY-CAMERA/del');
      const saved = await call('POST', '/MY-CAMERA/config', config);
      expect(saved.state, String(saved.status)).to.equal('ok');
      expect(await call('GET', `/alias%20of%20${type}/is_online`)).to.deep.include({
        state: 'ok',
        online: true,
      });
      const stopped = (await call('GET', '/MY-CAMERA/geometry')).geometry;
      const started = await call('GET', `/alias%20of%20${type}`);
      expect(started.state, String(started.status)).to.equal('ok');
      const receiver = await subscribe(started.stream as string);
      const first = await receiver.receive();
      const second = await receiver.receive();
      receiver.close();
      expect(first, 'no message').to.not.equal(null);
      const names = second!.channels.map(({ definition }) => definition.name);
      expect(names).to.include.members(['image', 'width', 'height', 'timestamp', 'x_axis', 'y_axis']);
      expect(Number(second!.pulseId)).to.be.greaterThan(Number(first!.pulseId));
      const { shape } = arrayOf(second!, 'image');
      const [width, height] = type === 'script' ? [640, 480] : [32, 24];
      expect(shape).to.deep.equal([height, width]);
      expect([numberIn(second!, 'width'), numberIn(second!, 'height')]).to.deep.equal([width, height]);
      expect((await call('GET', '/MY-CAMERA/geometry')).geometry).to.deep.equal([width, height]);
      const isKnown = ['simulation', 'epics', 'area_detector', 'bsread', 'bsread_simulation'].includes(type);
      const isZero = ['bschannel', 'stddaq'].includes(type);
      expect(stopped).to.deep.equal(isKnown ? [width, height] : isZero ? [0, 0] : [null, null]);
      const image = (await call('GET', '/MY-CAMERA/image_bytes')).image as JsonObject;
      expect(image.shape).to.deep.equal([height, width]);
      expect((await call('GET', '/groups')).groups).to.deep.equal({
        types: ['MY-CAMERA'],
        [type]: ['MY-CAMERA'],
      });
      await call('DELETE', '/MY-CAMERA');
      const after = await call('GET', '/MY-CAMERA/image_bytes');
      if (type === 'script') expect(after.status).to.contain('start the camera to see its images');
      else
        expect((after.image as JsonObject | undefined)?.shape, String(after.status)).to.deep.equal([
          height,
          width,
        ]);
    });
  }
});
