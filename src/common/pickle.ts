/**
 * Background images as Python clients send them: a NumPy array pickled with protocol 0 (`rest-api.md` 10). Of the pickle
 * language only what such an array needs is understood; nothing is ever called or imported.
 */
import { elementSize, numpyTypeString, parseNumpyTypeString, viewElements } from './dtype.js';
import { CamServerError } from './errors.js';
import { swapBytes, toRowMajor } from './npy.js';
import type { ArrayValue } from './values.js';

/** A text of the pickle, still with its escapes: a view of the input. */
class Text {
  constructor(readonly raw: Buffer) {}

  toString(): string {
    return unescapeBytes(this.raw).toString('latin1');
  }
}

class Tuple {
  constructor(readonly items: readonly Value[]) {}
}

class DataType {
  byteOrder: string | null = null;

  constructor(readonly name: string) {}
}

class UnfinishedArray {
  value: ArrayValue | null = null;
}

type Value = number | boolean | null | Text | Buffer | Tuple | GlobalName | DataType | UnfinishedArray;

/** What may be named, and what it stands for. */
const GLOBALS = {
  'numpy.core.multiarray _reconstruct': 'reconstruct',
  'numpy._core.multiarray _reconstruct': 'reconstruct',
  'numpy ndarray': 'ndarray',
  'numpy dtype': 'dtype',
  '_codecs encode': 'encode',
} as const;

type GlobalName = (typeof GLOBALS)[keyof typeof GLOBALS];

/** A pickled array has about 60 operations, whatever its size. */
const MAXIMUM_OPERATIONS = 1000;
const MAXIMUM_DIMENSIONS = 32;

/**
 * Reads a pickled array; the result is in host byte order, row-major, and shares no memory with `bytes`. The time is
 * linear in the size of the input, the memory below twice its size.
 * @throws CamServerError INVALID_PICKLE saying where and why
 */
export function parsePickledArray(bytes: Uint8Array): ArrayValue {
  return new Machine(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)).run();
}

/** Pickles an array as NumPy 1 does with protocol 0, for servers that read nothing else. */
export function formatPickledArray(array: ArrayValue): Buffer {
  const type = numpyTypeString(array.type);
  const shape = array.shape.map((n) => `I${n}\n`).join('');
  const { buffer, byteOffset, byteLength } = array.data;
  const head =
    'cnumpy.core.multiarray\n_reconstruct\np0\n(cnumpy\nndarray\np1\n(I0\ntp2\nc_codecs\nencode\np3\n' +
    `(Vb\np4\nVlatin1\np5\ntp6\nRp7\ntp8\nRp9\n(I1\n(${shape}tp10\ncnumpy\ndtype\np11\n(V${type.slice(1)}\np12\n` +
    `I00\nI01\ntp13\nRp14\n(I3\nV${type[0]}\np15\nNNNI-1\nI-1\nI0\ntp16\nbI00\ng3\n(V`;
  const data = escapeBytes(Buffer.from(buffer, byteOffset, byteLength));
  return Buffer.concat([
    Buffer.from(head, 'latin1'),
    data,
    Buffer.from('\np17\ng5\ntp18\nRp19\ntp20\nb.', 'latin1'),
  ]);
}

class Machine {
  private position = 0;
  private readonly stack: (Value | 'mark')[] = [];
  private readonly memo = new Map<string, Value>();
  private encodedBytes = 0;

  constructor(private readonly input: Buffer) {}

  run(): ArrayValue {
    for (let count = 0; count < MAXIMUM_OPERATIONS; count += 1) {
      const operation = this.input[this.position];
      if (operation === undefined) throw this.fault('it ends without STOP');
      this.position += 1;
      if (operation === 0x2e) return this.result();
      this.execute(String.fromCharCode(operation));
    }
    throw this.fault(`it has more than ${MAXIMUM_OPERATIONS} operations`);
  }

