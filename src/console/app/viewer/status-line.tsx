/** How fresh and how complete the picture is: one line above it. */
import type { JSX } from 'preact';
import { formatHertz, formatInteger, MISSING } from '../core/format.js';
import { droppedOf, type InstanceRecord } from '../core/plant.js';
import { Icon } from '../ui/icons.jsx';
import type { ViewerModel } from './viewer-model.js';

export function StatusLine({
  model,
  instance,
}: {
  model: ViewerModel;
  instance: InstanceRecord | null;
}): JSX.Element {
  const { live } = model;
  const frame = model.told.value;
  const latency = live.latency.value;
  const dropped = instance === null ? 0 : droppedOf(instance);
  return (
    <p class="viewer-status">
      <b
        class={model.isFrozen.value ? 'tone-frozen' : live.state.value === 'live' ? 'tone-ok' : 'tone-warn'}
        data-testid="viewer-state"
      >
        {model.isFrozen.value ? 'Frozen' : live.state.value === 'live' ? 'Live' : stateWord(live.state.value)}
      </b>
      <span title="Messages that the instance sends">
        <b data-testid="viewer-stream-rate" data-renewed-at={instance?.renewedAt}>
          {formatHertz(instance?.health.state === 'down' ? null : instance?.statistics.tx)}
        </b>{' '}
        stream
      </span>
      <span title="Pictures on this screen">
        <b data-testid="viewer-shown-rate">{formatHertz(live.shownRate.value)}</b> shown
      </span>
      <span title="Messages that the instance lost since its start">
        <b data-testid="viewer-dropped">{formatInteger(dropped)}</b> dropped
      </span>
      <span title="From the time stamp to the screen, corrected for the difference of the clocks">
        <b data-testid="viewer-latency">
          {latency === null ? MISSING : latency < 0 ? 'clock?' : `${latency.toFixed(0)} ms`}
        </b>{' '}
        latency
      </span>
      <span>
        pulse <b data-testid="viewer-pulse">{frame === null ? MISSING : frame.header.pulse_id}</b>
      </span>
      <span title="People who look at this instance. They are no clients, but it does not end for want of clients while somebody looks">
        <Icon name="eye" /> {frame?.header.viewers ?? MISSING}
      </span>
      {frame?.averaged !== undefined && (
        <span
          class="tone-info"
          data-testid="viewer-averaged"
          title="Only of the picture: the numbers are those of the newest message"
        >
          mean of {frame.averaged}
        </span>
      )}
      {frame?.header.coarser != null && (
        <span
          class="tone-warn"
          title="Fewer pixels than the screen has, to keep the rate within the bit rate"
        >
          coarser: {frame.header.coarser}
        </span>
      )}
      {frame?.header.limited != null && <span class="tone-warn">slower: {frame.header.limited}</span>}
      <span class="spacer" />
      <label>
        <span class="visually-hidden">Pictures per second</span>
        <select
          value={model.rate.value}
          onChange={(event) => model.setRate(Number(event.currentTarget.value))}
        >
          {[1, 2, 5, 10, 15, 25].map((rate) => (
            <option key={rate} value={rate}>
              {rate} Hz
            </option>
          ))}
        </select>
      </label>
    </p>
  );
}

function stateWord(state: string): string {
  return (
    {
      connecting: 'Connecting',
      waiting: 'Waiting',
      ended: 'Ended',
      refused: 'Refused',
      lost: 'Reconnecting',
    }[state] ?? state
  );
}
