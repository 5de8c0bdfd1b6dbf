/**
 * Keys by which a server knows that a request is the same as one that is under way: a change that is sent twice, by a double
 * click or from a form that did not wait, is carried out once.
 */
export class Submissions {
  private readonly underWay = new Map<string, { readonly key: string; count: number }>();

  /** @param newKey different each time */
  constructor(private readonly newKey: () => string) {}

  /**
   * The key of a request: the one of an equal request that is under way, or a new one.
   * @returns the key, and what to call when the answer is there
   */
  begin(request: string): { readonly key: string; readonly done: () => void } {
    const entry = this.underWay.get(request) ?? { key: this.newKey(), count: 0 };
    entry.count += 1;
    this.underWay.set(request, entry);
    const done = (): void => {
      entry.count -= 1;
      if (entry.count === 0) this.underWay.delete(request);
    };
    return { key: entry.key, done };
  }
}
