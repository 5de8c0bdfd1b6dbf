/** Views of images: making, cropping, copying. */
import { allocateElements, type ElementType, elementTypeOf, type TypedArray } from '../common/dtype.js';
import type { ArrayValue, ArrayView } from '../common/values.js';
import type { Image } from './kernels.js';

/** A row-major view without gaps. */
export function viewOf<D extends TypedArray>(data: D, rows: number, columns: number): ArrayView<D> {
  return { data, shape: [rows, columns], stride: [columns, 1], offset: 0 };
}

/** The view of a two-dimensional array value. */
export function imageOf(value: ArrayValue): Image {
  return viewOf(value.data, value.shape[0], value.shape[1]);
}

/** A new image of zeros. */
export function allocateImage(type: ElementType, rows: number, columns: number): Image {
  return viewOf(allocateElements(type, rows * columns), rows, columns);
}

/** True when the pixels lie row by row without gaps. */
export function isContiguous(image: Image): boolean {
  const [rows, columns] = image.shape;
  return (
    image.offset === 0 &&
    (image.stride[1] === 1 || columns <= 1) &&
    (image.stride[0] === columns || rows <= 1) &&
    image.data.length === rows * columns
  );
}

/** The same image without gaps; itself when it has none already. */
export function compact(image: Image): Image {
  if (isContiguous(image)) return image;
  const [rows, columns] = image.shape;
  const copy = allocateImage(elementTypeOf(image.data), rows, columns);
  for (let row = 0, to = 0; row < rows; row += 1) {
    let from = image.offset + row * image.stride[0];
    for (let column = 0; column < columns; column += 1, to += 1, from += image.stride[1]) {
      copy.data[to] = image.data[from];
    }
  }
  return copy;
}

/** A view of rows [top, bottom) and columns [left, right); nothing is copied. */
export function crop(image: Image, left: number, right: number, top: number, bottom: number): Image {
  return {
    data: image.data,
    shape: [Math.max(0, bottom - top), Math.max(0, right - left)],
    stride: image.stride,
    offset: image.offset + top * image.stride[0] + left * image.stride[1],
  };
}

/** A view with the columns (x) or the rows (y) in reverse order; nothing is copied. */
export function mirrorView(image: Image, x: boolean, y: boolean): Image {
  if (!x && !y) return image;
  const [rows, columns] = image.shape;
  const [rowStride, columnStride] = image.stride;
  return {
    data: image.data,
    shape: image.shape,
    stride: [y ? -rowStride : rowStride, x ? -columnStride : columnStride],
    offset: image.offset + (x ? (columns - 1) * columnStride : 0) + (y ? (rows - 1) * rowStride : 0),
  };
}

/**
 * A view turned counter-clockwise by 0 to 3 quarter turns: after one, the first row is the last column from top to bottom.
 * Nothing is copied.
 */
export function turnView(image: Image, turns: number): Image {
  if (turns === 0) return image;
  const [rows, columns] = image.shape;
  const [rowStride, columnStride] = image.stride;
  const turned = {
    data: image.data,
    shape: [columns, rows],
    stride: [-columnStride, rowStride],
    offset: image.offset + (columns - 1) * columnStride,
  };
  return turnView(turned, turns - 1);
}

/** The pixels as an array value without gaps. */
export function toArrayValue(image: Image): ArrayValue {
  const { data, shape } = compact(image);
  return { type: elementTypeOf(data), data, shape };
}

/** A view of any number of dimensions as an array value; the same memory when the view has no gaps. */
export function compactView({ data, shape, stride, offset }: ArrayView): ArrayValue {
  const type = elementTypeOf(data);
  const length = shape.reduce((product, size) => product * size, 1);
  let expected = 1;
  let hasGaps = false;
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    if (shape[axis] !== 1 && stride[axis] !== expected) hasGaps = true;
    expected *= shape[axis]!;
  }
  if (!hasGaps) return { type, shape, data: data.subarray(offset, offset + length) };
  const copy = allocateElements(type, length);
  const indexes = shape.map(() => 0);
  let from = offset;
  for (let to = 0; to < length; to += 1) {
    copy[to] = data[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      from += stride[axis]!;
      indexes[axis]! += 1;
      if (indexes[axis]! < shape[axis]!) break;
      from -= stride[axis]! * shape[axis]!;
      indexes[axis] = 0;
    }
  }
  return { type, shape, data: copy };
}
