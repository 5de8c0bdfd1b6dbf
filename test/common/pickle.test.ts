import { expect } from 'chai';
import fc from 'fast-check';
import { allocateElements, type ElementType } from '../../src/common/dtype.js';
import { CamServerError } from '../../src/common/errors.js';
import { formatPickledArray, parsePickledArray } from '../../src/common/pickle.js';
import type { ArrayValue } from '../../src/common/values.js';
import { type ExpectedOutput, expectValue, vectorCases, vectorFile } from '../support/vectors.js';

const refusal = (bytes: Buffer): string => {
  try {
    parsePickledArray(bytes);
  } catch (error) {
    expect(error).to.be.instanceOf(CamServerError);
    return (error as Error).message;
  }
  return 'it was accepted';
};

const small: ArrayValue = { type: 'uint16', data: Uint16Array.of(0, 10, 13, 26, 92, 0x1f60), shape: [2, 3] };

describe('common/pickle', () => {
  for (const entry of vectorCases('pickle_array')) {
    it(`reads ${entry.id}`, () => {
      const value = parsePickledArray(vectorFile(entry.inputs.pickle!.file));
      const [expected] = entry.expected.outputs as ExpectedOutput[];
      expectValue(value, expected!, entry.tolerance);
    });

    if (entry.params.layout === 'c') {
      it(`writes ${entry.id} byte by byte`, () => {
        const bytes = vectorFile(entry.inputs.pickle!.file);
        expect(formatPickledArray(parsePickledArray(bytes)).equals(bytes)).to.equal(true);
      });
    }
  }

  for (const entry of vectorCases('pickle_reject')) {
    it(`refuses ${entry.id}`, () => {
      expect(refusal(vectorFile(entry.inputs.pickle!.file))).to.match(/^Not a pickled array: /);
    });
  }

  it('says what is not allowed', () => {
    expect(refusal(Buffer.from('cos\nsystem\n(Vls\ntR.'))).to.equal(
      'Not a pickled array: the name "os system" is not allowed (byte 11 of 19).',
    );
    expect(refusal(Buffer.from('\x80\x02.', 'latin1'))).to.contain('the operation "\x80" is not allowed');
    const text = formatPickledArray(small).toString('latin1');
    expect(refusal(Buffer.from(text.replace('I2\nI3', 'I3\nI3'), 'latin1'))).to.contain(
      '12 bytes of data do not fit the shape (3, 3)',
    );
    expect(refusal(Buffer.from(text.replace('Vu2', 'VO8'), 'latin1'))).to.contain("element type 'O8'");
    expect(refusal(Buffer.from(text.replace('\\u000a', '\\u010a'), 'latin1'))).to.contain('\\u00xx');
    expect(refusal(Buffer.from(`${text} `, 'latin1'))).to.contain('bytes follow after STOP');
  });

  it('does not decode the same data again and again', () => {
    const data = 'x'.repeat(1000);
    const again = 'g3\n(g17\ng5\ntR'.repeat(100);
    const bytes = Buffer.from(`c_codecs\nencode\np3\nVlatin1\np5\nV${data}\np17\n${again}.`, 'latin1');
    expect(refusal(bytes)).to.contain('used more than once');
    expect(refusal(Buffer.from('N'.repeat(5000)))).to.contain('more than 1000 operations');
  });

  it('returns every array that it wrote', () => {
    const types: ElementType[] = ['bool', 'int8', 'uint8', 'int16', 'uint16', 'int32', 'float32', 'float64'];
    fc.assert(
      fc.property(
        fc.constantFrom(...types),
        fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 3 }),
        fc.array(fc.integer(), { minLength: 125, maxLength: 125 }),
        (type, shape, numbers) => {
          const count = shape.reduce((product, n) => product * n, 1);
          const data = allocateElements(type, count) as Float64Array;
          for (let index = 0; index < count; index += 1) data[index] = numbers[index]!;
          const value = { type, data, shape };
          expect(parsePickledArray(formatPickledArray(value))).to.deep.equal(value);
        },
      ),
    );
  });

  it('refuses damaged input with a message, whatever the damage', () => {
    const good = formatPickledArray(small);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 4 }), (changes) => {
        const bytes = Buffer.from(good);
        for (const [at, byte] of changes) bytes[at] = byte;
        try {
          parsePickledArray(bytes);
        } catch (error) {
          expect(error).to.be.instanceOf(CamServerError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('refuses programs made of its own operations', () => {
    const operation = fc.constantFrom(
      '(',
      't',
      'R',
      'b',
      'N',
      'p0\n',
      'g0\n',
      'I1\n',
      'I00\n',
      'Vb\n',
      'Vlatin1\n',
      'c_codecs\nencode\n',
      'cnumpy\nndarray\n',
      'cnumpy\ndtype\n',
      'cnumpy.core.multiarray\n_reconstruct\n',
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 30 }), (operations) => {
        expect(refusal(Buffer.from(`${operations.join('')}.`))).to.match(/^Not a pickled array: /);
      }),
      { numRuns: 500 },
    );
  });
});
