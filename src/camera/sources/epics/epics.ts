/**
 * `epics`: a camera whose IOC publishes the image as a waveform: `P:INIT`, `P:WIDTH`, `P:HEIGHT`, `P:FPICTURE`.
 */
import type { ArrayValue } from '../../../common/values.js';
import type { CameraSettings } from '../../settings.js';
import type { CameraEngine, CameraSource, SourceDefinition, SourceRequest } from '../source.js';
import { CameraIoc } from './ioc.js';
import { MonitoredCamera } from './monitored.js';
import { pixelRules } from './waveform.js';

export const epics: SourceDefinition = {
  create: () => new EpicsSource(),
  checkOnline: ({ settings }) => withIoc(settings, async () => {}),
  readSize: ({ settings }) => withIoc(settings, (ioc) => ioc.readSize()),
  readImage: heldImage,
  readHeldImage: heldImage,
};

function heldImage({ settings }: SourceRequest): Promise<ArrayValue> {
  return withIoc(settings, (ioc) => ioc.readImage(pixelRules(settings)));
}

class EpicsSource implements CameraSource {
  private ioc: CameraIoc | null = null;
  private camera: MonitoredCamera | null = null;

  async open(engine: CameraEngine): Promise<void> {
    const { source: prefix, channelAccessTimeout } = engine.settings;
    this.ioc = new CameraIoc(prefix, channelAccessTimeout);
    await this.ioc.verify();
    const size = await this.ioc.readSize();
    const names = {
      image: `${prefix}:FPICTURE`,
      width: `${prefix}:WIDTH`,
      height: `${prefix}:HEIGHT`,
      pulseId: null,
    };
    this.camera = await MonitoredCamera.connect(engine, this.ioc.variables, names, size);
  }

  async run(_engine: CameraEngine, stop: AbortSignal): Promise<void> {
    await this.camera?.run(stop);
  }

  close(): void {
    this.ioc?.close();
  }
}

/** With an IOC that is there and initialised. */
async function withIoc<T>(settings: CameraSettings, work: (ioc: CameraIoc) => Promise<T>): Promise<T> {
  const ioc = new CameraIoc(settings.source, settings.channelAccessTimeout);
  try {
    await ioc.verify();
    return await work(ioc);
  } finally {
    ioc.close();
  }
}
