/**
 * Whether an instance is well: the rules of the operators' runbook, by ages instead of clock texts.
 */
import type { InstanceHealth } from './records.js';

/** Milliseconds without movement after which statistics are no longer fresh; instances report once a second. */
export const FRESH = 5000;
/** An error in the log counts for so long. */
export const ERROR_MEMORY = 60_000;

export interface HealthFacts {
  /** Of the process: `starting`, `running`, `stopping`. */
  readonly processState: string;
  readonly isPaused: boolean;
  readonly statisticsAge: number;
  /** Messages per second. */
  readonly rx: number;
  readonly tx: number;
  readonly isPush: boolean;
  readonly clients: number;
  /** Writes a file: it has no clients, and its output is not a stream. */
  readonly isFile: boolean;
  readonly lastError: { readonly age: number; readonly text: string } | null;
}

export interface Health {
  readonly state: InstanceHealth;
  /** The rule that fired. */
  readonly rule: string;
  /** What to do; null when nothing is to be done. */
  readonly hint: string | null;
}

export function healthOf(facts: HealthFacts): Health {
  if (facts.processState === 'starting') return verdict('starting', 'The process is not ready yet.');
  if (facts.processState === 'stopping') return verdict('stopping', 'A stop was asked for.');
  if (facts.isPaused) return verdict('paused', 'The configuration says paused.');
  const isFresh = facts.statisticsAge <= FRESH;
  const isUnread = facts.isPush && facts.clients === 0;
  if (isUnread && (!isFresh || facts.tx === 0)) {
    return verdict(
      'blocked',
      'Push mode, no client, nothing is sent.',
      'Reconnect the consumer (data buffer); do not stop the instance.',
    );
  }
  if (!isFresh) {
    const seconds = Math.round(facts.statisticsAge / 1000);
    return verdict(
      'frozen',
      `The statistics have not moved for ${seconds} s.`,
      'Inspect it, then stop it; a permanent one comes back by itself.',
    );
  }
  if (facts.lastError !== null && facts.lastError.age <= ERROR_MEMORY) {
    return verdict('processing_error', `It logged an error: ${facts.lastError.text}`, 'See its log.');
  }
  if (facts.rx === 0) {
    return verdict('no_input', 'Fresh statistics, RX = 0.', 'Check the camera or the source stream.');
  }
  if (facts.tx === 0 && !facts.isFile) {
    return verdict(
      'no_output',
      'Fresh statistics, RX > 0, TX = 0.',
      'Check configuration, shape of the background, script and input data; see its log.',
    );
  }
  return verdict('running', 'Fresh statistics, RX > 0, TX > 0.');
}

function verdict(state: InstanceHealth, rule: string, hint: string | null = null): Health {
  return { state, rule, hint };
}
