/** A part of a screen with its own state of data; a failure in one leaves the others alone. */
import type { ComponentChildren, JSX } from 'preact';
import { formatDuration } from '../core/format.js';
import { isStale, silence } from '../data/plant.js';
import { Button, copyText } from './basics.jsx';
import { Icon } from './icons.jsx';

export type DataState =
  | 'loading'
  | 'ready'
  | 'empty'
  | 'error'
  | 'stale'
  | 'disconnected'
  | 'denied'
  | 'partial';

interface PanelProps {
  readonly id: string;
  readonly title?: ComponentChildren;
  readonly state?: DataState;
  /** Shows the age of the plant's data and turns `ready` into `stale`. */
  readonly live?: boolean;
  readonly note?: ComponentChildren;
  readonly actions?: ComponentChildren;
  /** Absent: only its heading. */
  readonly children?: ComponentChildren;
  readonly class?: string;
}

export function Panel(props: PanelProps): JSX.Element {
  const { id, title, live = false, state = 'ready' } = props;
  const stale = live && isStale.value && (state === 'ready' || state === 'partial');
  const shown: DataState = stale ? 'stale' : state;
  return (
    <section
      class={`panel ${props.class ?? ''}`}
      data-testid={id}
      data-state={shown}
      aria-labelledby={`${id}-title`}
    >
      {(title !== undefined || props.actions !== undefined) && (
        <header class="panel-head">
          <h2 id={`${id}-title`}>{title}</h2>
          {props.note !== undefined && <span class="muted">{props.note}</span>}
          {stale && (
            <span class="age tone-warn">
              <Icon name="clock" /> {formatDuration(silence.value)} old
            </span>
          )}
          <span class="spacer" />
          {props.actions}
        </header>
      )}
      {props.children !== undefined && <div class="panel-body">{props.children}</div>}
    </section>
  );
}

export function Skeleton({ lines = 4 }: { lines?: number }): JSX.Element {
  const rows = Array.from({ length: lines }, (_, index) => index);
  return (
    <div class="skeleton" role="status" aria-label="Loading">
      {rows.map((row) => (
        <span key={row} />
      ))}
    </div>
  );
}

export function Empty({
  title,
  children,
  testId,
}: {
  title: string;
  children?: ComponentChildren;
  testId?: string;
}): JSX.Element {
  return (
    <div class="empty" data-testid={testId}>
      <p class="empty-title">{title}</p>
      {children}
    </div>
  );
}

export function Failure({
  message,
  requestId,
  onRetry,
}: {
  message: string;
  requestId?: string | null;
  onRetry?: () => void;
}): JSX.Element {
  const details = requestId ? `${message} (request ${requestId})` : message;
  return (
    <div class="failure" role="alert">
      <Icon name="alarm" />
      <div>
        <p>{message}</p>
        {requestId && <p class="muted">Request {requestId}</p>}
        <div class="row">
          {onRetry !== undefined && (
            <Button icon="refresh" onClick={onRetry}>
              Retry
            </Button>
          )}
          <Button kind="quiet" icon="copy" onClick={() => void copyText(details, 'Details')}>
            Copy details
          </Button>
        </div>
      </div>
    </div>
  );
}
