/**
 * Memory that this process and the process of a user's function share, as a file that has no name any more: it vanishes with the
 * last of the two, however they end.
 */
import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, ftruncateSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAddon } from '../../common/addon.js';
import { errorText } from '../../common/errors.js';

interface Addon {
  mapShared(fd: number, bytes: number): ArrayBuffer;
  detach(buffer: ArrayBuffer): void;
}

/** Of the arrays in it, in bytes: a cache line. */
export const ALIGNMENT = 64;
/** Memory grows in steps, because each one has to be mapped again on both sides. */
const STEP = 1 << 20;

export class SharedMemory {
  readonly fd: number;
  #memory = new ArrayBuffer(0);
  readonly #addon = loadAddon<Addon>().addon;

  constructor() {
    const folder = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
    const path = join(folder, `camserver-${process.pid}-${randomUUID()}`);
    this.fd = openSync(path, 'wx+', 0o600);
    unlinkSync(path);
  }

  /** The whole memory; without the addon a copy of it, see `flush` and `fetch`. */
  get memory(): ArrayBuffer {
    return this.#memory;
  }

  /** Makes room for at least `bytes`; views of the memory must not be used any more when it changes. */
  reserve(bytes: number): void {
    if (bytes <= this.#memory.byteLength) return;
    const size = Math.ceil(bytes / STEP) * STEP;
    ftruncateSync(this.fd, size);
    this.open(size);
  }

  /** Follows the other side, which made the file larger. */
  follow(bytes: number): void {
    if (bytes > this.#memory.byteLength) this.open(bytes);
  }

  /** Makes what was written here visible to the other side. */
  flush(bytes: number): void {
    if (this.#addon === null) writeSync(this.fd, new Uint8Array(this.#memory, 0, bytes), 0, bytes, 0);
  }

  /** Makes what the other side wrote visible here. */
  fetch(offset: number, bytes: number): void {
    if (this.#addon === null)
      readSync(this.fd, new Uint8Array(this.#memory, offset, bytes), 0, bytes, offset);
  }

  close(): void {
    this.release();
    closeSync(this.fd);
  }

  private open(bytes: number): void {
    this.release();
    try {
      this.#memory = this.#addon === null ? new ArrayBuffer(bytes) : this.#addon.mapShared(this.fd, bytes);
    } catch (error) {
      const megabytes = Math.ceil(bytes / STEP);
      throw new Error(
        `Memory of ${megabytes} MB cannot be shared with a function: ${errorText(error)}; /dev/shm may be too small`,
      );
    }
  }

  private release(): void {
    if (this.#memory.byteLength > 0) this.#addon?.detach(this.#memory);
    this.#memory = new ArrayBuffer(0);
  }
}
