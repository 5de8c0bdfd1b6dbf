/** What the user does and did, beside the screen: it stays open while one goes on working. */
import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Activity } from '../core/activity.js';
import { formatDuration, formatTime } from '../core/format.js';
import { pathTo } from '../core/screens.js';
import { activities, runningCount } from '../data/activity.js';
import { session } from '../data/session.js';
import { Button, CopyButton, Link } from './basics.jsx';
import { Icon, type IconName } from './icons.jsx';
import { Empty } from './panel.jsx';

const isOpen = signal(false);
const BUTTON = 'app-activity';

export function ActivityButton(): JSX.Element {
  const running = runningCount.value;
  const label = running === 0 ? 'Your actions' : `Your actions, ${running} running`;
  return (
    <Button
      kind="quiet"
      icon="history"
      label={label}
      expanded={isOpen.value}
      onClick={() => {
        isOpen.value = !isOpen.value;
      }}
      testId={BUTTON}
    >
      {running === 0 ? undefined : running}
    </Button>
  );
}

export function ActivityDrawer(): JSX.Element | null {
  return isOpen.value ? <Drawer /> : null;
}

function Drawer(): JSX.Element {
  const element = useRef<HTMLElement>(null);
  useEffect(() => element.current?.focus(), []);
  const close = (): void => {
    isOpen.value = false;
    document.querySelector<HTMLElement>(`[data-testid="${BUTTON}"]`)?.focus();
  };
  const { user } = session.value;
  const list = activities.value;
  return (
    <aside
      class="activity-drawer"
      ref={element}
      tabIndex={-1}
      aria-labelledby="activity-title"
      data-testid="activity-drawer"
      onKeyDown={(event) => event.key === 'Escape' && close()}
    >
      <header class="panel-head">
        <h2 id="activity-title">Your actions</h2>
        <span class="muted">since this page was loaded</span>
        <span class="spacer" />
        <Button kind="quiet" icon="close" label="Close" onClick={close} testId="activity-close" />
      </header>
      {list.length === 0 ? (
        <Empty title="You have changed nothing yet" />
      ) : (
        <ol>
          {list.map((activity) => (
            <Entry key={activity.requestId} activity={activity} />
          ))}
        </ol>
      )}
      {user !== null && (
        <footer>
          <Link to={`${pathTo('audit')}?actor=${encodeURIComponent(user)}`}>All your actions</Link>
        </footer>
      )}
    </aside>
  );
}

const STATES: Readonly<Record<Activity['state'], readonly [tone: string, icon: IconName, word: string]>> = {
  running: ['info', 'clock', 'running'],
  begun: ['info', 'play', 'begun; the server goes on with it'],
  ok: ['ok', 'check', 'done'],
  failed: ['bad', 'alarm', 'failed'],
};

function Entry({ activity }: { activity: Activity }): JSX.Element {
  const { action, target, begun, ended, state, error, requestId } = activity;
  const [tone, icon, word] = STATES[state];
  return (
    <li data-testid="activity-row" data-action-state={state}>
      <p class="row">
        <span class={`tone-${tone}`}>
          <Icon name={icon} />
          <span class="visually-hidden">{word}</span>
        </span>
        <span>
          <span class="action">{action}</span> {target !== '' && <b>{target}</b>}
        </span>
      </p>
      {error !== null && <p class="error">{error}</p>}
      <p class="row muted">
        <time dateTime={new Date(begun).toISOString()}>{formatTime(begun, false)}</time>
        <span>{ended === null ? word : `${word}, took ${formatDuration(ended - begun)}`}</span>
      </p>
      <p class="row muted">
        <span>
          Request <code>{requestId}</code>
        </span>
        <CopyButton text={requestId} what="request id" />
      </p>
    </li>
  );
}
