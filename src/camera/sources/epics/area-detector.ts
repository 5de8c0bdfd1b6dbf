/**
 * `area_detector`: a camera of EPICS areaDetector with its control record `P:cam1` and its data record `P:image1`. Colour images
 * are not supported.
 */
import { CamServerError, errorText } from '../../../common/errors.js';
import type { ArrayValue } from '../../../common/values.js';
import type { Size } from '../../geometry.js';
import type { CameraSettings } from '../../settings.js';
import type { CameraEngine, CameraSource, SourceDefinition, SourceRequest } from '../source.js';
import { MonitoredCamera } from './monitored.js';
import { ProcessVariables } from './process-variables.js';
import { imageOfReading, pixelRules } from './waveform.js';

export const areaDetector: SourceDefinition = {
  create: () => new AreaDetectorSource(),
  checkOnline: ({ settings }) => withDetector(settings, async () => {}),
  readSize: ({ settings }) => withDetector(settings, (variables) => readSize(settings.source, variables)),
  readImage: heldImage,
  readHeldImage: heldImage,
};

function heldImage({ settings }: SourceRequest): Promise<ArrayValue> {
  return withDetector(settings, async (variables) => {
    const size = await readSize(settings.source, variables);
    const reading = await variables.readArray(`${settings.source}:image1:ArrayData`);
    return imageOfReading(reading, size, settings.source, pixelRules(settings));
  });
}

class AreaDetectorSource implements CameraSource {
  private variables: ProcessVariables | null = null;
  private camera: MonitoredCamera | null = null;

  async open(engine: CameraEngine): Promise<void> {
    const { source: prefix, channelAccessTimeout } = engine.settings;
    const variables = new ProcessVariables(prefix, channelAccessTimeout);
    this.variables = variables;
    await verify(prefix, variables);
    const size = await readSize(prefix, variables);
    await Promise.all(['ColorMode', 'DataType'].map((name) => variables.connect(`${prefix}:cam1:${name}`)));
    const names = {
      image: `${prefix}:image1:ArrayData`,
      width: `${prefix}:image1:ArraySize0_RBV`,
      height: `${prefix}:image1:ArraySize1_RBV`,
      pulseId: `${prefix}:cam1:ArrayCounter_RBV`,
    };
    this.camera = await MonitoredCamera.connect(engine, variables, names, size);
  }

  async run(_engine: CameraEngine, stop: AbortSignal): Promise<void> {
    await this.camera?.run(stop);
  }

  close(): void {
    this.variables?.close();
  }
}

async function verify(prefix: string, variables: ProcessVariables): Promise<void> {
  try {
    await variables.readText(`${prefix}:cam1:Acquire`);
  } catch (error) {
    const text = `Camera with prefix ${prefix} is offline - ${errorText(error)}`;
    throw new CamServerError('CAMERA_OFFLINE', text, { cause: error });
  }
}

async function readSize(prefix: string, variables: ProcessVariables): Promise<Size> {
  const [width, height] = await Promise.all([
    variables.readSize(`${prefix}:image1:ArraySize0_RBV`),
    variables.readSize(`${prefix}:image1:ArraySize1_RBV`),
  ]);
  return { width, height };
}

/** With a detector whose control record answers. */
async function withDetector<T>(
  settings: CameraSettings,
  work: (variables: ProcessVariables) => Promise<T>,
): Promise<T> {
  const variables = new ProcessVariables(settings.source, settings.channelAccessTimeout);
  try {
    await verify(settings.source, variables);
    return await work(variables);
  } finally {
    variables.close();
  }
}
