/** The example scripts of every language and kind, in the simulated cluster. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type ReceivedMessage, Receiver } from '../../src/bsread/index.js';
import { TypedScalar } from '../../src/common/values.js';
import { PYTHON } from '../user-code/support.js';
import { startCluster } from './started-cluster.js';

/** A channel that only the script of that name makes. */
const CHANNELS: Readonly<Record<string, string>> = {
  script_image_javascript: 'average_value',
  script_image_typescript: 'peak_to_mean',
  script_image_python: 'average_value',
  script_image_c: 'x_center_of_mass',
  script_stream_javascript: 'sharpness',
  script_stream_typescript: 'change',
  script_stream_python: 'intensity_mean',
  script_stream_c: 'sum',
  script_custom_javascript: 'step',
  script_custom_typescript: 'angle',
  script_custom_python: 'scalar',
  script_custom_c: 'count',
  script_pipeline_python: 'mean',
};

/** The same of cameras. */
const CAMERA_CHANNELS: Readonly<Record<string, string>> = {
  script_camera_javascript: 'count',
  script_camera_typescript: 'position',
  script_camera_python: 'position',
};

async function firstMessage(address: string): Promise<ReceivedMessage> {
  const receiver = new Receiver({ address, mode: 'SUB', receiveTimeout: 100_000 });
  await receiver.open();
  try {
    const message = await receiver.receive();
    if (message === null) throw new Error(`No message came from ${address}`);
    return message;
  } finally {
    receiver.close();
  }
}

async function expectNumber(address: string, channel: string): Promise<void> {
  const message = await firstMessage(address);
  const value = message.channel(channel)?.decode();
  const number = Number(value instanceof TypedScalar ? value.value : value);
  expect(number, channel).to.satisfy(Number.isFinite);
}

describe('example scripts', () => {
  const data = mkdtempSync(join(tmpdir(), 'camserver-test-'));
  after(() => rmSync(data, { recursive: true, force: true }));

  it('run in the simulated cluster and publish what they calculate', async () => {
    process.env.CAMSERVER_PYTHON = PYTHON;
    const cluster = await startCluster(data);
    try {
      for (const [pipeline, channel] of Object.entries(CHANNELS)) {
        await expectNumber(await cluster.pipeline.stream(pipeline), channel);
      }
      for (const [camera, channel] of Object.entries(CAMERA_CHANNELS)) {
        await expectNumber(await cluster.camera.stream(camera), channel);
      }
    } finally {
      cluster.process.kill('SIGTERM');
      expect(await cluster.ended).to.equal(0);
    }
  });
});
