/**
 * The last texts of a sequence, in one block of memory that is taken at once: what is kept costs the same from the first text on,
 * and leaves no objects behind.
 */

interface Place {
  readonly start: number;
  readonly length: number;
}

export class TextRing<Note> {
  private readonly bytes: Buffer;
  /** Oldest first. */
  private kept: (Place & { readonly note: Note })[] = [];
  /** Behind the newest text. */
  private end = 0;

  /** @param size bytes; a longer text is not kept, and nothing that came before it */
  constructor(private readonly size: number) {
    // pages that were never written would be taken one by one later
    this.bytes = Buffer.alloc(size, ' ');
  }

  get count(): number {
    return this.kept.length;
  }

  get oldest(): Note | null {
    return this.kept[0]?.note ?? null;
  }

  push(text: string, note: Note): void {
    const length = Buffer.byteLength(text);
    if (length > this.size) {
      this.kept = [];
      return;
    }
    const start = this.makeRoom(length);
    this.bytes.write(text, start);
    this.end = start + length;
    this.kept.push({ start, length, note });
  }

  /** Forgets the oldest ones. */
  drop(count: number): void {
    this.kept.splice(0, count);
  }

  /** The newest ones, oldest first, in memory of their own. */
  newest(count: number): { readonly text: Uint8Array; readonly note: Note }[] {
    return this.kept.slice(this.kept.length - count).map(({ start, length, note }) => ({
      text: Uint8Array.prototype.slice.call(this.bytes, start, start + length),
      note,
    }));
  }

  /** Where the next text goes; what was there is forgotten. The oldest texts are the ones behind the newest. */
  private makeRoom(length: number): number {
    let { end } = this;
    let first = 0;
    if (end + length > this.size) {
      while (first < this.kept.length && this.kept[first]!.start >= end) first += 1;
      end = 0;
    }
    const isInTheWay = ({ start }: Place): boolean => start >= end && start < end + length;
    while (first < this.kept.length && isInTheWay(this.kept[first]!)) first += 1;
    this.drop(first);
    return end;
  }
}
