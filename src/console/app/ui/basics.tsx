/** Small pieces that every screen uses. */
import type { ComponentChildren, JSX } from 'preact';
import { HEALTH } from '../core/health.js';
import type { Health } from '../core/plant.js';
import { navigate } from '../data/navigation.js';
import { Icon, type IconName, StateShape } from './icons.jsx';
import { showToast } from './toasts.jsx';

export function StateBadge({ health, compact }: { health: Health; compact?: boolean }): JSX.Element {
  const { word, tone } = HEALTH[health.state];
  const explanation = health.hint === null ? health.rule : `${health.rule}. ${health.hint}`;
  return (
    <span class={`state tone-${tone}`} data-state-name={health.state} title={explanation}>
      <StateShape state={health.state} />
      <span class={compact ? 'visually-hidden' : ''}>{word}</span>
    </span>
  );
}

interface LinkProps {
  readonly to: string;
  readonly class?: string;
  readonly title?: string;
  readonly children: ComponentChildren;
  readonly testId?: string;
  readonly current?: boolean;
  readonly label?: string;
  readonly tabIndex?: number;
}

/** An ordinary link that stays inside the page; with a modifier key the browser does what it always does. */
export function Link({ to, children, testId, current, label, ...rest }: LinkProps): JSX.Element {
  const follow = (event: MouseEvent): void => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to);
  };
  return (
    <a
      href={to}
      onClick={follow}
      class={rest.class}
      title={rest.title}
      tabIndex={rest.tabIndex}
      data-testid={testId}
      aria-label={label}
      aria-current={current ? 'page' : undefined}
    >
      {children}
    </a>
  );
}

interface ButtonProps {
  readonly onClick?: (event: MouseEvent) => void;
  readonly icon?: IconName;
  readonly kind?: 'plain' | 'primary' | 'risky' | 'quiet';
  readonly children?: ComponentChildren;
  readonly label?: string;
  readonly title?: string;
  readonly testId?: string;
  /** Why it cannot be used now; the button stays reachable and says so. */
  readonly denied?: string | null;
  readonly disabled?: boolean;
  readonly pressed?: boolean;
  readonly expanded?: boolean;
  readonly type?: 'button' | 'submit';
  readonly class?: string;
}

export function Button(props: ButtonProps): JSX.Element {
  const { onClick, icon, kind = 'plain', children, denied = null, disabled = false } = props;
  const blocked = denied !== null || disabled;
  const click = (event: MouseEvent): void => {
    if (blocked) {
      event.preventDefault();
      return;
    }
    onClick?.(event);
  };
  return (
    <button
      type={props.type ?? 'button'}
      class={`button ${kind} ${children === undefined ? 'only-icon' : ''} ${props.class ?? ''}`}
      onClick={click}
      aria-label={props.label}
      aria-disabled={blocked ? 'true' : undefined}
      aria-pressed={props.pressed === undefined ? undefined : props.pressed}
      aria-expanded={props.expanded === undefined ? undefined : props.expanded}
      title={denied ?? props.title ?? (children === undefined ? props.label : undefined)}
      data-testid={props.testId}
    >
      {icon !== undefined && <Icon name={icon} />}
      {children}
    </button>
  );
}

/** Name and value in the manner of an instrument panel. */
export function Figure({
  label,
  value,
  title,
}: {
  label: string;
  value: ComponentChildren;
  title?: string | undefined;
}): JSX.Element {
  return (
    <div class="figure" title={title}>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}

export async function copyText(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    showToast({ tone: 'ok', text: `${what} copied.` });
  } catch {
    showToast({ tone: 'bad', text: `The browser does not allow copying here. ${what}: ${text}` });
  }
}

export function CopyButton({ text, what }: { text: string; what: string }): JSX.Element {
  return <Button kind="quiet" icon="copy" label={`Copy ${what}`} onClick={() => void copyText(text, what)} />;
}

/** Offers bytes or text as a file. */
export function saveFile(name: string, content: Blob | string, type = 'text/plain'): void {
  const blob = typeof content === 'string' ? new Blob([content], { type }) : content;
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
