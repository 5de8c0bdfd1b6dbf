import { expect } from 'chai';
import { encodeDataHeader } from '../../src/bsread/headers.js';
import { encodeMessage, MessageDecoder } from '../../src/bsread/message.js';
import type { ChannelDefinition, ReceivedMessage } from '../../src/bsread/types.js';
import { arrayValue, type ChannelValue, TypedScalar } from '../../src/common/values.js';

const timestamp = { seconds: 1700000000n, nanoseconds: 123456789n };
const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex');

function encode(definitions: ChannelDefinition[], values: ChannelValue[]): Uint8Array[] {
  return encodeMessage(encodeDataHeader(definitions), values, 42n, timestamp);
}

/** Parts with a data header as given, so that a test can say what no sender of ours would. */
function handMade(channels: object[], parts: Uint8Array[], hash = JSON.stringify(channels)): Uint8Array[] {
  const main = { htype: 'bsr_m-1.1', hash, pulse_id: 1, global_timestamp: { sec: 1, ns: 2 } };
  const header = { htype: 'bsr_d-1.1', channels };
  return [Buffer.from(JSON.stringify(main)), Buffer.from(JSON.stringify(header)), ...parts];
}

function decodeOne(channel: object, part: Uint8Array): ChannelValue | undefined {
  const decoder = new MessageDecoder((reason) => expect.fail(reason));
  return decoder
    .decode(handMade([{ name: 'a', ...channel }], [part, Buffer.alloc(16)]))
    .channel('a')
    ?.decode();
}

describe('bsread: bytes of a message', () => {
  it('writes the uncompressed example of the protocol', () => {
    const parts = encode(
      [
        { name: 'INT', type: 'int64', shape: [1] },
        { name: 'TXT', type: 'string', shape: [1] },
        { name: 'GONE', type: 'float64', shape: [1] },
        { name: 'IMG', type: 'uint16', shape: [3, 2] },
      ],
      [7, 'abc', null, arrayValue(new Uint16Array([0, 1, 2, 3, 4, 5]), [2, 3])],
    );
    expect(parts.map((part) => part.length)).to.deep.equal([140, 324, 8, 16, 3, 16, 0, 0, 12, 16]);
    expect(parts.slice(2).map(hex)).to.deep.equal([
      '0700000000000000',
      '00f153650000000015cd5b0700000000',
      '616263',
      '00f153650000000015cd5b0700000000',
      '',
      '',
      '000001000200030004000500',
      '00f153650000000015cd5b0700000000',
    ]);
  });

  it('writes the bitshuffle_lz4 example: leftovers raw, big-endian value and time', () => {
    const parts = encode(
      [
        { name: 'WF', type: 'int32', shape: [20], compression: 'bitshuffle_lz4' },
        { name: 'BIG', type: 'float32', shape: [2], encoding: 'big', compression: 'bitshuffle_lz4' },
      ],
      [arrayValue(Int32Array.from({ length: 20 }, (_, i) => i)), arrayValue(new Float32Array([1.5, -2]))],
    );
    expect(hex(parts[2]).slice(0, 24)).to.equal('000000000000005000002000');
    expect(hex(parts[2]).slice(-32)).to.equal('10000000110000001200000013000000');
    expect(hex(parts[4])).to.equal('0000000000000008000020003fc00000c0000000');
    expect(hex(parts[5])).to.equal('000000006553f10000000000075bcd15');
  });

  it('reads the blobs of the examples as the original wrote them', () => {
    const waveform = Buffer.from(
      '000000000000005000002000000000139faaaaccccf0f000ff0001001f500000000000' +
        '10000000110000001200000013000000',
      'hex',
    );
    const expected = arrayValue(Int32Array.from({ length: 20 }, (_, i) => i));
    const channel = { type: 'int32', shape: [20], compression: 'bitshuffle_lz4' };
    expect(decodeOne(channel, waveform)).to.deep.equal(expected);
    const zeros = Buffer.from('500000001f00010037500000000000', 'hex');
    const lz4 = { type: 'int32', shape: [20], compression: 'lz4' };
    expect(decodeOne(lz4, zeros)).to.deep.equal(arrayValue(new Int32Array(20)));
    const text = Buffer.from('1e0000001f61010005506161616161', 'hex');
    expect(decodeOne({ type: 'string', shape: [1], compression: 'lz4' }, text)).to.equal('a'.repeat(30));
  });

  it('reads lz4 with a length in either byte order, or a wrong one', () => {
    for (const prefix of ['1e000000', '0000001e', 'ffffffff', '00000001']) {
      const text = Buffer.from(`${prefix}1f61010005506161616161`, 'hex');
      expect(decodeOne({ type: 'string', compression: 'lz4' }, text), prefix).to.equal('a'.repeat(30));
    }
  });

  it('says which channel does not fit, and how many values are needed', () => {
    const definition: ChannelDefinition = { name: 'a', type: 'int32', shape: [1] };
    expect(() => encode([definition], [])).to.throw(
      'Length of passed data (0) does not correspond to configured channels (1)',
    );
    expect(() => encode([definition], ['x'])).to.throw("Channel 'a' is int32, not a string");
    expect(() => encode([{ name: 't', type: 'string' }], [1])).to.throw(
      "Channel 't' is a string, not a number",
    );
  });
});

