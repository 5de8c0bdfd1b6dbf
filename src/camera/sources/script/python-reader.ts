/**
 * A camera in Python: its class lives in a process of its own, where each call gives the next image. What the process writes into
 * shared memory is copied once.
 */
import type { JsonObject } from '../../../common/json.js';
import { type ArrayValue, type ChannelValues, timestampNow } from '../../../common/values.js';
import { viewOf } from '../../../processing/views.js';
import { UserCodeError } from '../../../user-code/error.js';
import type { HostFunction } from '../../../user-code/host/host-function.js';
import { openHostFunction } from '../../../user-code/open.js';
import type { CustomResult, FunctionFile } from '../../../user-code/types.js';
import type { Size } from '../../geometry.js';
import type { FrameReader, ReaderContext } from '../polling/polling.js';
import type { SourceFrame } from '../source.js';
import { unlessStopped } from './unless-stopped.js';

/** In front of the name of a channel: its value is given, or it is one of the instance's own. */
const GIVEN = '+';

export class PythonReader implements FrameReader {
  private constructor(
    private readonly host: HostFunction,
    private document: JsonObject,
  ) {}

  /** @throws UserCodeError when the class cannot be loaded */
  static async open(file: FunctionFile, { settings, log }: ReaderContext): Promise<PythonReader> {
    const { document: parameters } = settings;
    const { scriptFolder: folder, python } = settings.reader;
    const host = await openHostFunction({
      file,
      kind: 'camera',
      folder,
      parallel: 1,
      parameters,
      python,
      log,
    });
    return new PythonReader(host, parameters);
  }

  async open(context: ReaderContext, stop: AbortSignal): Promise<Size | null> {
    const result = await this.call(true, context, stop);
    const [width, height] = ['width', 'height'].map((name) => Number(result?.values?.get(name) ?? 0));
    return width! > 0 && height! > 0 ? { width: width!, height: height! } : null;
  }

  async read(context: ReaderContext, stop: AbortSignal): Promise<SourceFrame | null> {
    const { document, output } = context.settings;
    if (document !== this.document) {
      this.document = document;
      await this.host.configure(document, false);
    }
    const result = await this.call(false, context, stop);
    if (result?.values == null) return null;
    const { values, pulseId } = result;
    const image = values.get('image') as ArrayValue;
    values.delete('image');
    return {
      image: viewOf(image.data, image.shape[0]!, image.shape[1]!),
      pulseId: output.simulatePulseId ? null : pulseId,
      timestamp: result.timestamp ?? timestampNow(),
      ...(values.size > 0 && { channels: (defaults) => chosenChannels(values, defaults) }),
    };
  }

  close(): void {
    void this.host.close(0);
  }

  private async call(
    first: boolean,
    { log }: ReaderContext,
    stop: AbortSignal,
  ): Promise<CustomResult | null> {
    try {
      return await unlessStopped(this.host.generate(first), stop);
    } catch (error) {
      if (error instanceof UserCodeError && error.trace !== null) log.error(error.trace);
      throw error;
    }
  }
}

/** The channels in the order of the script: the instance's own ones as they are now, others with the script's value. */
function chosenChannels(chosen: ChannelValues, defaults: ChannelValues): ChannelValues {
  const channels: ChannelValues = new Map();
  for (const [marked, value] of chosen) {
    const name = marked.slice(1);
    channels.set(name, marked.startsWith(GIVEN) ? value : (defaults.get(name) ?? null));
  }
  return channels;
}
