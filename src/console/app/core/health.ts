/** The words, colours and order of the states. Which state an instance is in, its server decides. */
import type { HealthState } from './plant.js';

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
