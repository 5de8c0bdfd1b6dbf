import { expect } from 'chai';
import { type ReceivedMessage, Receiver } from '../../../src/bsread/index.js';
import { CamClient } from '../../../src/client/index.js';
import type { JsonObject } from '../../../src/common/json.js';
import type { ArrayValue } from '../../../src/common/values.js';
import { freePortRange } from '../../support/ports.js';
import { startTestCameras, startTestServer, type TestCameras, type TestServer } from '../support.js';
import { namesOf, numberOf, pulseIdsOf } from './rig.js';

const CAMERA: JsonObject = {
  source: '',
  source_type: 'simulation',
  size_x: 64,
  size_y: 48,
  frame_rate: 50,
  no_client_timeout: 0,
};

describe('pipelines on a real camera server', () => {
  let cameras: TestCameras;
  let server: TestServer;
  let receiver: Receiver | null = null;

  before(async () => {
    cameras = await startTestCameras({ CAM: CAMERA });
    server = await startTestServer({ cameraServer: cameras.url });
  });

  afterEach(() => {
    receiver?.close();
    receiver = null;
  });

  after(async () => {
    await server.close();
    await cameras.close();
  });

  async function start(config: JsonObject): Promise<{ id: string; next(): Promise<ReceivedMessage> }> {
    const answer = await server.call('POST', '', { camera_name: 'CAM', ...config });
    expect(answer.state, answer.status).to.equal('ok');
    const mode = 'pipeline_type' in config ? 'PULL' : 'SUB';
    receiver = new Receiver({ address: answer.stream, mode, receiveTimeout: 100_000 });
    await receiver.open();
    const next = async (): Promise<ReceivedMessage> => {
      const message = await receiver!.receive();
      if (message === null) throw new Error('The pipeline sends nothing');
      return message;
    };
    return { id: answer.instance_id, next };
  }

  it('publish values that belong to the image they come with', async () => {
    const { next } = await start({ image_threshold: 5000 });
    const message = await next();
    const { data, shape } = message.channel('image')!.decode() as ArrayValue<Uint16Array>;
    expect(shape).to.deep.equal([48, 64]);
    const columns = new BigInt64Array(64);
    for (const [index, pixel] of data.entries()) columns[index % 64]! += BigInt(pixel);
    expect((message.channel('x_profile')!.decode() as ArrayValue).data).to.deep.equal(columns);
    expect(numberOf(message, 'intensity')).to.equal(data.reduce((sum, pixel) => sum + pixel, 0));
    expect(numberOf(message, 'max_value')).to.equal(Math.max(...data));
    expect(data.some((pixel) => pixel > 0 && pixel < 5000)).to.equal(false);
    expect((message.channel('x_axis')!.decode() as ArrayValue).data.length).to.equal(64);
  });

  it('go on when the camera comes back at another address', async () => {
    const { id, next } = await start({ camera_timeout: 0.3 });
    await next();
    const client = new CamClient(cameras.url);
    const { from: port } = await freePortRange(1);
    await client.saveConfig('CAM', { ...CAMERA, port });
    await client.stopInstance('CAM');
    const text = new RegExp(`The camera stream moved from .* to tcp://127.0.0.1:${port}\\.`);
    let logs = '';
    while (!text.test(logs)) {
      logs = (await server.client.instanceLogs(id)).map(([, , , line]) => line).join('\n');
    }
    const before = (await next()).pulseId;
    while ((await next()).pulseId === before);
  });

  it('of type store forward every n-th image under the name of the data buffer', async () => {
    const { next } = await start({ pipeline_type: 'store', modulo: 3, mode: 'PUB', queue_size: 1 });
    const messages = [await next(), await next(), await next()];
    for (const message of messages) {
      expect(namesOf(message)).to.deep.equal(['CAM:FPICTURE']);
      expect(message.channels[0]!.definition).to.include({ type: 'uint16', compression: 'none' });
      expect((message.channels[0]!.decode() as ArrayValue).shape).to.deep.equal([48, 64]);
    }
    const [first] = pulseIdsOf(messages);
    expect(pulseIdsOf(messages)).to.deep.equal([first!, first! + 3, first! + 6]);
  });

  it('of type store end with code 0 after the last record', async () => {
    const { id, next } = await start({ pipeline_type: 'store', records: 2 });
    await next();
    await next();
    let code: number | null = null;
    while (code === null) code = (await server.call('GET', `/instance/${id}/exitcode`)).exitcode;
    expect(code).to.equal(0);
  });

  it('of type fanout hand the messages of the camera on', async () => {
    const { next } = await start({ pipeline_type: 'fanout' });
    const message = await next();
    expect(namesOf(message)).to.have.members(['image', 'timestamp', 'width', 'height', 'x_axis', 'y_axis']);
    expect((message.channel('image')!.decode() as ArrayValue).shape).to.deep.equal([48, 64]);
  });
});
