/** Memory that is used again for each frame. */
export class Scratch {
  #memory: ArrayBuffer = new ArrayBuffer(0);

  take(bytes: number): ArrayBuffer {
    if (this.#memory.byteLength < bytes) this.#memory = new ArrayBuffer(bytes);
    return this.#memory;
  }
}
