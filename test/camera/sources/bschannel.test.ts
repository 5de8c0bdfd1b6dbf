import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { encodeDataHeader, Sender } from '../../../src/bsread/index.js';
import type { ChannelDefinition, ReceivedMessage } from '../../../src/bsread/types.js';
import { readCameraSettings } from '../../../src/camera/settings.js';
import { sourceDefinition } from '../../../src/camera/sources/index.js';
import type { JsonObject } from '../../../src/common/json.js';
import { arrayValue, type ChannelValue } from '../../../src/common/values.js';
import { freePortRange } from '../../support/ports.js';
import { until } from '../../support/until.js';
import {
  arrayOf,
  numberIn,
  type RunningCamera,
  receiveUntil,
  sendUntil,
  startCamera,
  subscribe,
} from '../support.js';

const image: ChannelDefinition = { name: 'DEV:FPICTURE', type: 'int32', shape: [4, 3] };
const other: ChannelDefinition = { name: 'OTHER', type: 'float64', shape: [1] };
const pixels = arrayValue(
  Int32Array.from({ length: 12 }, (_, index) => index - 6),
  [3, 4],
);
const time = { seconds: 1_700_000_000n, nanoseconds: 123_456_789n };

describe('camera/sources: bschannel and stddaq', () => {
  let sender: Sender;
  let camera: RunningCamera | null;

  beforeEach(async () => {
    camera = null;
    sender = new Sender({ address: 'tcp://127.0.0.1:0' });
    await sender.open();
  });

  afterEach(async () => {
    await camera?.stop();
    sender.close();
  });

  /** Sends the values again and again until the promise is settled. */
  function sendValuesUntil<T>(
    definitions: ChannelDefinition[],
    values: ChannelValue[],
    settled: Promise<T>,
  ): Promise<T> {
    const header = encodeDataHeader(definitions);
    return sendUntil(() => sender.send(header, values, 77n, time), settled);
  }

  /** A socket just closed keeps its port for a moment. */
  async function bindAgain(address: string): Promise<Sender> {
    const again = new Sender({ address });
    await until(() => again.open().then(() => true));
    return again;
  }

  async function start(config: JsonObject = {}): Promise<RunningCamera> {
    camera = await startCamera({ source: sender.address, source_type: 'bschannel', ...config });
    return camera;
  }

  it('passes image, pulse id and time of the channel through', async () => {
    const running = await start({ channel: 'DEV:FPICTURE', mirror_x: true });
    const receiver = await subscribe(running.address);
    const received = (await sendValuesUntil([other, image], [1.5, pixels], receiver.receive()))!;
    receiver.close();
    expect([received.pulseId, received.timestamp]).to.deep.equal([77n, time]);
    expect(received.channels[0]!.definition.name).to.equal('width');
    expect(arrayOf(received, 'image')).to.deep.include({ type: 'int32', shape: [3, 4] });
    expect(Array.from(arrayOf(received, 'image').data as Int32Array).slice(0, 4)).to.deep.equal([
      -3, -4, -5, -6,
    ]);
    expect(numberIn(received, 'timestamp')).to.be.closeTo(1_700_000_000.123_456, 1e-5);
  });

  it('takes the only channel when none is named, compressed or not', async () => {
    const running = await start();
    const receiver = await subscribe(running.address);
    const compressed: ChannelDefinition = { ...image, name: 'ANY', compression: 'bitshuffle_lz4' };
    const received = (await sendValuesUntil([compressed], [pixels], receiver.receive()))!;
    receiver.close();
    expect(arrayOf(received, 'image').data).to.deep.equal(pixels.data);
  });

  const failures: [string, JsonObject, ChannelDefinition[], ChannelValue[], string][] = [
    ['none is named and there are several', {}, [other, image], [1, pixels], 'Undefined channel'],
    ['it is missing', { channel: 'NONE' }, [image], [pixels], 'Channel not present in messsage'],
    ['it is no image', {}, [other], [1], 'Channel OTHER holds a single value, not an image'],
    ['it has no value', {}, [image], [null], 'Channel DEV:FPICTURE holds no value, not an image'],
  ];
  for (const [title, config, definitions, values, text] of failures) {
    it(`ends with exit code 1 and the reason when ${title}`, async () => {
      const running = await start(config);
      expect(await sendValuesUntil(definitions, values, running.ended)).to.equal(1);
      const reason = `Error while processing camera stream: Error processing bsread stream: ${text}`;
      expect(running.log.at(-1)).to.equal(reason);
    });
  }

  it('waits for a stream that is not there yet, and goes on when it was restarted', async () => {
    const { address } = sender;
    sender.close();
    const running = await start({ source: address });
    const receiver = await subscribe(running.address);
    for (const first of [5, 9]) {
      sender = await bindAgain(address);
      const values = arrayValue(new Int32Array(12).fill(first), [3, 4]);
      const fits = (candidate: ReceivedMessage): boolean => arrayOf(candidate, 'image').data[0] === first;
      await sendValuesUntil([image], [values], receiveUntil(receiver, fits));
      sender.close();
    }
    receiver.close();
  });

  it('ends when nothing comes within the time-out, and waits without one', async () => {
    const patient = await start();
    const impatient = await startCamera({ source: sender.address, source_type: 'bschannel', timeout: 50 });
    expect(await impatient.ended).to.equal(1);
    expect(impatient.log.at(-1)).to.contain('Error processing bsread stream: Received None message.');
    expect(await patient.stop()).to.equal(0);
  });

  it('follows size and type of each image', async () => {
    const running = await start();
    const receiver = await subscribe(running.address);
    const wide: ChannelDefinition = { ...image, type: 'float32', shape: [2, 6] };
    const values = arrayValue(new Float32Array(12).fill(0.5), [6, 2]);
    await sendValuesUntil(
      [image],
      [pixels],
      receiveUntil(receiver, ({ channels }) => channels.length === 6),
    );
    const fits = (candidate: ReceivedMessage): boolean => numberIn(candidate, 'width') === 2;
    const received = await sendValuesUntil([wide], [values], receiveUntil(receiver, fits));
    receiver.close();
    expect(arrayOf(received, 'image')).to.deep.equal(values);
    expect(arrayOf(received, 'y_axis').data).to.have.length(6);
  });

  it('knows no size before the first image', async () => {
    const settings = readCameraSettings({ source: sender.address, source_type: 'bschannel' });
    const request = { name: 'CAM', settings, timeout: 100_000 };
    const definition = sourceDefinition('bschannel');
    expect(await definition.readSize(request)).to.deep.equal({ width: 0, height: 0 });
    expect(await sendValuesUntil([image], [pixels], definition.readImage(request))).to.deep.equal(pixels);
  });

  describe('stddaq', () => {
    let redis: ChildProcess;
    let folder: string;
    let url: string;

    before(async () => {
      folder = mkdtempSync(join(tmpdir(), 'camserver-test-'));
      const { from: port } = await freePortRange(1);
      const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder];
      redis = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'inherit'] });
      for await (const line of createInterface(redis.stdout!)) if (line.includes('Ready to accept')) break;
      redis.stdout!.resume();
      url = `127.0.0.1:${port}`;
    });

    after(async () => {
      const ended = once(redis, 'exit');
      redis.kill();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    });

    const store = (key: string, value: string, database = '0'): void => {
      execFileSync('redis-cli', ['-p', url.split(':')[1]!, '-n', database, 'SET', key, value]);
    };

    it('finds the stream of the device in redis, and its channel by the name of the device', async () => {
      store('DEV', ` ${sender.address}\n`, '3');
      const running = await start({ source: 'DEV', source_type: 'stddaq', url, db: '3' });
      const receiver = await subscribe(running.address);
      const received = (await sendValuesUntil([other, image], [1, pixels], receiver.receive()))!;
      receiver.close();
      expect(received.pulseId).to.equal(77n);
      expect(arrayOf(received, 'image').data).to.deep.equal(pixels.data);
    });

    it('says what is missing: the device in redis, or redis itself', async () => {
      const failure = (config: JsonObject): Promise<string> =>
        startCamera({ source: 'NONE', source_type: 'stddaq', ...config }).then(
          () => 'no error',
          (error: Error) => error.message,
        );
      expect(await failure({ url })).to.equal(
        `Redis at ${url}, database 0, has no stream address of device NONE`,
      );
      expect(await failure({ url: '127.0.0.1:1' })).to.match(
        /^Redis at 127.0.0.1:1 cannot be asked for NONE: .*ECONNREFUSED/,
      );
      expect(await failure({ url: 'nowhere' })).to.equal(
        `Invalid value of 'url': "nowhere". It must be host:port of the redis server.`,
      );
    });
  });
});
