import { expect } from 'chai';
import fc from 'fast-check';
import { encodeMessage, type Message, MessageAssembler, parseDatagram } from '../../src/epics/message.js';
import { decodeReading } from '../../src/epics/values.js';

const fields = fc.record({
  command: fc.integer({ min: 0, max: 27 }),
  dataType: fc.integer({ min: 0, max: 0xffff }),
  dataCount: fc.integer({ min: 0, max: 100_000 }),
  parameter1: fc.integer({ min: 0, max: 0xffffffff }),
  parameter2: fc.integer({ min: 0, max: 0xffffffff }),
  payload: fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
});

function assemble(chunks: Buffer[], maximumPayload = 1 << 20): Message[] {
  const messages: Message[] = [];
  const assembler = new MessageAssembler(maximumPayload, (message) => messages.push(message));
  for (const chunk of chunks) assembler.feed(chunk);
  return messages;
}

describe('epics/message', () => {
  it('reads what it writes, wherever the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(fields, { maxLength: 5 }), fc.integer({ min: 1, max: 40 }), (list, step) => {
        const stream = Buffer.concat(list.map(encodeMessage));
        const chunks: Buffer[] = [];
        for (let start = 0; start < stream.length; start += step)
          chunks.push(stream.subarray(start, start + step));
        const messages = assemble(chunks);
        expect(messages.length).to.equal(list.length);
        messages.forEach((message, index) => {
          const { payload, ...header } = list[index] as (typeof list)[number];
          expect(message).to.deep.include(header);
          expect(message.payload.subarray(0, payload.length)).to.deep.equal(payload);
          expect(message.payload.length).to.equal((payload.length + 7) & ~7);
        });
      }),
    );
  });

  it('takes the extended header for large payloads and counts', () => {
    const payload = Buffer.alloc(70_000, 7);
    const [message] = assemble([encodeMessage({ command: 15, dataCount: 70_000, payload })]);
    expect(message?.dataCount).to.equal(70_000);
    expect(message?.payload.length).to.equal(70_000);
  });

  it('refuses a payload beyond the limit before allocating it', () => {
    const header = encodeMessage({ command: 15, payload: Buffer.alloc(100_000) }).subarray(0, 24);
    expect(() => assemble([header], 50_000)).to.throw('exceeds the limit of 50000 bytes');
  });

  it('never fails on arbitrary datagrams', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        parseDatagram(Buffer.from(bytes));
      }),
    );
  });

  it('reads arbitrary payloads or says what is wrong with them', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 0, max: 300 }),
        (bytes, code, count) => {
          try {
            decodeReading(code, count, Buffer.from(bytes));
          } catch (error) {
            expect((error as Error).name).to.equal('CaFormatError');
          }
        },
      ),
    );
  });
});
