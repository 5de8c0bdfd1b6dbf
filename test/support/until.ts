/** Tests wait for conditions, never for times. */
import { setTimeout as delay } from 'node:timers/promises';

/** Seconds that a condition has, on a machine where much else runs; less than a test has (`.mocharc.json`). */
const PATIENCE = 120;

type Answer<T> = T | null | undefined | false;

/**
 * Asks until the answer counts as true, and gives it. A question that fails is asked again: who should answer may not be
 * there yet.
 * @param what in the message of the error; default: the question's own text
 * @throws after two minutes, with the last answer or failure
 */
export async function until<T>(
  question: () => Promise<Answer<T>> | Answer<T>,
  what = String(question),
): Promise<T> {
  const deadline = Date.now() + 1000 * PATIENCE;
  for (;;) {
    let last: unknown;
    try {
      const answer = await question();
      if (answer) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) {
      throw new Error(`It did not happen within ${PATIENCE} s: ${what}; last: ${last}`);
    }
    await delay(10);
  }
}