  private execute(operation: string): void {
    if (operation === '(') this.stack.push('mark');
    else if (operation === 'N') this.stack.push(null);
    else if (operation === 'I') this.stack.push(this.integer(this.line().toString('latin1')));
    else if (operation === 'V') this.stack.push(new Text(this.line()));
    else if (operation === 't') this.stack.push(this.tuple());
    else if (operation === 'c') this.stack.push(this.global());
    else if (operation === 'p') this.memo.set(this.line().toString('latin1'), this.top());
    else if (operation === 'g') this.stack.push(this.remembered());
    else if (operation === 'R') this.reduce();
    else if (operation === 'b') this.build();
    else throw this.fault(`the operation ${JSON.stringify(operation)} is not allowed`);
  }

  private result(): ArrayValue {
    const [value, ...others] = this.stack;
    if (this.position < this.input.length) throw this.fault('bytes follow after STOP');
    if (!(value instanceof UnfinishedArray) || value.value === null || others.length > 0) {
      throw this.fault('it holds something else than one array');
    }
    return value.value;
  }

  private line(): Buffer {
    const end = this.input.indexOf(0x0a, this.position);
    if (end < 0) throw this.fault('a line is cut short');
    const line = this.input.subarray(this.position, end);
    this.position = end + 1;
    return line;
  }

  private integer(text: string): number | boolean {
    if (text === '00' || text === '01') return text === '01';
    if (!/^-?\d{1,15}$/.test(text)) throw this.fault('a number cannot be read');
    return Number(text);
  }

  private global(): GlobalName {
    const name = `${this.shortLine()} ${this.shortLine()}`;
    if (!Object.hasOwn(GLOBALS, name)) throw this.fault(`the name ${JSON.stringify(name)} is not allowed`);
    return GLOBALS[name as keyof typeof GLOBALS];
  }

  private shortLine(): string {
    return this.line().toString('latin1', 0, 100);
  }

  private tuple(): Tuple {
    const mark = this.stack.lastIndexOf('mark');
    if (mark < 0) throw this.fault('a tuple has no beginning');
    return new Tuple(this.stack.splice(mark).slice(1) as Value[]);
  }

  private top(): Value {
    const value = this.stack.at(-1);
    if (value === undefined || value === 'mark') throw this.fault('a value is missing');
    return value;
  }

  private pop(): Value {
    const value = this.top();
    this.stack.pop();
    return value;
  }

  private remembered(): Value {
    const value = this.memo.get(this.line().toString('latin1'));
    if (value === undefined) throw this.fault('a reference leads nowhere');
    return value;
  }

  /** Calls are recognised, never made. */
  private reduce(): void {
    const parameters = this.pop();
    const callee = this.pop();
    const items = parameters instanceof Tuple ? parameters.items : [];
    if (callee === 'encode') this.stack.push(this.encoded(items));
    else if (callee === 'dtype' && items[0] instanceof Text)
      this.stack.push(new DataType(items[0].toString()));
    else if (callee === 'reconstruct' && items[0] === 'ndarray') this.stack.push(new UnfinishedArray());
    else throw this.fault('a call is not allowed');
  }

  private encoded(items: readonly Value[]): Buffer {
    const [text, encoding] = items;
    if (items.length !== 2 || !(text instanceof Text) || !(encoding instanceof Text)) {
      throw this.fault('a text to encode is missing');
    }
    if (encoding.toString() !== 'latin1') throw this.fault('only the encoding latin1 is allowed');
    this.encodedBytes += text.raw.length;
    if (this.encodedBytes > this.input.length) throw this.fault('the same data are used more than once');
    return unescapeBytes(text.raw);
  }

  private build(): void {
    const state = this.pop();
    const target = this.top();
    const items = state instanceof Tuple ? state.items : [];
    if (target instanceof DataType && items[0] === 3 && items[1] instanceof Text) {
      target.byteOrder = items[1].toString();
    } else if (target instanceof UnfinishedArray && items.length === 5 && items[0] === 1) {
      target.value = this.array(items);
    } else {
      throw this.fault('the state of an object cannot be read');
    }
  }

