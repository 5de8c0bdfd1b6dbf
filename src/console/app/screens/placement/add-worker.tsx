import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Button } from '../../ui/basics.jsx';
import { Dialog } from '../../ui/dialog.jsx';

/** The manager asks it as soon as the change is applied; whether it answers is seen in the overview. */
export function AddWorker({
  taken,
  onAdd,
  onClose,
}: {
  taken: readonly string[];
  onAdd: (url: string) => void;
  onClose: () => void;
}): JSX.Element {
  const [text, setText] = useState('http://');
  const url = text.trim().replace(/\/+$/, '');
  const problem = taken.includes(url)
    ? 'This worker is in the pool already.'
    : /^https?:\/\/[\w.-]+:\d+$/.test(url)
      ? null
      : 'An address is http://host:port.';
  const add = (event: Event): void => {
    event.preventDefault();
    if (problem === null) onAdd(url);
  };
  return (
    <Dialog title="Add a worker" onClose={onClose}>
      <form class="form" onSubmit={add}>
        <label class="field">
          <span>Address</span>
          <input
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
            data-testid="placement-add-worker"
          />
        </label>
        {problem !== null && <p class="muted">{problem}</p>}
        <div class="row end">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" denied={problem}>
            Add to the draft
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
