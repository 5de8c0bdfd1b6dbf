import { expect } from 'chai';
import fc from 'fast-check';
import { elementSize, type NumericType, viewElements } from '../../../src/common/dtype.js';
import { arrayValue, type ChannelValue, TypedScalar } from '../../../src/common/values.js';
import { type Column, columnOf, encode, TEXT_BYTES } from '../../../src/streaming/sinks/hdf5/column.js';

const INTEGERS = ['int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32', 'int64', 'uint64'] as const;

function encoded(column: Column, value: ChannelValue): Uint8Array {
  const row = new Uint8Array(column.rowSize).fill(0xaa);
  encode(column, value, row);
  return row;
}

const scalar = (type: NumericType): Column =>
  columnOf('x', new TypedScalar(type, type.endsWith('64') && !type.startsWith('f') ? 1n : 1))!;

describe('streaming: values as rows of an HDF5 dataset', () => {
  it('keep integers that fit, and end at the limits of their type', () => {
    fc.assert(
      fc.property(fc.constantFrom(...INTEGERS), fc.bigInt(-(2n ** 66n), 2n ** 66n), (type, value) => {
        const bits = BigInt(8 * elementSize(type));
        const [lowest, highest] = type.startsWith('u')
          ? [0n, 2n ** bits - 1n]
          : [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n];
        const expected = value < lowest ? lowest : value > highest ? highest : value;
        const row = encoded(scalar(type), value);
        expect(BigInt(viewElements(type, row.buffer, 0, 1)[0]!)).to.equal(expected);
      }),
    );
  });

  it('cut the fraction of floats that go into integers, and take NaN as 0', () => {
    fc.assert(
      fc.property(fc.constantFrom(...INTEGERS), fc.double(), (type, value) => {
        const row = encoded(scalar(type), value);
        const stored = Number(viewElements(type, row.buffer, 0, 1)[0]!);
        if (Number.isNaN(value)) expect(stored).to.equal(0);
        else if (Math.abs(value) < 100 && !(type.startsWith('u') && value < 0)) {
          expect(stored).to.equal(Math.trunc(value) + 0);
        } else expect(Math.sign(stored)).to.be.oneOf([0, Math.sign(value)]);
      }),
    );
  });

  it('keep floats and texts, which are cut between two characters', () => {
    fc.assert(
      fc.property(fc.double(), fc.string({ unit: 'grapheme', maxLength: 600 }), (number, text) => {
        const row = encoded(columnOf('f', 0.5)!, number);
        expect(Object.is(viewElements('float64', row.buffer, 0, 1)[0], number)).to.equal(true);
        const column = columnOf('t', 'x')!;
        expect(column.rowSize).to.equal(TEXT_BYTES);
        const stored = Buffer.from(encoded(column, text)).toString().replace(/\0+$/, '');
        expect(text.replace(/\0+$/, '').startsWith(stored)).to.equal(true);
        if (Buffer.byteLength(text) <= TEXT_BYTES) expect(stored).to.equal(text.replace(/\0+$/, ''));
      }),
    );
  });

  it('fill null with NaN, 0 or nothing', () => {
    expect(
      viewElements('float32', encoded(columnOf('p', arrayValue(new Float32Array(3)))!, null).buffer, 0, 3),
    ).to.deep.equal(Float32Array.of(Number.NaN, Number.NaN, Number.NaN));
    expect(encoded(columnOf('i', arrayValue(new Uint16Array(2), [1, 2]))!, null)).to.deep.equal(
      new Uint8Array(4),
    );
    expect(encoded(columnOf('t', '')!, null)).to.deep.equal(new Uint8Array(TEXT_BYTES));
    expect(columnOf('n', null)).to.equal(null);
    expect(columnOf('e', arrayValue(new Uint16Array(0), [0, 2]))).to.equal(null);
  });
});
