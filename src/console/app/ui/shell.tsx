/** What surrounds every screen: environment bar, top bar, rail, banner, messages. */
import { signal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { formatDuration, formatTime } from '../core/format.js';
import { HEALTH } from '../core/health.js';
import { pathTo, type ScreenName } from '../core/screens.js';
import { currentSite } from '../data/api.js';
import { navigate, screen } from '../data/navigation.js';
import { connection, connectionProblem, isDisconnected, plant, silence } from '../data/plant.js';
import { changeSettings, currentTheme, settings } from '../data/settings.js';
import icon from '../icon.svg';
import { ActivityButton, ActivityDrawer } from './activity-drawer.jsx';
import { Button, Link } from './basics.jsx';
import { ConfirmationHost } from './dialog.jsx';
import { Icon, type IconName } from './icons.jsx';
import { ShortcutHelp, startShortcuts } from './shortcuts.jsx';
import { Toasts } from './toasts.jsx';
import { UserMenu } from './user-menu.jsx';

interface Entry {
  readonly label: string;
  readonly icon: IconName;
  readonly path: string;
  readonly screens: readonly ScreenName[];
}

const RAIL: readonly (readonly Entry[])[] = [
  [
    {
      label: 'Overview',
      icon: 'overview',
      path: pathTo('overview'),
      screens: ['overview', 'instance', 'server'],
    },
    { label: 'Pipelines', icon: 'pipelines', path: pathTo('pipelines'), screens: ['pipelines'] },
    { label: 'Cameras', icon: 'cameras', path: pathTo('cameras'), screens: ['cameras'] },
    { label: 'Map', icon: 'map', path: pathTo('map'), screens: ['map'] },
    { label: 'Wall', icon: 'wall', path: pathTo('wall'), screens: ['wall'] },
  ],
  [
    { label: 'Launch', icon: 'launch', path: pathTo('launch', 'pipelines'), screens: ['launch'] },
    {
      label: 'Configurations',
      icon: 'configurations',
      path: pathTo('configs', 'pipelines'),
      screens: ['configurations', 'configuration'],
    },
    { label: 'Placement', icon: 'placement', path: pathTo('placement', 'pipelines'), screens: ['placement'] },
    {
      label: 'Backgrounds',
      icon: 'backgrounds',
      path: pathTo('backgrounds'),
      screens: ['backgrounds', 'background'],
    },
    {
      label: 'Scripts',
      icon: 'scripts',
      path: pathTo('scripts'),
      screens: ['scripts', 'script', 'libraries'],
    },
    { label: 'Buffers', icon: 'buffers', path: pathTo('buffers', 'reconnect'), screens: ['buffers'] },
  ],
  [
    { label: 'Logs', icon: 'logs', path: pathTo('logs'), screens: ['logs'] },
    { label: 'Audit', icon: 'audit', path: pathTo('audit'), screens: ['audit'] },
    { label: 'Users', icon: 'users', path: pathTo('admin', 'users'), screens: ['users'] },
  ],
  [
    { label: 'Settings', icon: 'settings', path: pathTo('settings'), screens: ['settings'] },
    { label: 'Help', icon: 'help', path: pathTo('help'), screens: ['help'] },
  ],
];

/** A site without buffers has no screen for them. */
function isPresent({ screens }: Entry): boolean {
  return !screens.includes('buffers') || currentSite().buffers.length > 0;
}

/** Heading of the screen, also the title of the browser's tab. */
export const pageTitle = signal('Overview');

export function Shell({ children }: { children: ComponentChildren }): JSX.Element {
  useEffect(() => startShortcuts(), []);
  useEffect(() => {
    document.title = `${pageTitle.value} · ${currentSite().name}`;
  }, [pageTitle.value]);
  const collapsed = settings.value.railCollapsed;
  const rail = collapsed === null ? 'auto' : collapsed ? 'collapsed' : 'open';
  if (screen.value.screen === 'wall') {
    return (
      <div class="shell wall-shell" data-offline={isDisconnected.value}>
        <main id="main">{children}</main>
        <Toasts />
        <ConfirmationHost />
      </div>
    );
  }
  return (
    <div class="shell" data-rail={rail} data-offline={isDisconnected.value}>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <div class={`environment ${currentSite().environment}`} />
      <TopBar />
      <nav class="rail" aria-label="Screens">
        {RAIL.map((group) => (
          <ul key={group[0]!.label}>
            {group.filter(isPresent).map((entry) => (
              <li key={entry.path}>
                <Link
                  to={entry.path}
                  current={entry.screens.includes(screen.value.screen)}
                  title={entry.label}
                  testId={`rail-${entry.label.toLowerCase()}`}
                >
                  <Icon name={entry.icon} />
                  <span>{entry.label}</span>
                </Link>
              </li>
            ))}
          </ul>
        ))}
      </nav>
      <main id="main" tabIndex={-1}>
        <Disconnected />
        {children}
      </main>
      <ActivityDrawer />
      <Toasts />
      <ConfirmationHost />
      <ShortcutHelp />
    </div>
  );
}

function TopBar(): JSX.Element {
  const site = currentSite();
  const { railCollapsed } = settings.value;
  const toggle = (): void => {
    const isOpen = railCollapsed === null ? window.innerWidth >= 1440 : !railCollapsed;
    changeSettings({ railCollapsed: isOpen });
  };
  return (
    <header class="topbar">
      <Button kind="quiet" icon="menu" label="Collapse or open the list of screens" onClick={toggle} />
      <Link to={pathTo('overview')} class="brand">
        <img src={icon} alt="" width="22" height="22" />
        <strong>{site.name}</strong>
      </Link>
      <span class={`environment-name ${site.environment}`}>{site.environment}</span>
      <GlobalSearch />
      <span class="spacer" />
      <Connection />
      <Alarms />
      <ActivityButton />
      <Button
        kind="quiet"
        icon="sun"
        label={currentTheme() === 'dark' ? 'Light theme' : 'Dark theme'}
        onClick={() => changeSettings({ theme: currentTheme() === 'dark' ? 'light' : 'dark' })}
        testId="app-theme"
      />
      <UserMenu />
    </header>
  );
}

/** On the overview it is that screen's own filter; elsewhere it leads there. */
function GlobalSearch(): JSX.Element {
  const [text, setText] = useState('');
  const submit = (event: Event): void => {
    event.preventDefault();
    navigate(`${pathTo('overview')}?q=${encodeURIComponent(text)}`);
    setText('');
  };
  if (['overview', 'pipelines', 'cameras'].includes(screen.value.screen)) return <span />;
  return (
    <search>
      <form class="global-search" onSubmit={submit}>
        <Icon name="search" />
        <input
          type="search"
          value={text}
          placeholder="Search instances  /"
          aria-label="Search instances"
          data-search
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </form>
    </search>
  );
}

const CONNECTION_WORDS = {
  connecting: 'Connecting',
  live: 'Live',
  polling: 'Polling 2 s',
  reconnecting: 'Reconnecting',
  offline: 'Offline',
} as const;

function Connection(): JSX.Element {
  const mode = connection.value;
  const title = connectionProblem.value ?? `Last data ${formatDuration(silence.value)} ago`;
  return (
    <span class={`connection ${mode}`} data-testid="app-connection" title={title}>
      <span class="dot" aria-hidden="true" />
      {CONNECTION_WORDS[mode]}
    </span>
  );
}

function Alarms(): JSX.Element {
  const alarms = plant.value?.instances.filter((entry) => HEALTH[entry.health.state].isAlarm).length ?? 0;
  const down = plant.value?.workers.filter((worker) => !worker.reachable && worker.enabled).length ?? 0;
  const count = alarms + down;
  return (
    <Link
      to={`${pathTo('overview')}?q=${encodeURIComponent('state:alarm')}`}
      class={`alarm-count ${count > 0 ? 'tone-bad' : 'muted'}`}
      title={`${alarms} instances and ${down} workers`}
      testId="app-alarms"
    >
      <Icon name="alarm" />
      {count === 0 ? 'No alarms' : `${count} ${count === 1 ? 'alarm' : 'alarms'}`}
    </Link>
  );
}

function Disconnected(): JSX.Element | null {
  if (!isDisconnected.value) return null;
  return (
    <div class="banner" role="alert" data-testid="app-disconnected">
      <Icon name="alarm" />
      <span>
        <strong>Disconnected.</strong> Nothing was heard from the servers for {formatDuration(silence.value)},
        since {formatTime(Date.now() - silence.value, false)}. What you see is the last that was known;
        changes are off until the connection returns.
      </span>
      {connectionProblem.value !== null && <span class="muted">{connectionProblem.value}</span>}
    </div>
  );
}

/** Sets the heading of the screen; the first thing in every screen. */
export function PageHead({
  title,
  heading,
  children,
}: {
  title: string;
  heading?: ComponentChildren;
  children?: ComponentChildren;
}): JSX.Element {
  useEffect(() => {
    pageTitle.value = title;
  }, [title]);
  return (
    <div class="page-head">
      <h1>{heading ?? title}</h1>
      {children}
    </div>
  );
}