describe('bsread: values of a message', () => {
  const little = { type: 'int16', encoding: 'little' };

  it('keeps the announced rank, and reads scalars as scalars', () => {
    const bytes = Buffer.from('01000200', 'hex');
    const data = new Int16Array([1, 2]);
    expect(decodeOne({ ...little, shape: [2, 1] }, bytes)).to.deep.equal(arrayValue(data, [1, 2]));
    expect(decodeOne({ ...little, shape: [1, 2] }, bytes)).to.deep.equal(arrayValue(data, [2, 1]));
    expect(decodeOne({ ...little, shape: [1] }, bytes)).to.deep.equal(arrayValue(data, [2]));
    expect(decodeOne(little, bytes)).to.deep.equal(arrayValue(data, [2]));
    const one = bytes.subarray(0, 2);
    const scalar = new TypedScalar('int16', 1);
    expect(decodeOne({ ...little, shape: [1] }, one)).to.deep.equal(scalar);
    expect(decodeOne({ ...little, shape: [] }, one)).to.deep.equal(scalar);
    expect(decodeOne(little, one)).to.deep.equal(scalar);
    expect(decodeOne({ ...little, shape: [1, 1] }, one)).to.deep.equal(
      arrayValue(new Int16Array([1]), [1, 1]),
    );
  });

  it('reads any byte but 0 as true', () => {
    expect(decodeOne({ type: 'bool', shape: [3] }, Buffer.from([0, 1, 200]))).to.deep.equal({
      type: 'bool',
      data: new Uint8Array([0, 1, 1]),
      shape: [3],
    });
    expect(decodeOne({ type: 'BOOL', shape: [1] }, Buffer.from([200]))).to.equal(true);
  });

  for (const [what, channel, bytes] of [
    ['a count that does not fill the shape', { ...little, shape: [3] }, '01000200'],
    ['a part of an element', { ...little }, '010002'],
    ['an unknown type', { type: 'float16' }, '0100'],
    ['an unknown compression', { ...little, compression: 'zip' }, '0100'],
    ['a shape that cannot be', { ...little, shape: [1.5] }, '0100'],
    ['text that is not UTF-8', { type: 'string' }, 'ff'],
    ['text of another length than announced', { type: 'string', shape: [2] }, '616263'],
    ['a size of 8 EiB', { ...little, compression: 'bitshuffle_lz4' }, '7fffffffffffffff00002000'],
    [
      'a size that the input cannot hold',
      { ...little, compression: 'bitshuffle_lz4' },
      '000000003000000000002000',
    ],
    ['broken LZ4', { ...little, compression: 'lz4' }, '0200000020ff'],
  ] as const) {
    it(`gives null and a warning for ${what}`, () => {
      const warnings: string[] = [];
      const decoder = new MessageDecoder((reason) => warnings.push(reason));
      const stamp = Buffer.alloc(16);
      const parts = handMade(
        [
          { name: 'a', ...channel },
          { name: 'b', type: 'uint8' },
        ],
        [Buffer.from(bytes, 'hex'), stamp, Buffer.from([9]), stamp],
      );
      const message = decoder.decode(parts);
      expect(message.channel('a')?.decode()).to.equal(null);
      expect(message.channel('a')?.timestamp).to.deep.equal({ seconds: 0n, nanoseconds: 0n });
      expect(message.channel('a')?.decodeInto(new Uint8Array(64))).to.equal(false);
      expect(message.channel('b')?.decode()).to.deep.equal(new TypedScalar('uint8', 9));
      expect(warnings[0]).to.match(/^Channel 'a'/);
    });
  }

  it('refuses values above a limit that is set', () => {
    const decoder = new MessageDecoder(undefined, { maximumValueSize: 100 });
    const parts = encode(
      [{ name: 'a', type: 'uint8', shape: [200], compression: 'bitshuffle_lz4' }],
      [arrayValue(new Uint8Array(200))],
    );
    expect(decoder.decode(parts).channel('a')?.decode()).to.equal(null);
  });

  it('finds nothing where compressed data is empty, without a warning', () => {
    const decoder = new MessageDecoder((reason) => expect.fail(reason));
    const empty = { type: 'int32', compression: 'bitshuffle_lz4' };
    const parts = handMade(
      [
        { name: 'a', ...empty },
        { name: 'b', ...empty, shape: [5] },
        { name: 'c', type: 'string', compression: 'lz4' },
      ],
      [
        Buffer.from('000000000000000000002000', 'hex'),
        Buffer.alloc(16),
        Buffer.alloc(8),
        Buffer.alloc(16),
        Buffer.from('0000000000', 'hex'),
        Buffer.alloc(16),
      ],
    );
    expect(decoder.decode(parts).channels.map((channel) => channel.decode())).to.deep.equal([
      null,
      null,
      null,
    ]);
  });
});