  private array([, shapeTuple, dataType, columnMajor, data]: readonly Value[]): ArrayValue {
    const shape = shapeTuple instanceof Tuple ? shapeTuple.items : [null];
    if (!isShape(shape)) throw this.fault('the shape cannot be read');
    if (!(dataType instanceof DataType) || !/^[<>|]$/.test(dataType.byteOrder ?? '')) {
      throw this.fault('the element type is missing');
    }
    const element = parseNumpyTypeString(dataType.byteOrder + dataType.name);
    if (element === null) throw this.fault(`the element type '${dataType.name}' is not supported`);
    if (typeof columnMajor !== 'boolean' || !Buffer.isBuffer(data)) throw this.fault('the data are missing');
    const count = shape.reduce((product, n) => product * n, 1);
    const size = elementSize(element.type);
    if (count * size !== data.length) {
      throw this.fault(`${data.length} bytes of data do not fit the shape (${shape.join(', ')})`);
    }
    if (element.bigEndian) swapBytes(data, size);
    const elements = viewElements(element.type, data.buffer, data.byteOffset, count);
    const value: ArrayValue = { type: element.type, data: elements, shape };
    return columnMajor ? toRowMajor(value) : value;
  }

  private fault(what: string): CamServerError {
    const where = `byte ${this.position} of ${this.input.length}`;
    return new CamServerError('INVALID_PICKLE', `Not a pickled array: ${what} (${where}).`);
  }
}

function isShape(items: readonly Value[]): items is number[] {
  if (items.length > MAXIMUM_DIMENSIONS) return false;
  return items.every((item) => typeof item === 'number' && item >= 0);
}

const BACKSLASH = 0x5c;

/** Python's raw-unicode-escape for bytes: these five are written as `\u00xx`. */
function needsEscape(byte: number): boolean {
  return byte === 0 || byte === 0x0a || byte === 0x0d || byte === 0x1a || byte === BACKSLASH;
}

const HEX_DIGITS = Buffer.from('0123456789abcdef');

function escapeBytes(data: Buffer): Buffer {
  let escapes = 0;
  for (const byte of data) if (needsEscape(byte)) escapes += 1;
  const text = Buffer.allocUnsafe(data.length + 5 * escapes);
  let position = 0;
  for (const byte of data) {
    if (needsEscape(byte)) {
      text[position] = BACKSLASH;
      text[position + 1] = 0x75;
      text[position + 2] = 0x30;
      text[position + 3] = 0x30;
      text[position + 4] = HEX_DIGITS[byte >> 4]!;
      text[position + 5] = HEX_DIGITS[byte & 15]!;
      position += 6;
    } else {
      text[position] = byte;
      position += 1;
    }
  }
  return text;
}

/** In memory of its own, aligned for every element type. */
function unescapeBytes(text: Buffer): Buffer {
  let escapes = 0;
  for (let at = text.indexOf(BACKSLASH); at >= 0; at = text.indexOf(BACKSLASH, at + 6)) escapes += 1;
  const data = Buffer.allocUnsafeSlow(Math.max(0, text.length - 5 * escapes));
  let position = 0;
  let read = 0;
  while (read < text.length) {
    const byte = text[read]!;
    if (byte === BACKSLASH) {
      data[position] = escapedByte(text, read);
      read += 6;
    } else {
      data[position] = byte;
      read += 1;
    }
    position += 1;
  }
  return data;
}

/** `\u00xx`; protocol 0 has no other use for a backslash in the text of bytes. */
function escapedByte(text: Buffer, at: number): number {
  const high = hexDigit(text[at + 4]);
  const low = hexDigit(text[at + 5]);
  if (text[at + 1] !== 0x75 || text[at + 2] !== 0x30 || text[at + 3] !== 0x30 || high < 0 || low < 0) {
    throw new CamServerError('INVALID_PICKLE', 'Not a pickled array: an escape in the data is not \\u00xx.');
  }
  return high * 16 + low;
}

function hexDigit(code: number | undefined): number {
  if (code === undefined) return -1;
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
