/** The words, hints and order of the states; and the rules for servers that do not tell the state themselves. */
import type { Health, HealthState } from './plant.js';

export interface HealthDescription {
  readonly word: string;
  /** Token of the colour. */
  readonly tone: 'ok' | 'warn' | 'bad' | 'info' | 'off' | 'frozen';
  /** The more urgent, the higher. */
  readonly urgency: number;
  readonly isAlarm: boolean;
}

export const HEALTH: Readonly<Record<HealthState, HealthDescription>> = {
  processing_error: { word: 'Processing error', tone: 'bad', urgency: 9, isAlarm: true },
  down: { word: 'Down', tone: 'bad', urgency: 8, isAlarm: true },
  blocked: { word: 'Blocked', tone: 'warn', urgency: 7, isAlarm: true },
  frozen: { word: 'Frozen', tone: 'frozen', urgency: 6, isAlarm: true },
  no_output: { word: 'No output', tone: 'warn', urgency: 5, isAlarm: true },
  no_input: { word: 'No input', tone: 'warn', urgency: 4, isAlarm: true },
  unknown: { word: 'Unknown', tone: 'off', urgency: 3, isAlarm: true },
  stopping: { word: 'Stopping', tone: 'info', urgency: 2, isAlarm: false },
  starting: { word: 'Starting', tone: 'info', urgency: 2, isAlarm: false },
  paused: { word: 'Paused', tone: 'off', urgency: 1, isAlarm: false },
  running: { word: 'Running', tone: 'ok', urgency: 0, isAlarm: false },
};

export const HEALTH_STATES = Object.keys(HEALTH) as HealthState[];

/** Milliseconds after which statistics count as not renewed. */
export const FRESH_LIMIT = 5000;

export interface HealthFacts {
  readonly reachable: boolean;
  readonly started: boolean;
  /** Milliseconds since the statistics changed. */
  readonly age: number | null;
  readonly rx: number | null;
  readonly tx: number | null;
  readonly push: boolean;
  readonly clients: number | null;
  readonly paused: boolean;
}

/** The rules of the specification of the console, in their order. */
export function healthOf(facts: HealthFacts): Health {
  const { age, rx, tx } = facts;
  if (!facts.reachable) {
    return health(
      'unknown',
      'its worker does not answer',
      'Look at the worker page: host, network, service.',
    );
  }
  if (!facts.started) return health('starting', 'the process has not sent statistics yet', null);
  if (facts.paused) return health('paused', '`paused` is set in its configuration', null);
  if (age !== null && age > FRESH_LIMIT) {
    const silent = `no new statistics for ${Math.round(age / 1000)} s`;
    if (facts.push && facts.clients === 0) {
      return health(
        'blocked',
        `${silent}, it pushes and nobody is connected`,
        'Reconnect the receiver (data buffer). Stopping does not help.',
      );
    }
    return health('frozen', silent, 'Inspect it and read its log, then stop it. A permanent one comes back.');
  }
  if (rx === null) return health('starting', 'the process has not sent statistics yet', null);
  if (rx === 0) {
    return health('no_input', 'nothing is received', 'Check the camera or the source stream.');
  }
  if (tx === 0) {
    if (facts.push && facts.clients === 0) {
      return health(
        'blocked',
        'it receives and pushes, and nobody is connected',
        'Reconnect the receiver (data buffer). Stopping does not help.',
      );
    }
    return health(
      'no_output',
      'images are received and nothing is sent',
      'Check the configuration, the shape of the background, the script and the log.',
    );
  }
  return health('running', 'fresh statistics, input and output', null);
}

function health(state: HealthState, rule: string, hint: string | null): Health {
  return { state, rule, hint };
}
