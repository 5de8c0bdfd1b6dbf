/** Writing and reading the messages between an instance and the processes of users' functions; all numbers little endian. */

/** Collects one message in memory that is used again for the next one. */
export class ByteWriter {
  #buffer = Buffer.allocUnsafe(4096);
  #length = 0;

  /** Starts a message: its length is filled in by `finish`. */
  begin(type: number): void {
    this.#length = 4;
    this.u8(type);
  }

  /** The message, in memory of its own. */
  finish(): Buffer {
    this.#buffer.writeUInt32LE(this.#length - 4, 0);
    return Buffer.from(this.#buffer.subarray(0, this.#length));
  }

  u8(value: number): void {
    this.#length = this.room(1).writeUInt8(value, this.#length);
  }

  u16(value: number): void {
    this.#length = this.room(2).writeUInt16LE(value, this.#length);
  }

  u32(value: number): void {
    this.#length = this.room(4).writeUInt32LE(value, this.#length);
  }

  i64(value: bigint): void {
    this.#length = this.room(8).writeBigInt64LE(BigInt.asIntN(64, value), this.#length);
  }

  f64(value: number): void {
    this.#length = this.room(8).writeDoubleLE(value, this.#length);
  }

  bytes(value: Uint8Array): void {
    this.room(value.length).set(value, this.#length);
    this.#length += value.length;
  }

  /** With its length in 32 bits. */
  text(value: string): void {
    const bytes = Buffer.byteLength(value);
    this.u32(bytes);
    this.room(bytes).write(value, this.#length);
    this.#length += bytes;
  }

  private room(bytes: number): Buffer {
    const needed = this.#length + bytes;
    if (needed > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#buffer.length));
      this.#buffer.copy(larger, 0, 0, this.#length);
      this.#buffer = larger;
    }
    return this.#buffer;
  }
}

/** Reads one message. @throws RangeError when it ends too early */
export class ByteReader {
  #position = 0;

  constructor(private readonly buffer: Buffer) {}

  u8(): number {
    return this.buffer.readUInt8(this.advance(1));
  }

  u16(): number {
    return this.buffer.readUInt16LE(this.advance(2));
  }

  u32(): number {
    return this.buffer.readUInt32LE(this.advance(4));
  }

  i64(): bigint {
    return this.buffer.readBigInt64LE(this.advance(8));
  }

  f64(): number {
    return this.buffer.readDoubleLE(this.advance(8));
  }

  text(): string {
    const bytes = this.u32();
    const start = this.advance(bytes);
    return this.buffer.toString('utf8', start, start + bytes);
  }

  bytes(count: number): Buffer {
    const start = this.advance(count);
    return this.buffer.subarray(start, start + count);
  }

  private advance(bytes: number): number {
    const start = this.#position;
    if (start + bytes > this.buffer.length) throw new RangeError('The message ends too early');
    this.#position += bytes;
    return start;
  }
}

/** Cuts a stream of bytes into messages. */
export class MessageSplitter {
  #rest: Buffer = Buffer.alloc(0);

  /** @param longest of a message; a longer one is a fault of the other side */
  constructor(private readonly longest: number) {}

  /** The messages that are complete now, without their length. @throws RangeError for a message that is too long */
  push(chunk: Buffer): Buffer[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const messages: Buffer[] = [];
    while (this.#rest.length >= 4) {
      const length = this.#rest.readUInt32LE(0);
      if (length > this.longest) throw new RangeError(`A message of ${length} bytes is too long`);
      if (this.#rest.length < 4 + length) break;
      messages.push(this.#rest.subarray(4, 4 + length));
      this.#rest = this.#rest.subarray(4 + length);
    }
    return messages;
  }
}
