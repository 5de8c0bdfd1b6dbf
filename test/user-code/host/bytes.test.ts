import { expect } from 'chai';
import fc from 'fast-check';
import { ByteReader, ByteWriter, MessageSplitter } from '../../../src/user-code/host/bytes.js';
import { decodeAnswer } from '../../../src/user-code/host/protocol.js';

describe('messages to the processes of functions', () => {
  it('come back as they were written, however the bytes are cut', () => {
    const property = fc.property(
      fc.array(
        fc.tuple(
          fc.string({ unit: 'grapheme' }),
          fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
          fc.double(),
        ),
      ),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
      (messages, cuts) => {
        const writer = new ByteWriter();
        const written = messages.map(([text, integer, number]) => {
          writer.begin(9);
          writer.text(text);
          writer.i64(integer);
          writer.f64(number);
          return writer.finish();
        });
        const bytes = Buffer.concat(written);
        const splitter = new MessageSplitter(1_000_000);
        const received: Buffer[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
          const end = at + cuts[turn % cuts.length]!;
          received.push(...splitter.push(bytes.subarray(at, end)));
          at = end;
        }
        const read = received.map((message) => {
          const reader = new ByteReader(message);
          expect(reader.u8()).to.equal(9);
          return [reader.text(), reader.i64(), reader.f64()];
        });
        expect(read).to.deep.equal(messages.map((message) => [...message]));
      },
    );
    fc.assert(property, { numRuns: 100 });
  });

  it('that are damaged are refused with a RangeError, whatever the damage', () => {
    const property = fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        decodeAnswer(Buffer.from(bytes));
      } catch (error) {
        expect(error).to.be.instanceOf(RangeError);
      }
    });
    fc.assert(property, { numRuns: 1000 });
  });

  it('that are too long are refused', () => {
    const header = Buffer.alloc(4);
    header.writeUInt32LE(101);
    expect(() => new MessageSplitter(100).push(header)).to.throw(
      RangeError,
      'A message of 101 bytes is too long',
    );
  });
});
