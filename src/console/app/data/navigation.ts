/** Where the user is: the path and its query, kept in the address bar so that every view can be linked to. */
import { computed, signal } from '@preact/signals';
import { screenAt } from '../core/screens.js';

interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
}

function here(): Place {
  return { path: location.pathname, query: new URLSearchParams(location.search) };
}

export const place = signal<Place>(here());
export const screen = computed(() => screenAt(place.value.path));
/** Asked before leaving; returns a question when something would be lost. */
export const leaveGuard = signal<(() => string | null) | null>(null);

window.addEventListener('popstate', () => {
  place.value = here();
});
window.addEventListener('beforeunload', (event) => {
  if (leaveGuard.value?.() != null) event.preventDefault();
});

/** @param target path with optional query */
export function navigate(target: string, replace = false): void {
  const url = new URL(target, location.origin);
  if (url.pathname !== location.pathname) {
    const question = leaveGuard.value?.() ?? null;
    if (question !== null && !window.confirm(question)) return;
    leaveGuard.value = null;
  }
  if (replace) history.replaceState(null, '', url);
  else if (url.href !== location.href) history.pushState(null, '', url);
  const moved = place.value.path !== url.pathname;
  place.value = here();
  if (moved) {
    window.scrollTo(0, 0);
    document.getElementById('main')?.scrollTo(0, 0);
  }
}

/** Changes query parameters in place; null or '' removes one. */
export function setQuery(changes: Readonly<Record<string, string | null>>): void {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  navigate(location.pathname + (text === '' ? '' : `?${text}`), true);
}

export function queryValue(name: string): string {
  return place.value.query.get(name) ?? '';
}
