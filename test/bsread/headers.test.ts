import { createHash } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { compress } from '../../src/bsread/compression.js';
import {
  encodeDataHeader,
  encodeMainHeader,
  parseDataHeader,
  parseMainHeader,
} from '../../src/bsread/headers.js';

const main = (text: string) => parseMainHeader(Buffer.from(text));
const data = (text: string) => parseDataHeader(Buffer.from(text), 'none');
const required = '"htype": "bsr_m-1.1", "hash": "h"';

describe('bsread: main header', () => {
  it('writes the keys in the order of the original', () => {
    const header = encodeDataHeader([{ name: 'a', type: 'int64', shape: [1] }]);
    const timestamp = { seconds: 1700000000n, nanoseconds: 123456789n };
    expect(encodeMainHeader(header, 42n, timestamp).toString()).to.equal(
      `{"htype": "bsr_m-1.1", "hash": "${header.hash}", "pulse_id": 42, "global_timestamp": {"sec": 1700000000, "ns": 123456789}}`,
    );
    const compressed = encodeDataHeader(header.channels, 'bitshuffle_lz4');
    expect(encodeMainHeader(compressed, 43n, timestamp).toString()).to.match(
      /^\{"htype": "bsr_m-1.1", "dh_compression": "bitshuffle_lz4", "hash": "/,
    );
  });

  it('reads the header of a real camera, with sorted keys and a line feed at the end', () => {
    const header = main(
      '{"global_timestamp":{"ns":865393891,"sec":1508856598},"hash":"f161ed9dabb6d2369b70aa5d37db528f","htype":"bsr_m-1.1","pulse_id":3682521968}\n',
    );
    expect(header).to.deep.equal({
      pulseId: 3682521968n,
      hash: 'f161ed9dabb6d2369b70aa5d37db528f',
      timestamp: { seconds: 1508856598n, nanoseconds: 865393891n },
      dataHeaderCompression: 'none',
    });
  });

  it('accepts epoch for sec, no time at all, and unknown keys', () => {
    expect(
      main(`{${required}, "pulse_id": 1, "global_timestamp": {"epoch": 5, "ns": 6}}`).timestamp,
    ).to.deep.equal({
      seconds: 5n,
      nanoseconds: 6n,
    });
    expect(main(`  {${required}, "pulse_id": 1, "more": [1]}  `).timestamp).to.equal(null);
  });

  it('keeps every digit of 64-bit pulse ids, whatever else carries the same key', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 63n - 1n), (pulseId) => {
        const text = `{"other": {"pulse_id": 1, "ns": 2}, "pulse_id" : ${pulseId}, ${required}}`;
        expect(main(text).pulseId).to.equal(pulseId);
      }),
    );
  });

  for (const [what, text, reason] of [
    ['no pulse id', `{${required}}`, 'main header without pulse_id'],
    ['a text as pulse id', `{${required}, "pulse_id": "1"}`, 'main header without pulse_id'],
    [
      'a pulse id beyond 64 bits',
      `{${required}, "pulse_id": 99999999999999999999}`,
      'main header without pulse_id',
    ],
    ['no hash', '{"htype": "bsr_m-1.1", "pulse_id": 1}', 'main header without hash'],
    [
      'a time without ns',
      `{${required}, "pulse_id": 1, "global_timestamp": {"sec": 1}}`,
      'global_timestamp without sec or ns',
    ],
    [
      'a time without sec',
      `{${required}, "pulse_id": 1, "global_timestamp": {"ns": 1}}`,
      'global_timestamp without sec or ns',
    ],
    [
      'another family',
      '{"htype": "bsr_stop-1.0", "sentMessages": 7}',
      "htype 'bsr_stop-1.0' is not a bsread message",
    ],
    ['a list', '[]', 'main header is not a JSON object'],
    ['no UTF-8', '\u00ff', 'is not'],
    ['a huge text', `{${required}, "pulse_id": 1}${' '.repeat(70_000)}`, 'at most 65536'],
  ] as const) {
    it(`refuses ${what}`, () => {
      const bytes = what === 'no UTF-8' ? Buffer.from([0xff, 0xfe]) : Buffer.from(text);
      expect(() => parseMainHeader(bytes))
        .to.throw(reason)
        .with.property('name', 'HeaderError');
    });
  }
});

