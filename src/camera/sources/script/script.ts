/**
 * `script`: a camera that a user wrote. Its code runs in the process of the instance only.
 */
import { type NativeValue, toChannelValue } from '../../../bsread/index.js';
import { CamServerError, errorText } from '../../../common/errors.js';
import { type ChannelValues, timestampFromSeconds } from '../../../common/values.js';
import type { Image } from '../../../processing/kernels.js';
import { viewOf } from '../../../processing/views.js';
import type { Size } from '../../geometry.js';
import { type FrameReader, pollingSource, type ReaderContext } from '../polling/polling.js';
import type { SourceDefinition, SourceFrame } from '../source.js';
import type { CustomCamera, CustomImage } from './custom-camera.js';
import { loadCustomCamera } from './load.js';
import { startWatchdog, type Watchdog } from './watchdog.js';

export const script: SourceDefinition = {
  ...pollingSource(() => new ScriptReader()),
  readImage: async ({ name }) => {
    const text = `Camera ${name} is a script, which runs only in its instance; start the camera to see its images.`;
    throw new CamServerError('NO_IMAGE', text);
  },
};

class ScriptReader implements FrameReader {
  private camera: CustomCamera | null = null;
  private watchdog: Watchdog | null = null;

  async open(context: ReaderContext): Promise<Size | null> {
    const { scriptClass, scriptFolder, scriptTimeout } = context.settings.reader;
    const text = `The source '${scriptClass}' did not come back within ${scriptTimeout} s and was stopped`;
    this.watchdog = startWatchdog(scriptTimeout, text);
    const CameraClass = await loadCustomCamera(scriptClass, scriptFolder, context.log);
    this.camera = new CameraClass({
      name: context.name,
      log: context.log,
      config: () => context.settings.document,
    });
    await this.camera.verifyOnline();
    await this.camera.connect();
    const geometry = await this.camera.rawGeometry();
    return geometry === null ? null : { width: geometry[0], height: geometry[1] };
  }

  async read({ settings }: ReaderContext, stop: AbortSignal): Promise<SourceFrame | null> {
    const camera = this.camera!;
    const image = await unlessStopped(camera.read(stop), stop);
    if (image === null || image === undefined) {
      // a script that never waits must not keep the event loop
      await new Promise((resolve) => setImmediate(resolve));
      return null;
    }
    const time = camera.timestamp();
    const pulseId = camera.pulseId();
    return {
      image: checkedImage(image),
      pulseId: pulseId === null || settings.output.simulatePulseId ? null : BigInt(pulseId),
      timestamp: typeof time === 'number' ? timestampFromSeconds(time) : time,
      channels: (defaults) => checkedChannels(camera.channels(defaults)),
    };
  }

  close(): void {
    this.watchdog?.stop();
    // what a script cannot give back ends with the process
    void this.camera?.disconnect().catch(() => {});
  }
}

/** Null as soon as the camera is to stop, whether the script comes back or not. */
async function unlessStopped<T>(reading: Promise<T>, stop: AbortSignal): Promise<T | null> {
  let onAbort = (): void => {};
  const stopped = new Promise<null>((resolve) => {
    onAbort = () => resolve(null);
    stop.addEventListener('abort', onAbort, { once: true });
    if (stop.aborted) resolve(null);
  });
  reading.catch(() => {});
  try {
    return await Promise.race([reading, stopped]);
  } finally {
    stop.removeEventListener('abort', onAbort);
  }
}

function checkedImage({ data, shape, stride, offset = 0 }: CustomImage): Image {
  const [rows = 0, columns = 0] = shape ?? [];
  const isArray = ArrayBuffer.isView(data) && !(data instanceof DataView);
  if (!isArray || shape?.length !== 2 || !(rows > 0 && columns > 0)) {
    throw new CamServerError('WRONG_IMAGE', 'read() must give {data: a typed array, shape: [rows, columns]}');
  }
  const view = stride === undefined ? viewOf(data, rows, columns) : { data, shape, stride, offset };
  const ends = [0, 1].map((axis) => (view.shape[axis]! - 1) * view.stride[axis]!);
  const last = view.offset + ends.reduce((sum, end) => sum + Math.max(0, end), 0);
  const first = view.offset + ends.reduce((sum, end) => sum + Math.min(0, end), 0);
  if (first >= 0 && last < data.length) return view;
  const text = `read() gave ${data.length} elements for the shape [${rows}, ${columns}]`;
  throw new CamServerError('WRONG_IMAGE', text);
}

function checkedChannels(channels: ChannelValues): ChannelValues {
  try {
    return new Map([...channels].map(([name, value]) => [name, toChannelValue(name, value as NativeValue)]));
  } catch (error) {
    const text = `channels() must give a Map of names and values: ${errorText(error)}`;
    throw new CamServerError('WRONG_CHANNELS', text, { cause: error });
  }
}
