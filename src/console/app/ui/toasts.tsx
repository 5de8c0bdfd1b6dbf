/** Results of actions: they go away by themselves, failures stay until they are closed. */
import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { Icon } from './icons.jsx';

export interface Toast {
  readonly tone: 'ok' | 'bad' | 'info';
  readonly text: string;
  readonly action?: { readonly label: string; readonly run: () => void };
  /** Milliseconds; failures stay. Default 6000. */
  readonly stay?: number;
}

const toasts = signal<readonly (Toast & { readonly id: number })[]>([]);
let counter = 0;

export function showToast(toast: Toast): void {
  counter += 1;
  const id = counter;
  toasts.value = [...toasts.value.slice(-4), { ...toast, id }];
  if (toast.tone !== 'bad') setTimeout(() => close(id), toast.stay ?? 6000);
}

function close(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

export function Toasts(): JSX.Element {
  return (
    <section class="toasts" aria-label="Messages" aria-live="polite">
      {toasts.value.map((toast) => (
        <div key={toast.id} class={`toast tone-${toast.tone}`} data-testid="app-toast">
          <Icon name={toast.tone === 'bad' ? 'alarm' : toast.tone === 'ok' ? 'check' : 'info'} />
          <span class="toast-text">{toast.text}</span>
          {toast.action !== undefined && (
            <button
              type="button"
              class="button quiet"
              onClick={() => {
                toast.action?.run();
                close(toast.id);
              }}
            >
              {toast.action.label}
            </button>
          )}
          <button
            type="button"
            class="button quiet only-icon"
            aria-label="Close"
            onClick={() => close(toast.id)}
          >
            <Icon name="close" />
          </button>
        </div>
      ))}
    </section>
  );
}
