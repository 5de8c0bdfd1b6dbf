/**
 * `simulation`: a camera without hardware. Always online; size, type, rate and kind of image follow the configuration.
 */
import { errorText } from '../../common/errors.js';
import { type ArrayValue, arrayValue, timestampNow } from '../../common/values.js';
import { imageOf } from '../../processing/views.js';
import { Pacer } from '../pacing.js';
import type { CameraSettings } from '../settings.js';
import { FrameGenerator } from '../simulation/frames.js';
import type { CameraEngine, CameraSource, SourceDefinition } from './source.js';

const DEFAULT_FRAME_RATE = 10;
const DEFAULT_TYPE = 'uint16';
/** An error that comes with each frame is logged this often, in milliseconds. */
const ERROR_INTERVAL = 10_000;

export const simulation: SourceDefinition = {
  create: () => new SimulationSource(),
  checkOnline: async () => {},
  readSize: async ({ settings }) => settings.simulation,
  readImage: async ({ settings }) => generate(new FrameGenerator(), settings),
};

class SimulationSource implements CameraSource {
  private readonly generator = new FrameGenerator();
  private still: ArrayValue | null = null;
  private stillSettings: CameraSettings | null = null;
  private lastError = Number.NEGATIVE_INFINITY;

  async open(engine: CameraEngine): Promise<void> {
    engine.resize(engine.settings.simulation);
  }

  async run(engine: CameraEngine, stop: AbortSignal): Promise<void> {
    const pacer = new Pacer(() => engine.settings.frameRate ?? DEFAULT_FRAME_RATE);
    while (await pacer.next(stop)) {
      engine.counters.received += 1;
      try {
        await this.emit(engine);
      } catch (error) {
        engine.drop('error');
        this.report(engine, error);
      }
    }
  }

  close(): void {}

  private async emit(engine: CameraEngine): Promise<void> {
    const timestamp = timestampNow();
    const image = this.nextImage(engine.settings);
    engine.counters.bytesReceived += image.data.byteLength;
    const [height, width] = image.shape;
    if (engine.size?.width !== width || engine.size?.height !== height) engine.resize({ width, height });
    await engine.publish({ image: imageOf(image), pulseId: null, timestamp });
  }

  /** A still image is made anew with each new configuration. */
  private nextImage(settings: CameraSettings): ArrayValue {
    if (!settings.simulation.still) return generate(this.generator, settings);
    if (this.still === null || this.stillSettings !== settings) {
      this.still = generate(this.generator, settings);
      this.stillSettings = settings;
    }
    return this.still;
  }

  private report(engine: CameraEngine, error: unknown): void {
    if (performance.now() - this.lastError < ERROR_INTERVAL) return;
    this.lastError = performance.now();
    engine.log.error(`Error occurred in camera simulation. ${errorText(error)}`);
  }
}

function generate(generator: FrameGenerator, { simulation, output }: CameraSettings): ArrayValue {
  const { width, height, beam } = simulation;
  const pixels = generator.next({ width, height, beam, dtype: output.dtype ?? DEFAULT_TYPE });
  return arrayValue(pixels, [height, width]);
}
