/** A button with a list of actions; arrows move, Escape closes. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from './basics.jsx';
import type { IconName } from './icons.jsx';
import { Icon } from './icons.jsx';

export interface MenuEntry {
  readonly label: string;
  readonly icon?: IconName;
  readonly risky?: boolean;
  readonly denied?: string | null;
  readonly testId?: string;
  readonly run: () => void;
}

interface MenuProps {
  readonly label: string;
  readonly entries: readonly MenuEntry[];
  readonly icon?: IconName;
  readonly text?: string;
  readonly testId?: string;
}

export function Menu({ label, entries, icon = 'more', text, testId }: MenuProps): JSX.Element {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    const list = root.current?.querySelector<HTMLElement>('[role=menu]');
    const button = root.current?.querySelector('button')?.getBoundingClientRect();
    if (list && button) {
      // fixed, because tables scroll and would cut it
      const top =
        button.bottom + list.offsetHeight > window.innerHeight
          ? button.top - list.offsetHeight
          : button.bottom;
      list.style.top = `${Math.max(4, top)}px`;
      list.style.left = `${Math.max(4, button.right - list.offsetWidth)}px`;
      list.querySelector<HTMLElement>('[role=menuitem]')?.focus();
    }
    const away = (event: Event): void => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener('pointerdown', away);
    window.addEventListener('scroll', away, true);
    return () => {
      document.removeEventListener('pointerdown', away);
      window.removeEventListener('scroll', away, true);
    };
  }, [open]);
  const close = (): void => {
    setOpen(false);
    root.current?.querySelector('button')?.focus();
  };
  const keys = (event: KeyboardEvent): void => {
    const items = [...(root.current?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])];
    const at = items.indexOf(document.activeElement as HTMLElement);
    const target = moveTo(event.key, at, items.length);
    if (event.key === 'Escape') close();
    else if (target !== null) items[target]?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys belong to the menu inside, which has the role
    <div class="menu" ref={root} onKeyDown={open ? keys : undefined}>
      <Button
        kind={text === undefined ? 'quiet' : 'plain'}
        icon={icon}
        {...(text === undefined ? { label } : {})}
        expanded={open}
        onClick={() => setOpen(!open)}
        testId={testId!}
      >
        {text}
      </Button>
      {open && (
        <div class="menu-list" role="menu" aria-label={label}>
          {entries.map((entry) => (
            <button
              key={entry.label}
              type="button"
              role="menuitem"
              tabIndex={-1}
              class={entry.risky ? 'risky' : ''}
              aria-disabled={entry.denied ? 'true' : undefined}
              title={entry.denied ?? undefined}
              data-testid={entry.testId}
              onClick={() => {
                if (entry.denied) return;
                close();
                entry.run();
              }}
            >
              {entry.icon !== undefined && <Icon name={entry.icon} />}
              {entry.label}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

function moveTo(key: string, at: number, count: number): number | null {
  if (key === 'ArrowDown') return (at + 1) % count;
  if (key === 'ArrowUp') return (at - 1 + count) % count;
  if (key === 'Home') return 0;
  if (key === 'End') return count - 1;
  return null;
}
