/**
 * Answers what the server of an instance asks on behalf of viewers and inspectors. Nothing is done, and nothing kept, while
 * nobody asks.
 */
import { CamServerError } from '../../common/errors.js';
import { imageAnswer } from '../../common/image-answer.js';
import type { JsonObject, JsonValue } from '../../common/json.js';
import { type ArrayValue, isArrayValue } from '../../common/values.js';
import { KeptMessages } from './kept-messages.js';
import type { MessageTap, TappedMessage } from './message-tap.js';
import { isPicture, layOutPlane, makePicture, pixelValue } from './picture.js';
import { describeMessage, messageIdentity, packValues } from './values.js';
import { readViewRequest, type ViewRequest } from './view-request.js';

export interface AnswerWithData {
  readonly result: JsonObject;
  readonly data: Uint8Array;
}

/** The way to the server; `InstanceContext` is one. */
export interface RequestRegistry {
  onRequest(name: string, handler: (parameters: JsonObject) => Promise<JsonObject | AnswerWithData>): void;
}

/** Milliseconds to wait for a message unless the request says otherwise, and the longest that it may say. */
const DEFAULT_PATIENCE = 3000;
const LONGEST_PATIENCE = 8000;
/** Milliseconds for which a frozen picture is kept; viewers ask again before that. */
const HOLD_TIME = 60_000;
const DEFAULT_ELEMENTS = 10;
const MOST_ELEMENTS = 1000;

/**
 * Registers the requests
 * - `view`: the next message as picture and values (`ViewRequest`; `timeout`);
 *   `{state: "frame", pulse_id, …, image, scalars, arrays}` with the plane and the arrays as bytes, or `{state: "waiting"}`;
 * - `view_message`: the message `pulse_id` that was shown before, or the next one, for people (`elements`, `timeout`);
 * - `view_frame`: the pixels of such a message;
 * - `view_pixel`: one pixel (`pulse_id`, `x`, `y`);
 * - `view_hold`: keeps the message `pulse_id` for a minute.
 */
export function answerViewers(registry: RequestRegistry, tap: MessageTap): void {
  const kept = new KeptMessages();
  registry.onRequest('view', async (parameters) => {
    const request = readViewRequest(parameters);
    const message = await tap.next(patience(parameters.timeout));
    if (message === null) return { state: 'waiting' };
    kept.add(message);
    return showMessage(message, request);
  });
  registry.onRequest('view_message', async (parameters) => {
    const message = await wantedMessage(kept, tap, parameters);
    if (message === null) return { state: 'waiting' };
    return { state: 'message', ...describeMessage(message, elementCount(parameters.elements)) };
  });
  registry.onRequest('view_frame', async (parameters): Promise<JsonObject | AnswerWithData> => {
    const message = await wantedMessage(kept, tap, parameters);
    if (message === null) return { state: 'waiting' };
    const { image } = imageOf(message);
    const { scalars, arrays } = packValues(message, null, null, 0);
    const described = { state: 'frame', ...messageIdentity(message), scalars, arrays };
    if (image === null) return described;
    const { result, data } = imageAnswer(image);
    return { result: { ...described, ...result }, data: transferable(data) };
  });
  registry.onRequest('view_pixel', async (parameters) => {
    const message = shownMessage(kept, parameters.pulse_id ?? null);
    const { image } = imageOf(message);
    const [x, y] = [Number(parameters.x), Number(parameters.y)];
    return { ...messageIdentity(message), x, y, value: image === null ? null : pixelValue(image, x, y) };
  });
  registry.onRequest('view_hold', async ({ pulse_id = null }) => {
    return { held: kept.hold(readPulseId(pulse_id), HOLD_TIME) };
  });
}

/** The plane and the arrays behind it are written into one piece of memory, which goes out as it is. */
async function showMessage(message: TappedMessage, request: ViewRequest): Promise<AnswerWithData> {
  const { name, image } = imageOf(message);
  const layout = image === null ? null : layOutPlane(image, request);
  const { scalars, arrays, parts, length } = packValues(message, request.channels, name, layout?.bytes ?? 0);
  const data = new Uint8Array(length);
  for (const { offset, bytes } of parts) data.set(bytes, offset);
  const picture =
    image === null || layout === null ? null : await makePicture(image, request, layout, data.buffer);
  return {
    result: {
      state: 'frame',
      ...messageIdentity(message),
      image: picture === null ? null : { channel: name, ...picture },
      scalars,
      arrays,
    },
    data,
  };
}

/** The channel `image`, or the first one with two dimensions. */
function imageOf(message: TappedMessage): { name: string | null; image: ArrayValue | null } {
  let found: { name: string; image: ArrayValue } | null = null;
  for (const [index, { name }] of message.definitions.entries()) {
    const value = message.values[index]!;
    if (!isArrayValue(value) || !isPicture(value)) continue;
    if (name === 'image') return { name, image: value };
    found ??= { name, image: value };
  }
  return found ?? { name: null, image: null };
}

async function wantedMessage(
  kept: KeptMessages,
  tap: MessageTap,
  { pulse_id = null, timeout }: JsonObject,
): Promise<TappedMessage | null> {
  if (pulse_id !== null) return shownMessage(kept, pulse_id);
  return tap.next(patience(timeout));
}

function shownMessage(kept: KeptMessages, pulseId: JsonValue): TappedMessage {
  const message = kept.find(readPulseId(pulseId));
  if (message !== null) return message;
  throw new CamServerError(
    'FRAME_GONE',
    `The image of pulse ${String(pulseId)} is not kept any more; freeze the picture to keep it.`,
  );
}

function readPulseId(value: JsonValue): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  throw new CamServerError(
    'INVALID_VIEW',
    `'pulse_id' is ${JSON.stringify(value)}; it must be a whole number.`,
  );
}

function patience(value: JsonValue | undefined): number {
  const milliseconds = typeof value === 'number' ? value : DEFAULT_PATIENCE;
  return Math.min(Math.max(milliseconds, 0), LONGEST_PATIENCE);
}

function elementCount(value: JsonValue | undefined): number {
  const count = typeof value === 'number' ? Math.trunc(value) : DEFAULT_ELEMENTS;
  return Math.min(Math.max(count, 0), MOST_ELEMENTS);
}

/** Shared memory cannot be handed to another process as it is. */
function transferable(bytes: Uint8Array): Uint8Array {
  return bytes.buffer instanceof SharedArrayBuffer ? bytes.slice() : bytes;
}
