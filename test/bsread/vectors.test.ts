import { expect } from 'chai';
import { decompress } from '../../src/bsread/compression.js';
import { MessageDecoder } from '../../src/bsread/message.js';
import { codec } from '../../src/bsread/native.js';
import { referenceCodec } from '../../src/bsread/reference/codec.js';
import { decodeValue } from '../../src/bsread/values.js';
import { type ElementType, elementSize } from '../../src/common/dtype.js';
import { type ChannelValue, isArrayValue } from '../../src/common/values.js';
import {
  type ExpectedOutput,
  expectValue,
  vectorArray,
  vectorCases,
  vectorFile,
} from '../support/vectors.js';

interface RecordedChannel {
  name: string;
  type: string | null;
  expected: ExpectedOutput;
  timestamp: [number, number] | null;
  reference_decoder?: string;
}

interface RecordedMessage {
  frames: string[];
  expected: {
    pulse_id: number;
    global_timestamp: [number, number];
    format_changed: boolean;
    main_header: { hash: string };
    channels: RecordedChannel[];
  };
}

/** The original's receiver drops a first dimension of 1; ours keeps the announced rank. */
function withoutLeadingOne(value: ChannelValue, expected: ExpectedOutput): ChannelValue {
  if (value === null || !isArrayValue(value) || value.shape[0] !== 1) return value;
  return value.shape.length - 1 === expected.shape?.length
    ? { ...value, shape: value.shape.slice(1) }
    : value;
}

describe('bsread: recorded messages of the original', () => {
  for (const entry of vectorCases('bsread_wire')) {
    it(`reads ${entry.id}`, () => {
      const file = vectorFile(entry.expected.messages_file as string).toString('utf8');
      const { messages } = JSON.parse(file) as { messages: RecordedMessage[] };
      expect(messages.length).to.equal(entry.expected.message_count);
      const decoder = new MessageDecoder((reason) => expect.fail(reason));
      for (const { frames, expected } of messages) {
        const message = decoder.decode(frames.map((frame) => Buffer.from(frame, 'base64')));
        expect(message.pulseId).to.equal(BigInt(expected.pulse_id));
        expect(message.timestamp).to.deep.equal({
          seconds: BigInt(expected.global_timestamp[0]),
          nanoseconds: BigInt(expected.global_timestamp[1]),
        });
        expect(message.hash).to.equal(expected.main_header.hash);
        expect(message.formatChanged).to.equal(expected.format_changed);
        expect(message.channels.map((channel) => channel.definition.name)).to.deep.equal(
          expected.channels.map((channel) => channel.name),
        );
        expected.channels.forEach((recorded, index) => {
          const value = message.channels[index]?.decode() ?? null;
          expectValue(withoutLeadingOne(value, recorded.expected), {
            ...recorded.expected,
            name: recorded.name,
          });
        });
      }
    });
  }
});

describe('bsread: recorded bitshuffle_lz4 blobs', () => {
  for (const [name, implementation] of Object.entries({ addon: codec, reference: referenceCodec })) {
    for (const entry of vectorCases('bitshuffle_lz4')) {
      it(`reads and re-reads ${entry.id} (${name})`, () => {
        const blob = vectorFile(entry.inputs.blob?.file as string);
        const type = entry.params.dtype as ElementType;
        const [output] = entry.expected.outputs as ExpectedOutput[];
        const array = vectorArray(output?.file as string);
        const bytes = new Uint8Array(array.data.byteLength);
        expect(implementation.bitshuffleDecompress(blob, elementSize(type), bytes)).to.equal(null);
        const definition = {
          name: 'blob',
          type,
          encoding: entry.params.byte_order as 'little' | 'big',
          compression: 'bitshuffle_lz4',
          modulo: 1,
          offset: 0,
          shape: [array.data.length],
        };
        const value = array.data.length === 1 ? null : decodeValue(definition, bytes);
        if (array.data.length > 1) expectValue(value, { ...(output as ExpectedOutput), name: entry.id });
        const again = new Uint8Array(implementation.bitshuffleBound(array.data.length, elementSize(type)));
        const size = implementation.bitshuffleCompress(bytes, elementSize(type), again);
        const repeated = decompress(again.subarray(0, size), 'bitshuffle_lz4', elementSize(type));
        expect(Buffer.compare(repeated, bytes)).to.equal(0);
      });
    }
  }
});