describe('bsread: data header', () => {
  it('writes what the original writes, and its MD5', () => {
    const text =
      '{"htype": "bsr_d-1.1", "channels": [{"name": "INT", "type": "int64", "shape": [1], "encoding": "little"}, {"name": "TXT", "type": "string", "shape": [1], "encoding": "little"}, {"name": "GONE", "type": "float64", "shape": [1], "encoding": "little"}, {"name": "IMG", "type": "uint16", "shape": [3, 2], "encoding": "little"}]}';
    const header = encodeDataHeader([
      { name: 'INT', type: 'int64', shape: [1] },
      { name: 'TXT', type: 'string', shape: [1] },
      { name: 'GONE', type: 'float64', shape: [1] },
      { name: 'IMG', type: 'uint16', shape: [3, 2] },
    ]);
    expect(Buffer.from(header.bytes).toString()).to.equal(text);
    expect(header.hash).to.equal('d480271640d9ce034b13c75e3eb746bb');
  });

  it('hashes the bytes as transmitted', () => {
    const header = encodeDataHeader([{ name: 'a', type: 'int64', shape: [1] }], 'bitshuffle_lz4');
    expect(header.hash).to.equal(createHash('md5').update(header.bytes).digest('hex'));
    expect(parseDataHeader(header.bytes, 'bitshuffle_lz4')[0]?.name).to.equal('a');
  });

  it('fills in what is missing, and reads types in any case', () => {
    const channels =
      '[{"name": "a"}, {"name": "b", "type": "UInt16", "compression": null, "shape": null, "encoding": "BIG", "extra": {}}]';
    expect(data(` {"channels": ${channels}}\n`)).to.deep.equal([
      { name: 'a', type: 'float64', encoding: 'little', compression: 'none', modulo: 1, offset: 0 },
      { name: 'b', type: 'uint16', encoding: 'little', compression: 'none', modulo: 1, offset: 0 },
    ]);
  });

  it('lets a compression that is no name spoil only its channel', () => {
    const compressions = data(
      '{"channels": [{"name": "a", "compression": {"toString": []}}, {"name": "b", "compression": 5}]}',
    ).map(({ compression }) => compression);
    expect(compressions).to.deep.equal(['{"toString":[]}', '5']);
  });

  it('lets a shape that cannot be spoil only its channel', () => {
    const [channel] = data('{"channels": [{"name": "a", "shape": [-1, 2]}]}');
    expect(channel?.problem).to.equal("Channel 'a' has the shape [-1,2]");
  });

  for (const [what, text, reason] of [
    ['no channels', '{"htype": "bsr_d-1.1"}', 'data header without channels'],
    [
      'a channel without name',
      '{"channels": [{"type": "int8"}]}',
      'channel 0 of the data header has no name',
    ],
    ['null as type', '{"channels": [{"name": "a", "type": null}]}', "channel 'a' has the type null"],
    ['cut JSON', '{"channels": [', 'data header is not JSON'],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(() => data(text)).to.throw(reason);
    });
  }

  it('refuses too many channels and a compression bomb', () => {
    const three = Buffer.from('{"channels": [{"name": "a"}, {"name": "b"}, {"name": "c"}]}');
    expect(() => parseDataHeader(three, 'none', 2)).to.throw('data header with 3 channels; at most 2');
    const bomb = compress(Buffer.alloc(65 * 2 ** 20, ' '), 'bitshuffle_lz4', 1, 'big');
    expect(() => parseDataHeader(bomb, 'bitshuffle_lz4')).to.throw('at most 67108864 are accepted');
    expect(() => parseDataHeader(three, 'zip')).to.throw("data header compression 'zip' is unknown");
  });
});
