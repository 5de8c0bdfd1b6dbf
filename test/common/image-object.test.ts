import { expect } from 'chai';
import { formatImageObject, imageFromRows, parseImageObject } from '../../src/common/image-object.js';
import { arrayValue } from '../../src/common/values.js';

describe('common/image-object', () => {
  it('writes and reads images of any element type', () => {
    for (const data of [Uint16Array.of(1, 2, 3, 65535), Float64Array.of(-1.5, 0, 1e300, Number.NaN)]) {
      const image = arrayValue(data, [2, 2]);
      expect(parseImageObject(formatImageObject(image))).to.deep.equal(image);
    }
    expect(formatImageObject(arrayValue(Uint8Array.of(1, 2), [1, 2]))).to.deep.equal({
      bytes: 'AQI=',
      shape: [1, 2],
      dtype: '|u1',
    });
  });

  it('reads big-endian bytes', () => {
    const image = parseImageObject({
      bytes: Buffer.from([1, 2]).toString('base64'),
      shape: [1, 1],
      dtype: '>u2',
    });
    expect([...image.data]).to.deep.equal([0x102]);
  });

  it('says what is wrong', () => {
    expect(() => parseImageObject(null)).to.throw("it lacks 'bytes', 'shape' or 'dtype'");
    expect(() => parseImageObject({ bytes: 'AQI=', shape: [2], dtype: '<u2' })).to.throw(
      '2 bytes do not fit the shape (2) of <u2',
    );
    expect(() => parseImageObject({ bytes: 'AQI=', shape: [1], dtype: '<c8' })).to.throw(
      "'<c8' is not supported",
    );
  });

  it('converts rows of numbers like NumPy', () => {
    expect(
      imageFromRows([
        [1.9, -1],
        [65536, 3],
      ]),
    ).to.deep.equal(arrayValue(Uint16Array.of(1, 65535, 0, 3), [2, 2]));
    expect(() => imageFromRows(null)).to.throw('a list of rows');
    expect(() => imageFromRows([[1, 2], [3]])).to.throw('row 1 must be a list of 2 numbers');
    const wide = new Array<number>(100_000).fill(0);
    const manyEmpty = new Array<number[]>(100_000).fill([]);
    expect(() => imageFromRows([wide, ...manyEmpty])).to.throw('row 1 must be a list of 100000 numbers');
    expect(() => imageFromRows([[1, 'x']])).to.throw('element 1 of row 0 is not a number');
  });
});
