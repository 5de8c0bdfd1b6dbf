/**
 * Brings images and bsread messages of the same pulse together. Both come in growing pulse ids; the buffers are bounded and lose
 * their oldest entry when they are full.
 */
export interface PulseMatcherOptions<Image> {
  readonly images: number;
  readonly data: number;
  /** Bytes of images that may wait. */
  readonly imageBytes: number;
  /** `unmatched`: no message of that pulse will come; `queue_full`: too many wait. */
  dropped(image: Image, reason: 'unmatched' | 'queue_full'): void;
}

export interface Match<Image, Data> {
  readonly pulseId: bigint;
  readonly image: Image;
  readonly data: Data;
}

interface Entry<Item> {
  readonly pulseId: bigint;
  readonly item: Item;
  readonly bytes: number;
}

export class PulseMatcher<Image, Data> {
  readonly #images: Entry<Image>[] = [];
  readonly #data: Entry<Data>[] = [];
  #imageBytes = 0;

  constructor(private readonly options: PulseMatcherOptions<Image>) {}

  /** @returns what matches now, in image order */
  pushImage(pulseId: bigint, item: Image, bytes: number): Match<Image, Data>[] {
    this.#images.push({ pulseId, item, bytes });
    this.#imageBytes += bytes;
    const matches = this.match();
    const { images, imageBytes } = this.options;
    while (this.#images.length > images || (this.#imageBytes > imageBytes && this.#images.length > 1)) {
      this.options.dropped(this.shiftImage().item, 'queue_full');
    }
    return matches;
  }

  /** @returns what matches now, in image order */
  pushData(pulseId: bigint, item: Data): Match<Image, Data>[] {
    this.#data.push({ pulseId, item, bytes: 0 });
    if (this.#data.length > this.options.data) this.#data.shift();
    return this.match();
  }

  /** Takes out all images that wait. */
  clear(): Image[] {
    this.#imageBytes = 0;
    return this.#images.splice(0).map(({ item }) => item);
  }

  private match(): Match<Image, Data>[] {
    const matches: Match<Image, Data>[] = [];
    for (let index = 0; index < this.#data.length; index += 1) {
      const { pulseId, item: data } = this.#data[index]!;
      while (this.#images.length > 0 && this.#images[0]!.pulseId < pulseId) {
        this.options.dropped(this.shiftImage().item, 'unmatched');
      }
      while (this.#images[0]?.pulseId === pulseId) {
        matches.push({ pulseId, image: this.shiftImage().item, data });
        // the matched message itself stays, for another image of the same pulse
        this.#data.splice(0, index);
        index = 0;
      }
      if (this.#images.length === 0) break;
    }
    return matches;
  }

  private shiftImage(): Entry<Image> {
    const entry = this.#images.shift()!;
    this.#imageBytes -= entry.bytes;
    return entry;
  }
}
