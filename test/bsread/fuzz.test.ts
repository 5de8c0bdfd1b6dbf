import { expect } from 'chai';
import fc from 'fast-check';
import { compress, decompress } from '../../src/bsread/compression.js';
import { MessageDecoder } from '../../src/bsread/message.js';
import { codec } from '../../src/bsread/native.js';
import { referenceCodec } from '../../src/bsread/reference/codec.js';
import { compressBound } from '../../src/bsread/reference/lz4.js';
import { fuzzMessages } from '../fuzz/mutations.js';

/** Bytes with repetitions, so that there is something to compress. */
const data = fc
  .array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.integer({ min: 1, max: 300 })), {
    maxLength: 8,
  })
  .map((runs) =>
    Buffer.concat(runs.map(([bytes, times]) => Buffer.concat(Array(times).fill(Buffer.from(bytes))))),
  );

describe('bsread: hostile and random input', () => {
  it('drops or decodes 3,000 mutated messages, and fails on none', () => {
    const result = fuzzMessages(3000, 1);
    expect(result.dropped).to.be.greaterThan(100);
    expect(result.undecodable).to.be.greaterThan(10);
  });

  it('drops or decodes messages whose headers are any JSON', () => {
    const nasty = fc.oneof(fc.jsonValue(), fc.constantFrom([1], [], [2, 2], [-1], 2 ** 53, 'lz4', 'big'));
    const anything = fc.dictionary(fc.constantFrom('name', 'type', 'shape', '__proto__', 'channels'), nasty);
    const channel = fc.record(
      {
        name: fc.string(),
        type: fc.constantFrom('uint16', 'STRING', 'float64', 'bool', 'int64', 'other'),
        shape: fc.oneof(nasty, fc.array(fc.integer({ min: 0, max: 4 }))),
        encoding: fc.oneof(nasty, fc.constant('big')),
        compression: fc.oneof(nasty, fc.constantFrom('none', 'lz4', 'bitshuffle_lz4')),
        modulo: nasty,
      },
      { requiredKeys: ['name'] },
    );
    const main = fc.dictionary(
      fc.constantFrom('htype', 'hash', 'pulse_id', 'global_timestamp', 'dh_compression'),
      nasty,
    );
    const valid = fc.constant({ htype: 'bsr_m-1.1', hash: 'h', pulse_id: 1 });
    const value = fc.tuple(
      fc.uint8Array({ maxLength: 40 }),
      fc.constantFrom(Buffer.alloc(16), Buffer.alloc(0)),
    );
    let decoded = 0;
    fc.assert(
      fc.property(
        fc.oneof({ arbitrary: main, weight: 1 }, { arbitrary: valid, weight: 4 }),
        fc.oneof(nasty, fc.array(anything), fc.array(channel, { minLength: 4 })),
        fc.array(value, { maxLength: 5 }).map((values) => values.flat()),
        (header, channels, values) => {
          const parts = [header, { channels }].map((part) => Buffer.from(JSON.stringify(part)));
          try {
            const message = new MessageDecoder().decode([...parts, ...values]);
            for (const entry of message.channels) {
              entry.decode();
              entry.decodeInto(new Uint8Array(40));
              decoded += 1;
            }
          } catch (error) {
            expect((error as Error).name).to.be.oneOf(['HeaderError', 'CompressionError']);
          }
        },
      ),
      { numRuns: 1000 },
    );
    expect(decoded).to.be.greaterThan(50);
  });

  it('decompresses what it compressed, in either byte order of the length', () => {
    fc.assert(
      fc.property(data, fc.constantFrom('little', 'big'), (bytes, encoding) => {
        expect(Buffer.compare(decompress(compress(bytes, 'lz4', 1, encoding), 'lz4', 1), bytes)).to.equal(0);
        const shuffled = compress(bytes, 'bitshuffle_lz4', 1, encoding);
        expect(Buffer.compare(decompress(shuffled, 'bitshuffle_lz4', 1), bytes)).to.equal(0);
      }),
    );
  });

  it('agrees between the addon and its TypeScript twin', () => {
    fc.assert(
      fc.property(data, fc.constantFrom(1, 2, 4, 8), (bytes, elementSize) => {
        const input = bytes.subarray(0, bytes.length - (bytes.length % elementSize));
        for (const [writer, reader] of [
          [codec, referenceCodec],
          [referenceCodec, codec],
        ] as const) {
          const shuffled = new Uint8Array(writer.bitshuffleBound(input.length / elementSize, elementSize));
          const size = writer.bitshuffleCompress(input, elementSize, shuffled);
          const output = new Uint8Array(input.length);
          expect(reader.bitshuffleDecompress(shuffled.subarray(0, size), elementSize, output)).to.equal(null);
          expect(Buffer.compare(output, input)).to.equal(0);
          const block = new Uint8Array(compressBound(input.length));
          const blockSize = writer.lz4Compress(input, block);
          expect(reader.lz4Decompress(block.subarray(0, blockSize), output)).to.equal(input.length);
          expect(Buffer.compare(output, input)).to.equal(0);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('says the same of broken input as its twin', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.integer({ min: 0, max: 64 }), (bytes, size) => {
        const input = Buffer.concat([Buffer.from([0, 0, 0, 0, 0, 0, 0, size, 0, 0, 32, 0]), bytes]);
        const [left, right] = [new Uint8Array(size), new Uint8Array(size)];
        const verdict = codec.bitshuffleDecompress(input, 1, left);
        expect(referenceCodec.bitshuffleDecompress(input, 1, right) === null).to.equal(verdict === null);
        if (verdict === null) expect(Buffer.compare(left, right)).to.equal(0);
      }),
      { numRuns: 500 },
    );
  });
});
