/** Keys that work everywhere, and the list of them. */
import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { pathTo } from '../core/screens.js';
import { navigate } from '../data/navigation.js';
import { changeSettings, currentTheme, settings } from '../data/settings.js';
import { Dialog } from './dialog.jsx';

const helpOpen = signal(false);

const GO_TO: Readonly<Record<string, string>> = {
  o: pathTo('overview'),
  p: pathTo('pipelines'),
  c: pathTo('cameras'),
  l: pathTo('logs'),
  b: pathTo('backgrounds'),
  s: pathTo('scripts'),
  a: pathTo('audit'),
};

export const SHORTCUTS: readonly [where: string, keys: string, what: string][] = [
  ['Everywhere', '/', 'search'],
  ['Everywhere', '?', 'this list'],
  ['Everywhere', 'g then o p c l b s a', 'overview, pipelines, cameras, logs, backgrounds, scripts, audit'],
  ['Everywhere', 't', 'dark or light theme'],
  ['Everywhere', 'Esc', 'close'],
  ['Tables', 'j k or arrows', 'next, previous row'],
  ['Tables', 'Enter', 'open'],
  ['Tables', 'Space', 'select'],
  ['Tables', 'x', 'choose for a common action'],
  ['Tables', '.', 'menu of the row'],
  ['Log records', 'Enter, then arrows', 'from record to record; Enter opens the link to it'],
  ['Live view', 'Space', 'freeze, go on'],
  ['Live view', '+ − 0 1', 'zoom in, out, fit, one to one'],
  ['Live view', 'arrows', 'pan; with p: move the cursor'],
  ['Live view', 'z', 'second view of a part'],
  ['Live view', 'd', 'measure: click two places, or Enter at the cursor'],
  ['Live view', '[ ]', 'older, newer picture'],
  ['Live view', 'm, a, o, s', 'colour map, automatic range, overlays, save'],
  ['Editor', 'Ctrl-S', 'review'],
  ['Editor', 'Ctrl-F', 'find'],
  ['Editor', 'Esc', 'leave the editor, so that Tab goes on'],
];

export function startShortcuts(): () => void {
  // a page that was just opened has not heard a g either
  let afterG = Number.NEGATIVE_INFINITY;
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || !settings.value.singleKeys || isTyping(event))
      return;
    if (document.querySelector('dialog[open]') !== null) return;
    const target = event.timeStamp - afterG < 1500 ? GO_TO[event.key] : undefined;
    afterG = event.key === 'g' ? event.timeStamp : Number.NEGATIVE_INFINITY;
    if (target !== undefined) navigate(target);
    else if (event.key === '/') focusSearch();
    else if (event.key === '?') helpOpen.value = true;
    else if (event.key === 't') changeSettings({ theme: currentTheme() === 'dark' ? 'light' : 'dark' });
    else return;
    event.preventDefault();
  };
  document.addEventListener('keydown', onKey);
  return () => document.removeEventListener('keydown', onKey);
}

function isTyping(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0];
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

function focusSearch(): void {
  document.querySelector<HTMLInputElement>('[data-search]')?.focus();
}

export function ShortcutList(): JSX.Element {
  const places = [...new Set(SHORTCUTS.map(([where]) => where))];
  return (
    <div class="shortcut-list">
      {places.map((place) => (
        <section key={place}>
          <h3>{place}</h3>
          <dl>
            {SHORTCUTS.filter(([where]) => where === place).map(([, keys, what]) => (
              <div key={keys}>
                <dt>
                  <kbd>{keys}</kbd>
                </dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  );
}

export function ShortcutHelp(): JSX.Element | null {
  if (!helpOpen.value) return null;
  const close = (): void => {
    helpOpen.value = false;
  };
  return (
    <Dialog title="Keys" onClose={close} wide testId="app-shortcuts">
      <ShortcutList />
    </Dialog>
  );
}
