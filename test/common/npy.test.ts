import { expect } from 'chai';
import fc from 'fast-check';
import { allocateElements, type ElementType } from '../../src/common/dtype.js';
import { formatNpy, parseNpy } from '../../src/common/npy.js';
import { vectorCases, vectorFile } from '../support/vectors.js';

const types: ElementType[] = [
  'bool',
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

/** A file with a header of our making. */
function file(header: string, data: number[], version = 1): Buffer {
  const text = Buffer.from(header, 'latin1');
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  length.writeUIntLE(text.length, 0, length.length);
  const magic = Buffer.from([0x93, ...Buffer.from('NUMPY'), version, 0]);
  return Buffer.concat([magic, length, text, Buffer.from(data)]);
}

describe('common/npy', () => {
  it('writes the very bytes of NumPy', () => {
    const [entry] = vectorCases('profile');
    const bytes = vectorFile(entry?.inputs.image?.file as string);
    expect(Buffer.compare(formatNpy(parseNpy(bytes)), bytes)).to.equal(0);
  });

  it('reads what it writes, for every type and shape', () => {
    const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
    fc.assert(
      fc.property(
        fc.constantFrom(...types),
        shapes,
        fc.infiniteStream(fc.nat(255)),
        (type, shape, stream) => {
          const count = shape.reduce((product, n) => product * n, 1);
          const data = allocateElements(type, count);
          const bytes = new Uint8Array(data.buffer);
          for (let index = 0; index < bytes.length; index += 1) bytes[index] = stream.next().value as number;
          const again = parseNpy(formatNpy({ type, data, shape }));
          expect(again.type).to.equal(type);
          expect(again.shape).to.deep.equal(shape);
          expect(Buffer.compare(Buffer.from(again.data.buffer), Buffer.from(data.buffer))).to.equal(0);
        },
      ),
    );
  });

  it('reads big endian, column-major files of version 2', () => {
    const header = "{'descr': '>u2', 'fortran_order': True, 'shape': (2, 3), }\n";
    const array = parseNpy(file(header, [0, 1, 0, 4, 0, 2, 0, 5, 0, 3, 0, 6], 2));
    expect(array).to.deep.equal({ type: 'uint16', data: new Uint16Array([1, 2, 3, 4, 5, 6]), shape: [2, 3] });
  });

  it('says what is wrong with a file', () => {
    expect(() => parseNpy(Buffer.from('hello, world'))).to.throw('it does not begin as such a file does');
    expect(() => parseNpy(file("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", []))).to.throw(
      "the element type '<c8' is not supported",
    );
    expect(() => parseNpy(file("{'descr': '<u2', 'fortran_order': False, 'shape': (9, 9), }", [1]))).to.throw(
      '1 bytes of data for the shape (9, 9)',
    );
    expect(() => parseNpy(file('nonsense', []))).to.throw('the header lacks descr, fortran_order or shape');
  });

  it('survives arbitrary bytes behind the beginning of a file', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), fc.uint8Array({ maxLength: 40 }), (header, data) => {
        try {
          parseNpy(file(`{'descr': '<u2', 'fortran_order': False, 'shape': (${header}), }`, [...data]));
        } catch (error) {
          expect((error as Error).name).to.equal('CamServerError');
        }
      }),
    );
  });
});
