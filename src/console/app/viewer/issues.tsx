/** What is wrong with the picture, and why there is none yet. */
import type { JSX } from 'preact';
import { formatDuration, formatInteger, formatTime } from '../core/format.js';
import { HEALTH } from '../core/health.js';
import type { InstanceRecord } from '../core/plant.js';
import { now } from '../data/plant.js';
import { Button } from '../ui/basics.jsx';
import { Icon } from '../ui/icons.jsx';
import type { ViewerModel } from './viewer-model.js';

export function Issues({ model }: { model: ViewerModel }): JSX.Element | null {
  const frame = model.told.value;
  if (frame === null) return null;
  const { image, scalars } = frame.header;
  const issues: string[] = [];
  const age = now.value - frame.receivedAt;
  if (!model.isFrozen.value && age > 2000)
    issues.push(`The picture is ${formatDuration(age)} old, from ${formatTime(frame.receivedAt, false)}.`);
  if (image?.saturated) issues.push(`${formatInteger(image.saturated)} pixels are saturated.`);
  if (image !== null && image.not_finite > 0)
    issues.push(`${formatInteger(image.not_finite)} values are not finite.`);
  if (image === null) issues.push('This stream has no image: numbers and trends only.');
  const parameters = typeof scalars.processing_parameters === 'string' ? scalars.processing_parameters : '';
  const error = /"processing_error": ?"((?:[^"\\]|\\.)+)"/.exec(parameters)?.[1];
  if (error !== undefined) issues.push(`Processing error: ${error}`);
  if (/"image_background_ok": ?false/.test(parameters)) issues.push('The background does not fit the image.');
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

/** Why there is no picture yet, after a moment. */
export function Waiting({
  model,
  instance,
}: {
  model: ViewerModel;
  instance: InstanceRecord | null;
}): JSX.Element | null {
  const { state, message, frame } = model.live;
  if (frame.value !== null && state.value !== 'refused') return null;
  const reason =
    message.value ??
    (instance !== null && HEALTH[instance.health.state].isAlarm
      ? `${instance.health.rule}. ${instance.health.hint ?? ''}`
      : null);
  return (
    <div class="viewer-waiting" role="status">
      <p>{state.value === 'refused' ? 'The live view was refused' : 'Waiting for the first picture…'}</p>
      {reason !== null && <p class="muted">{reason}</p>}
      {state.value === 'refused' && (
        <Button icon="refresh" onClick={() => model.live.retry()}>
          Retry
        </Button>
      )}
    </div>
  );
}
