/** What is wrong with the picture, and why there is none yet. */
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { formatDuration, formatInteger, formatTime } from '../core/format.js';
import { HEALTH } from '../core/health.js';
import { issuesOf, RecentChange } from '../core/picture-issues.js';
import { droppedOf, type InstanceRecord } from '../core/plant.js';
import { now } from '../data/plant.js';
import { Button } from '../ui/basics.jsx';
import { Icon } from '../ui/icons.jsx';
import type { LiveState } from './live-connection.js';
import type { ViewerModel } from './viewer-model.js';

export function Issues({
  model,
  instance,
}: {
  model: ViewerModel;
  instance: InstanceRecord | null;
}): JSX.Element | null {
  const frame = model.told.value;
  const changes = useRecentChanges(model, instance);
  if (frame === null) return null;
  const age = now.value - frame.receivedAt;
  const isOld = !model.isFrozen.value && age > 2000;
  const issues = [
    ...(isOld
      ? [`The picture is ${formatDuration(age)} old, from ${formatTime(frame.receivedAt, false)}.`]
      : []),
    ...changes,
    ...issuesOf(frame),
  ];
  if (issues.length === 0) return null;
  return (
    <ul class="issues" data-testid="viewer-issues">
      {issues.map((issue) => (
        <li key={issue}>
          <Icon name="alarm" /> {issue}
        </li>
      ))}
    </ul>
  );
}

/** What changed a moment ago: the size of the image, and messages that were lost. */
function useRecentChanges(model: ViewerModel, instance: InstanceRecord | null): string[] {
  const size = model.imageSize.value;
  const shape = size === null ? null : `${size.width} × ${size.height}`;
  const lost = instance === null ? null : droppedOf(instance);
  const shapes = useRef(new RecentChange<string>());
  const losses = useRef(new RecentChange<number>());
  const [newShape, newLoss] = [shapes.current.take(shape, now.value), losses.current.take(lost, now.value)];
  return [
    ...(newShape === null ? [] : [`The size changed from ${newShape.from} to ${newShape.to}.`]),
    ...(newLoss === null || newLoss.to < newLoss.from
      ? []
      : [`The instance lost ${formatInteger(newLoss.to - newLoss.from)} messages.`]),
  ];
}

const WAITING: Readonly<Record<LiveState, string>> = {
  connecting: 'Waiting for the first picture…',
  waiting: 'Waiting for the first picture…',
  live: 'Waiting for the first picture…',
  lost: 'The connection was lost; connecting again…',
  ended: 'There is no live view',
  refused: 'The live view was refused',
};

/** Why there is no picture yet: what the live view says, and what is known of the instance. */
export function Waiting({
  model,
  instance,
}: {
  model: ViewerModel;
  instance: InstanceRecord | null;
}): JSX.Element | null {
  const { state, message, frame } = model.live;
  if (frame.value !== null) return null;
  const health = instance?.health ?? null;
  const isTelling = health !== null && (HEALTH[health.state].isAlarm || health.state === 'starting');
  const isOver = state.value === 'refused' || state.value === 'ended';
  return (
    <div class="viewer-waiting" role="status" data-testid="viewer-waiting">
      <p>{WAITING[state.value]}</p>
      {message.value !== null && <p class="muted">{message.value}</p>}
      {isTelling && (
        <p class="muted">
          {HEALTH[health.state].word}: {health.rule.replace(/\.?$/, '.')} {health.hint}
        </p>
      )}
      {isOver && (
        <Button icon="refresh" onClick={() => model.live.retry()}>
          Retry
        </Button>
      )}
    </div>
  );
}
