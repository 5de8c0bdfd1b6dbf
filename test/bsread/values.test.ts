import { expect } from 'chai';
import fc from 'fast-check';
import { encodeDataHeader } from '../../src/bsread/headers.js';
import { encodeMessage, MessageDecoder } from '../../src/bsread/message.js';
import { compressBlock, compressBound, expandedSize } from '../../src/bsread/reference/lz4.js';
import type { ChannelDefinition, Compression } from '../../src/bsread/types.js';
import { decodeValue, deriveDefinition, encodeValue } from '../../src/bsread/values.js';
import { type ElementType, elementSize, viewElements } from '../../src/common/dtype.js';
import { type ArrayValue, arrayValue, type ChannelValue, TypedScalar } from '../../src/common/values.js';

const types: ElementType[] = [
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'float32',
  'float64',
];

function roundTrip(definition: ChannelDefinition, value: ChannelValue): ChannelValue {
  const parts = encodeMessage(encodeDataHeader([definition]), [value], 1n, { seconds: 1n, nanoseconds: 2n });
  const decoder = new MessageDecoder((reason) => expect.fail(reason));
  return decoder.decode(parts).channel(definition.name)?.decode() ?? null;
}

const bytesOf = ({ data }: ArrayValue): Buffer => Buffer.from(data.buffer, data.byteOffset, data.byteLength);

describe('bsread: values', () => {
  it('brings arrays of every type, rank, byte order and compression back bit by bit', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...types),
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 }),
        fc.constantFrom('little', 'big'),
        fc.constantFrom<Compression>('none', 'lz4', 'bitshuffle_lz4'),
        fc.infiniteStream(fc.integer({ min: 0, max: 255 })),
        (type, shape, encoding, compression, random) => {
          const count = shape.reduce((product, n) => product * n, 1);
          fc.pre(count > 1);
          const bytes = Uint8Array.from({ length: count * elementSize(type) }, () => random.next().value);
          const data = viewElements(type, bytes.buffer, 0, count);
          const definition = {
            name: 'a',
            type,
            shape: [...shape].reverse(),
            encoding: encoding as 'big',
            compression,
          };
          const value = roundTrip(definition, { type, data, shape }) as ArrayValue;
          expect(value.type).to.equal(type);
          expect(value.shape).to.deep.equal(shape);
          expect(bytesOf(value).equals(bytes)).to.equal(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('keeps texts, 64-bit integers and special floats', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (text) => {
        expect(roundTrip({ name: 'a', type: 'string', shape: [1], compression: 'lz4' }, text)).to.equal(text);
      }),
    );
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), (number) => {
        const scalar = new TypedScalar('int64', number);
        expect(roundTrip({ name: 'a', type: 'int64', shape: [1] }, scalar)).to.deep.equal(scalar);
      }),
    );
    for (const number of [Number.NaN, Number.POSITIVE_INFINITY, -0]) {
      const value = roundTrip({ name: 'a', type: 'float64', shape: [1] }, number) as TypedScalar;
      expect(Object.is(value.value, number)).to.equal(true);
    }
  });

  it('packs plain numbers in the byte order of the channel', () => {
    const bytes = encodeValue({ name: 'a', type: 'int32', encoding: 'big' }, 258);
    expect(Buffer.from(bytes).toString('hex')).to.equal('00000102');
  });

  it('hands arrays over without a copy, under another label of the same width', () => {
    const image = new Int16Array([-1, 2]);
    const bytes = encodeValue({ name: 'a', type: 'uint16', shape: [2] }, arrayValue(image));
    expect(bytes.buffer).to.equal(image.buffer);
    expect(roundTrip({ name: 'a', type: 'uint16', shape: [2] }, arrayValue(image))).to.deep.equal(
      arrayValue(new Uint16Array([65535, 2])),
    );
  });

  it('leaves big-endian arrays of the caller as they are', () => {
    const image = new Uint16Array([1, 2]);
    roundTrip({ name: 'a', type: 'uint16', shape: [2], encoding: 'big' }, arrayValue(image));
    expect(Array.from(image)).to.deep.equal([1, 2]);
  });

  it('converts arrays of another width, saturating and truncating', () => {
    const convert = (type: ElementType, numbers: number[]): number[] =>
      Array.from(
        (
          roundTrip(
            { name: 'a', type, shape: [numbers.length] },
            arrayValue(Float64Array.from(numbers)),
          ) as ArrayValue
        ).data as Float64Array,
        Number,
      );
    const numbers = [-1e30, -1.7, 0.9, 300, 1e30, Number.NaN, Number.POSITIVE_INFINITY];
    expect(convert('uint8', numbers)).to.deep.equal([0, 0, 0, 255, 255, 0, 255]);
    expect(convert('int16', numbers)).to.deep.equal([-32768, -1, 0, 300, 32767, 0, 32767]);
    expect(convert('bool', [0, 2, -1])).to.deep.equal([0, 1, 1]);
    const wide = roundTrip(
      { name: 'a', type: 'uint64', shape: [3] },
      arrayValue(new Float32Array([-1, 2, 1e30])),
    );
    expect(wide).to.deep.equal(arrayValue(new BigUint64Array([0n, 2n, 2n ** 64n - 1n])));
  });

  it('derives the definition of every kind of value', () => {
    expect(deriveDefinition('a', arrayValue(new Float32Array(6), [2, 3]))).to.deep.equal({
      name: 'a',
      type: 'float32',
      shape: [3, 2],
    });
    const kinds: [ChannelValue, string][] = [
      [1, 'float64'],
      [1n, 'int64'],
      [true, 'bool'],
      ['x', 'string'],
      [null, 'float64'],
      [new TypedScalar('uint8', 1), 'uint8'],
    ];
    for (const [value, type] of kinds) {
      expect(deriveDefinition('a', value)).to.deep.equal({ name: 'a', type, shape: [1] });
    }
  });

  it('reads elements that are not aligned', () => {
    const bytes = new Uint8Array([9, 1, 0, 2, 0]).subarray(1);
    const definition = { name: 'a', encoding: 'little' as const, compression: 'none', modulo: 1, offset: 0 };
    expect(decodeValue({ ...definition, type: 'uint16' }, bytes)).to.deep.equal(
      arrayValue(new Uint16Array([1, 2])),
    );
  });

  it('finds the size of an LZ4 block without decoding it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), fc.integer({ min: 1, max: 200 }), (bytes, times) => {
        const input = Buffer.concat(Array(times).fill(bytes));
        const block = new Uint8Array(compressBound(input.length));
        const length = compressBlock(input, block);
        expect(expandedSize(block.subarray(0, length))).to.equal(input.length);
        expect(expandedSize(block.subarray(0, length - 1))).to.not.equal(input.length);
      }),
    );
  });
});
