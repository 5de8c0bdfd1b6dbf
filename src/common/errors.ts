/**
 * Errors whose text is meant for a user. Everything else that is thrown is a fault of the program.
 */

/** An expected failure; `message` goes to the client as it is, so it says what was wrong and what would be right. */
export class CamServerError extends Error {
  override name = 'CamServerError';

  constructor(
    /** Stable identifier for programs, in upper snake case. */
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The text of anything that was thrown. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** With one full stop at its end, so that another sentence can follow. */
export function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
