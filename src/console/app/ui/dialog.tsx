/** Modal dialogs: the browser's own element keeps the focus inside and gives it back. */

import { signal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { messageOf } from '../data/api.js';
import { Button } from './basics.jsx';
import { Icon } from './icons.jsx';
import { InlineError } from './inline-error.jsx';
import { showToast } from './toasts.jsx';

interface DialogProps {
  readonly title: ComponentChildren;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  readonly footer?: ComponentChildren;
  readonly wide?: boolean;
  readonly testId?: string;
}

export function Dialog({ title, onClose, children, footer, wide, testId }: DialogProps): JSX.Element {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    if (dialog !== null && !dialog.open) dialog.showModal();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={element}
      class={`dialog ${wide ? 'wide' : ''}`}
      aria-labelledby={id}
      data-testid={testId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <header class="dialog-head">
        <h2 id={id}>{title}</h2>
        <Button kind="quiet" icon="close" label="Close" onClick={onClose} />
      </header>
      <div class="dialog-body">{children}</div>
      {footer !== undefined && <footer class="dialog-foot">{footer}</footer>}
    </dialog>
  );
}

export interface Confirmation {
  /** 1: one click; 2: the exact name must be typed. */
  readonly tier: 1 | 2;
  readonly title: string;
  /** The name that is typed in tier 2. */
  readonly target: string;
  /** What it affects, one sentence each. */
  readonly facts: readonly ComponentChildren[];
  readonly actionLabel: string;
  readonly reason?: 'optional' | 'required';
  readonly run: (reason: string) => Promise<string>;
}

const asked = signal<Confirmation | null>(null);

/** Asks before something is done; the work itself says what it did in the text it returns. */
export function confirmAction(confirmation: Confirmation): void {
  asked.value = confirmation;
}

export function ConfirmationHost(): JSX.Element | null {
  const confirmation = asked.value;
  if (confirmation === null) return null;
  return <ConfirmationDialog key={confirmation.title} confirmation={confirmation} />;
}

function ConfirmationDialog({ confirmation }: { confirmation: Confirmation }): JSX.Element {
  const { tier, target, facts, actionLabel, reason: reasonRule } = confirmation;
  const [typed, setTyped] = useState('');
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const started = useRef(false);
  const close = (): void => {
    asked.value = null;
  };
  const missing = missingFor(confirmation, typed, reason);
  const act = async (): Promise<void> => {
    if (started.current) return;
    started.current = true;
    setBusy(true);
    setProblem(null);
    try {
      const text = await confirmation.run(reason.trim());
      showToast({ tone: 'ok', text });
      close();
    } catch (error) {
      started.current = false;
      setBusy(false);
      setProblem(messageOf(error));
    }
  };
  const footer = (
    <>
      <Button onClick={close} testId="confirm-cancel">
        Cancel
      </Button>
      <Button
        kind="risky"
        icon={tier === 2 ? 'octagon' : undefined!}
        onClick={() => void act()}
        denied={busy ? 'In progress' : missing}
        testId="confirm-action"
      >
        {busy ? 'Working…' : actionLabel}
      </Button>
    </>
  );
  return (
    <Dialog title={confirmation.title} onClose={close} footer={footer} testId="confirm-dialog">
      {tier === 2 && (
        <p class="risky-mark">
          <Icon name="octagon" /> Risky
        </p>
      )}
      <ul class="facts">
        {facts.map((fact, index) => (
          <li key={index}>{fact}</li>
        ))}
      </ul>
      {tier === 2 && (
        <label class="field">
          <span>
            Type <code>{target}</code> to confirm
          </span>
          <input
            data-testid="confirm-name"
            value={typed}
            autocomplete="off"
            spellcheck={false}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </label>
      )}
      {reasonRule !== undefined && (
        <label class="field">
          <span>Reason {reasonRule === 'required' ? '(kept in the audit log)' : '(optional)'}</span>
          <input
            data-testid="confirm-reason"
            value={reason}
            onInput={(event) => setReason(event.currentTarget.value)}
          />
        </label>
      )}
      {missing !== null && tier === 2 && <p class="muted">{missing}</p>}
      <InlineError text={problem} />
    </Dialog>
  );
}

function missingFor(
  { tier, target, reason: rule }: Confirmation,
  typed: string,
  reason: string,
): string | null {
  if (tier === 2 && typed !== target) return `The button works when exactly “${target}” is typed.`;
  if (rule === 'required' && reason.trim() === '') return 'A reason is needed.';
  return null;
}
