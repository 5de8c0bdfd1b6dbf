/** What is wrong with a picture, in words. */
import { formatInteger } from './format.js';
import type { LiveFrame } from './live-frame.js';

export function issuesOf({ header }: LiveFrame): string[] {
  const { image, scalars, arrays } = header;
  const issues: string[] = [];
  if (image === null) {
    const unsupported = arrays.find(({ name }) => name === 'image');
    issues.push(
      unsupported === undefined
        ? 'This stream has no image: numbers and trends only.'
        : `The channel image is ${unsupported.type} of ${unsupported.shape.join(' × ')}: only images of two dimensions can be shown.`,
    );
  }
  if (image?.saturated) issues.push(`${formatInteger(image.saturated)} pixels are saturated.`);
  if (image !== null && image.not_finite > 0) {
    issues.push(`${formatInteger(image.not_finite)} values are not finite.`);
  }
  const parameters = typeof scalars.processing_parameters === 'string' ? scalars.processing_parameters : '';
  const error = /"processing_error": ?"((?:[^"\\]|\\.)+)"/.exec(parameters)?.[1];
  if (error !== undefined) issues.push(`Processing error: ${error}`);
  if (/"image_background_ok": ?false/.test(parameters)) issues.push('The background does not fit the image.');
  return issues;
}

/** Milliseconds for which a change is told. */
const TOLD = 10_000;

/** Tells for a while that a value is another one than before. */
export class RecentChange<T> {
  #last: T | null = null;
  #change: { readonly from: T; readonly to: T; readonly at: number } | null = null;

  /**
   * @param value null: not known, which is no change
   * @param time milliseconds
   */
  take(value: T | null, time: number): { readonly from: T; readonly to: T } | null {
    if (value !== null) {
      if (this.#last !== null && value !== this.#last)
        this.#change = { from: this.#last, to: value, at: time };
      this.#last = value;
    }
    if (this.#change !== null && time - this.#change.at > TOLD) this.#change = null;
    return this.#change;
  }
}
