/** What the user did since the page was loaded. */
import { computed, signal } from '@preact/signals';
import { type Activity, describeAction, withBegun, withEnded } from '../core/activity.js';

export const activities = signal<readonly Activity[]>([]);
export const runningCount = computed(
  () => activities.value.filter(({ state }) => state === 'running').length,
);

export function beginActivity(method: string, path: string, requestId: string): void {
  const { action, target } = describeAction(method, path);
  activities.value = withBegun(activities.value, {
    ...{ requestId, action, target, begun: Date.now(), ended: null, state: 'running', error: null },
  });
}

/** @param error null: it went well */
export function endActivity(requestId: string, error: string | null, goesOn = false): void {
  const state = error !== null ? 'failed' : goesOn ? 'begun' : 'ok';
  activities.value = withEnded(activities.value, requestId, { ended: Date.now(), state, error });
}
