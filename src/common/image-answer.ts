/** An image on its way from the process of an instance to its server: element type and shape as JSON, the pixels as bytes. */
import { type ElementType, elementSize, viewElements } from './dtype.js';
import { CamServerError } from './errors.js';
import type { JsonObject } from './json.js';
import type { ArrayValue } from './values.js';

export interface ImageAnswer {
  /** `type`, `shape` */
  readonly result: JsonObject;
  readonly data: Uint8Array;
}

/** The bytes are those of the image itself, not a copy. */
export function imageAnswer({ type, shape, data }: ArrayValue): ImageAnswer {
  return {
    result: { type, shape: [...shape] },
    data: new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength),
  };
}

/** @throws CamServerError INVALID_IMAGE when the bytes do not fit the shape */
export function imageFromAnswer({
  result,
  data,
}: {
  readonly result: JsonObject;
  readonly data: Uint8Array | null;
}): ArrayValue {
  const type = result.type as ElementType;
  const shape = result.shape as number[];
  const count = shape.reduce((product, length) => product * length, 1);
  if (data === null || data.byteLength !== count * elementSize(type)) {
    throw new CamServerError(
      'INVALID_IMAGE',
      `${data?.byteLength ?? 0} bytes do not fit an image of ${shape.join(' x ')} elements of ${type}.`,
    );
  }
  // bytes received over the control channel may begin at any offset
  const aligned = data.byteOffset % 8 === 0 ? data : data.slice();
  return { type, shape, data: viewElements(type, aligned.buffer as ArrayBuffer, aligned.byteOffset, count) };
}
