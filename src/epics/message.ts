/**
 * Messages of the Channel Access protocol (version 4.13): a header of 16 bytes, or 24 for large payloads, big endian, and a
 * payload padded to a multiple of 8. Client and test server share this file.
 */

export const PROTOCOL_MINOR_VERSION = 13;

export const Command = {
  version: 0,
  eventAdd: 1,
  eventCancel: 2,
  write: 4,
  search: 6,
  error: 11,
  clearChannel: 12,
  serverBeacon: 13,
  readNotify: 15,
  createChannel: 18,
  writeNotify: 19,
  clientName: 20,
  hostName: 21,
  accessRights: 22,
  echo: 23,
  createChannelFailed: 26,
  serverDisconnect: 27,
} as const;

/** Status code of success in replies. */
export const ECA_NORMAL = 1;

export interface Message {
  readonly command: number;
  readonly dataType: number;
  readonly dataCount: number;
  readonly parameter1: number;
  readonly parameter2: number;
  /** As received, padding included. */
  readonly payload: Buffer;
}

const HEADER_SIZE = 16;
const EXTENDED_HEADER_SIZE = 24;
const NO_PAYLOAD = Buffer.alloc(0);

export interface MessageFields {
  command: number;
  dataType?: number;
  dataCount?: number;
  parameter1?: number;
  parameter2?: number;
  payload?: Buffer;
}

/** Encodes a message; large payloads and counts take the extended header. */
export function encodeMessage(fields: MessageFields): Buffer {
  const {
    command,
    dataType = 0,
    dataCount = 0,
    parameter1 = 0,
    parameter2 = 0,
    payload = NO_PAYLOAD,
  } = fields;
  const paddedSize = (payload.length + 7) & ~7;
  const isExtended = paddedSize >= 0xffff || dataCount >= 0xffff;
  const headerSize = isExtended ? EXTENDED_HEADER_SIZE : HEADER_SIZE;
  const message = Buffer.allocUnsafe(headerSize + paddedSize);
  message.writeUInt16BE(command, 0);
  message.writeUInt16BE(isExtended ? 0xffff : paddedSize, 2);
  message.writeUInt16BE(dataType, 4);
  message.writeUInt16BE(isExtended ? 0 : dataCount, 6);
  message.writeUInt32BE(parameter1 >>> 0, 8);
  message.writeUInt32BE(parameter2 >>> 0, 12);
  if (isExtended) {
    message.writeUInt32BE(paddedSize, 16);
    message.writeUInt32BE(dataCount, 20);
  }
  payload.copy(message, headerSize);
  message.fill(0, headerSize + payload.length);
  return message;
}

/** A text payload: Latin-1, terminated by a zero byte. */
export function textPayload(text: string): Buffer {
  return Buffer.from(`${text}\0`, 'latin1');
}

/** The text up to the first zero byte. */
export function readText(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('latin1', 0, end < 0 ? bytes.length : end);
}

interface Header {
  readonly size: number;
  readonly payloadSize: number;
  readonly fields: Omit<Message, 'payload'>;
}

/** Null when the bytes do not yet hold a whole header. */
function parseHeader(bytes: Buffer): Header | null {
  if (bytes.length < HEADER_SIZE) return null;
  const isExtended = bytes.readUInt16BE(2) === 0xffff;
  if (isExtended && bytes.length < EXTENDED_HEADER_SIZE) return null;
  return {
    size: isExtended ? EXTENDED_HEADER_SIZE : HEADER_SIZE,
    payloadSize: isExtended ? bytes.readUInt32BE(16) : bytes.readUInt16BE(2),
    fields: {
      command: bytes.readUInt16BE(0),
      dataType: bytes.readUInt16BE(4),
      dataCount: isExtended ? bytes.readUInt32BE(20) : bytes.readUInt16BE(6),
      parameter1: bytes.readUInt32BE(8),
      parameter2: bytes.readUInt32BE(12),
    },
  };
}

/** All messages of one datagram; whatever does not fit is ignored, as a datagram cannot be continued. */
export function parseDatagram(datagram: Buffer): Message[] {
  const messages: Message[] = [];
  let rest = datagram;
  for (let header = parseHeader(rest); header !== null; header = parseHeader(rest)) {
    const end = header.size + header.payloadSize;
    if (end > rest.length) break;
    messages.push({ ...header.fields, payload: rest.subarray(header.size, end) });
    rest = rest.subarray(end);
  }
  return messages;
}

/** A peer announced a payload beyond the limit; the stream cannot be followed any further. */
export class PayloadTooLargeError extends Error {
  override name = 'PayloadTooLargeError';
}

/**
 * Cuts a TCP stream into messages. The payload of a message is allocated once, as its header arrives, and filled from
 * the chunks, so that an image is copied once on its way from the socket.
 */
export class MessageAssembler {
  private pending: Buffer = NO_PAYLOAD;
  private header: Header | null = null;
  private payload: Buffer = NO_PAYLOAD;
  private filled = 0;

  constructor(
    private readonly maximumPayload: number,
    private readonly onMessage: (message: Message) => void,
  ) {}

  /** @throws PayloadTooLargeError */
  feed(chunk: Buffer): void {
    let rest = this.pending.length === 0 ? chunk : Buffer.concat([this.pending, chunk]);
    this.pending = NO_PAYLOAD;
    for (;;) {
      if (this.header === null) {
        const header = parseHeader(rest);
        if (header === null) {
          this.pending = Buffer.from(rest);
          return;
        }
        this.begin(header);
        rest = rest.subarray(header.size);
      }
      const copied = rest.copy(this.payload, this.filled);
      this.filled += copied;
      rest = rest.subarray(copied);
      if (this.filled < this.payload.length) return;
      this.complete();
    }
  }

  private begin(header: Header): void {
    if (header.payloadSize > this.maximumPayload) {
      throw new PayloadTooLargeError(
        `A Channel Access message of ${header.payloadSize} bytes exceeds the limit of ${this.maximumPayload} bytes; ` +
          'set EPICS_CA_MAX_ARRAY_BYTES to allow it',
      );
    }
    this.header = header;
    // unpooled: its offset is 0, so that typed arrays of every width can be laid over it
    this.payload = header.payloadSize === 0 ? NO_PAYLOAD : Buffer.allocUnsafeSlow(header.payloadSize);
    this.filled = 0;
  }

  private complete(): void {
    const message: Message = { ...(this.header as Header).fields, payload: this.payload };
    this.header = null;
    this.payload = NO_PAYLOAD;
    this.onMessage(message);
  }
}
