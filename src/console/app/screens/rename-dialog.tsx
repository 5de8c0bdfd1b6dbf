import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { messageOf } from '../data/api.js';
import { Button } from '../ui/basics.jsx';
import { Dialog } from '../ui/dialog.jsx';
import { InlineError } from '../ui/inline-error.jsx';
import { showToast } from '../ui/toasts.jsx';

interface RenameProps {
  readonly name: string;
  readonly taken: readonly string[];
  /** What else happens, one sentence each. */
  readonly facts: readonly string[];
  readonly run: (name: string) => Promise<void>;
  readonly onClose: () => void;
}

/** Asks for another name that is free. */
export function RenameDialog({ name, taken, facts, run, onClose }: RenameProps): JSX.Element {
  const [text, setText] = useState(name);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const missing = taken.includes(text) ? `${text} is taken.` : text === '' ? 'A name is needed.' : null;
  const rename = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (missing !== null || busy) return;
    setBusy(true);
    try {
      await run(text);
      showToast({ tone: 'ok', text: `${name} is now ${text}.` });
      onClose();
    } catch (error) {
      setProblem(messageOf(error));
      setBusy(false);
    }
  };
  return (
    <Dialog title={`Rename ${name}`} onClose={onClose} testId="rename-dialog">
      <form class="form" onSubmit={(event) => void rename(event)}>
        <label class="field">
          <span>New name</span>
          <input
            value={text}
            onInput={(event) => setText(event.currentTarget.value.trim())}
            data-testid="rename-name"
          />
        </label>
        <ul class="facts">
          {facts.map((fact) => (
            <li key={fact}>{fact}</li>
          ))}
        </ul>
        {missing !== null && text !== name && <p class="muted">{missing}</p>}
        <InlineError text={problem} />
        <div class="row end">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" denied={missing} testId="rename-action">
            {busy ? 'Renaming…' : 'Rename'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
