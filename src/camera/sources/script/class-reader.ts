/** A camera in JavaScript: it runs on the main thread of the instance, under a watchdog. */
import { type NativeValue, toChannelValue } from '../../../bsread/index.js';
import { CamServerError, errorText } from '../../../common/errors.js';
import { type ChannelValues, timestampFromSeconds } from '../../../common/values.js';
import type { Image } from '../../../processing/kernels.js';
import { viewOf } from '../../../processing/views.js';
import type { ScriptModule } from '../../../user-code/javascript/build.js';
import { userError } from '../../../user-code/javascript/trace.js';
import { startWatchdog, type Watchdog } from '../../../user-code/javascript/watchdog.js';
import type { Size } from '../../geometry.js';
import type { FrameReader, ReaderContext } from '../polling/polling.js';
import type { SourceFrame } from '../source.js';
import type { CustomCamera, CustomImage } from './custom-camera.js';
import type { LoadedCamera } from './load.js';
import { unlessStopped } from './unless-stopped.js';

export class ClassReader implements FrameReader {
  private constructor(
    private readonly camera: CustomCamera,
    private readonly watchdog: Watchdog,
    private readonly module: ScriptModule | null,
  ) {}

  /** @param load may take as long as a camera may compute. @throws what it throws */
  static async open(load: () => Promise<LoadedCamera>, context: ReaderContext): Promise<ClassReader> {
    const { scriptClass, scriptLimits } = context.settings.reader;
    const watchdog = startWatchdog(scriptClass, scriptLimits);
    try {
      const { CameraClass, module } = await load();
      const { name, log } = context;
      const camera = new CameraClass({ name, log, config: () => context.settings.document });
      return new ClassReader(camera, watchdog, module);
    } catch (error) {
      watchdog.stop();
      throw error;
    }
  }

  async open(): Promise<Size | null> {
    await this.camera.verifyOnline();
    await this.camera.connect();
    const geometry = await this.camera.rawGeometry();
    return geometry === null ? null : { width: geometry[0], height: geometry[1] };
  }

  async read({ settings, log }: ReaderContext, stop: AbortSignal): Promise<SourceFrame | null> {
    const { camera } = this;
    const image = await unlessStopped(this.next(stop, log), stop);
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
    this.watchdog.stop();
    // what a script cannot give back ends with the process
    void this.camera.disconnect().catch(() => {});
  }

  private async next(stop: AbortSignal, log: ReaderContext['log']): Promise<CustomImage | null> {
    try {
      return await this.camera.read(stop);
    } catch (error) {
      if (this.module === null) throw error;
      const failure = userError(error, this.module, 'call');
      if (failure.trace !== null) log.error(failure.trace);
      throw failure;
    }
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