describe('bsread: structure of a message', () => {
  const channel = { name: 'a', type: 'uint8' };
  const value = Buffer.from([1]);
  const decode = (parts: Uint8Array[]): ReceivedMessage => new MessageDecoder().decode(parts);

  it('takes the first 16 bytes of a longer timestamp, and none where there is none', () => {
    const long = Buffer.from('010000000000000002000000000000000300000000000000', 'hex');
    const time = { seconds: 1n, nanoseconds: 2n };
    expect(decode(handMade([channel], [value, long])).channels[0]?.timestamp).to.deep.equal(time);
    expect(decode(handMade([channel], [value, Buffer.alloc(0)])).channels[0]?.timestamp).to.equal(null);
    expect(decode(handMade([channel], [value])).channels[0]?.timestamp).to.equal(null);
    expect(() => decode(handMade([channel], [value, Buffer.alloc(8)]))).to.throw('a timestamp of 8 bytes');
  });

  it('gives neither value nor time for an empty value part, whatever follows it', () => {
    const message = decode(handMade([channel], [Buffer.alloc(0), Buffer.from('junk')]));
    expect(message.channels[0]).to.include({ timestamp: null, frame: null });
    expect(message.channels[0]?.decode()).to.equal(null);
  });

  it('leaves out channels without parts, and drops a message with too many', () => {
    const message = decode(handMade([channel, { ...channel, name: 'b' }], [value, Buffer.alloc(16)]));
    expect(message.channels.map((entry) => entry.definition.name)).to.deep.equal(['a']);
    expect(message.channel('b')).to.equal(undefined);
    const parts = handMade([channel], [value, Buffer.alloc(16), value]);
    expect(() => decode(parts)).to.throw('5 parts came for 1 channels');
  });

  it('delivers a message without channels, and flags no change', () => {
    const message = decode(handMade([], [value]));
    expect(message).to.include({ pulseId: 1n, formatChanged: false });
    expect(message.channels).to.deep.equal([]);
  });

  it('remembers a data header only when it could be read', () => {
    const decoder = new MessageDecoder();
    const good = handMade([channel], [value, Buffer.alloc(16)], 'first');
    expect(decoder.decode(good).formatChanged).to.equal(true);
    const broken = handMade([{ type: 'uint8' }], [value, Buffer.alloc(16)], 'second');
    expect(() => decoder.decode(broken)).to.throw('has no name');
    expect(() => decoder.decode(broken)).to.throw('has no name');
    expect(decoder.decode(good).formatChanged).to.equal(false);
  });

  it('reads the data header no further while its hash stays the same', () => {
    const decoder = new MessageDecoder();
    const parts = handMade([channel], [value, Buffer.alloc(16)]);
    decoder.decode(parts);
    parts[1] = Buffer.from('not read');
    expect(decoder.decode(parts).channel('a')?.decode()).to.deep.equal(new TypedScalar('uint8', 1));
  });

  it('survives messages of one part', () => {
    expect(() => decode([Buffer.from('{"htype": "bsr_reconnect-1.0"}')])).to.throw('a message of 1 parts');
    expect(() => decode([])).to.throw('a message of 0 parts');
  });
});
