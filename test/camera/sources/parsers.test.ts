import { expect } from 'chai';
import fc from 'fast-check';
import { parseArray10 } from '../../../src/camera/sources/array10.js';
import { parsePackedMessage } from '../../../src/camera/sources/packed-stream.js';
import { floatsFromHalves } from '../../../src/common/half-float.js';

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((list) => Buffer.from(list));

describe('camera/sources: headers', () => {
  it('says what is wrong with an array10 header', () => {
    const errors: [string, string][] = [
      ['[1]', 'the header is not a JSON object'],
      ['{"shape": [3]}', 'the shape is [3]; expected [rows, columns]'],
      ['{}', 'the shape is null; expected [rows, columns]'],
      ['{"shape": [3, 4], "type": "complex64"}', 'unknown type "complex64"'],
      ['{"shape": [0, 4], "type": "uint8"}', 'Images cannot have 4x0 pixels'],
      ['{"shape": [3, 4]}', '2 bytes for 4x3 pixels of type int8, which need 12'],
    ];
    for (const [header, text] of errors) {
      expect(() => parseArray10(Buffer.from(header), Buffer.alloc(2)), header).to.throw(text);
    }
  });

  it('ignores surplus bytes of an array10 message, and none of a packed one', () => {
    expect(parseArray10(Buffer.from('{"shape": [1, 2]}'), Buffer.alloc(9)).image.shape).to.deep.equal([1, 2]);
    const header = Buffer.alloc(40);
    header.writeBigUInt64LE(1n, 8);
    header.writeBigUInt64LE(2n, 16);
    header.writeUInt16LE(1, 24);
    expect(parsePackedMessage(header, Buffer.alloc(2)).image.shape).to.deep.equal([1, 2]);
    expect(() => parsePackedMessage(header, Buffer.alloc(9))).to.throw(
      '9 bytes for 2x1 pixels of type uint8, which have 2',
    );
    header.writeUInt16LE(3, 24);
    expect(() => parsePackedMessage(header, Buffer.alloc(2))).to.throw(
      'unknown type code 3; expected one of 1, 2, 4',
    );
    expect(() => parsePackedMessage(Buffer.alloc(29), Buffer.alloc(2))).to.throw('29 bytes instead of 30');
  });

  it('reads any bytes or says what is wrong with them', () => {
    fc.assert(
      fc.property(bytes(60), bytes(60), (header, pixels) => {
        for (const parse of [parseArray10, parsePackedMessage]) {
          try {
            parse(header, pixels);
          } catch (error) {
            expect((error as Error).message).to.match(/\w/);
          }
        }
      }),
    );
  });

  it('converts half precision: limits, fractions, signs', () => {
    const halves = Uint16Array.of(0x0000, 0x8000, 0x7bff, 0xfc00, 0x7c00, 0x0400, 0x03ff, 0x7e00);
    expect(Array.from(floatsFromHalves(halves))).to.deep.equal([
      0,
      -0,
      65_504,
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
      2 ** -14,
      1023 * 2 ** -24,
      Number.NaN,
    ]);
  });
});
