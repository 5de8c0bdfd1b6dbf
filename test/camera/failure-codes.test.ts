import { expect } from 'chai';
import { Receiver } from '../../src/bsread/receiver.js';
import { Engine } from '../../src/camera/engine.js';
import { CameraFailure } from '../../src/camera/failure.js';
import { CameraOutput } from '../../src/camera/output.js';
import { readCameraSettings } from '../../src/camera/settings.js';
import { bufferConnections } from '../../src/camera/sources/bsread/buffered.js';
import { createCounters } from '../../src/instances/counters.js';
import { kernels } from '../../src/processing/native.js';
import { viewOf } from '../../src/processing/views.js';
import { MessageTap } from '../../src/streaming/live-view/index.js';
import { silentLog } from '../instances/support.js';

/** What cannot be brought about from outside: the instance's own sockets fail. */
describe('camera, exit codes of failing sockets', () => {
  const settings = readCameraSettings({
    source: '',
    source_type: 'bsread',
    buffer_size: 4,
    url: 'tcp://127.0.0.1:1',
  });

  /** Its output was never opened, so that nothing can be sent. */
  function engineWithoutSocket(): Engine {
    const output = new CameraOutput('tcp://127.0.0.1:0', 'bsread', settings.output, new MessageTap());
    const parts = { name: 'CAM', log: silentLog, counters: createCounters(), tracer: null, kernels, output };
    return new Engine({ ...parts, forwarder: null }, settings, null);
  }

  async function failureOf(work: Promise<unknown>): Promise<CameraFailure> {
    const error = await work.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(CameraFailure);
    return error as CameraFailure;
  }

  it('is 2 when an image cannot be sent', async () => {
    const engine = engineWithoutSocket();
    engine.resize({ width: 4, height: 3 });
    const { exitCode, message } = await failureOf(
      engine.publish({
        image: viewOf(new Uint16Array(12), 3, 4),
        pulseId: 1n,
        timestamp: { seconds: 7n, nanoseconds: 500_000_000n },
      }),
    );
    expect(exitCode).to.equal(2);
    expect(message).to.match(/^Image with timestamp 7\.5 could not be sent: ./);
  });

  it('is 4 when a connection of a buffered camera cannot be read', async () => {
    const receiver = new Receiver({ address: 'tcp://127.0.0.1:1', mode: 'PULL' });
    await receiver.open();
    // whoever reads beside the camera makes its own reading fail
    const other = receiver.receive();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const messages = bufferConnections(engineWithoutSocket(), [receiver], new AbortController().signal);
    const { exitCode, message } = await failureOf(messages.next());
    receiver.close();
    expect(await other).to.equal(null);
    expect(exitCode).to.equal(4);
    expect(message).to.match(/^Receiver failed: The receiver of .* is already waiting/);
  });
});
