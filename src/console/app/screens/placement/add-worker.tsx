import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Cluster } from '../../core/plant.js';
import { messageOf } from '../../data/api.js';
import { probeWorker } from '../../data/placement.js';
import { Button } from '../../ui/basics.jsx';
import { Dialog } from '../../ui/dialog.jsx';

/** Test asks the server through the manager; one that does not answer yet may be added all the same. */
export function AddWorker({
  cluster,
  taken,
  onAdd,
  onClose,
}: {
  cluster: Cluster;
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
  const [answer, setAnswer] = useState<{ well: boolean; text: string } | null>(null);
  const test = async (): Promise<void> => {
    setAnswer({ well: true, text: 'Asking…' });
    try {
      const { reachable, version, problem: reason } = await probeWorker(cluster, url);
      setAnswer({ well: reachable, text: reachable ? `It answers: version ${version}.` : (reason ?? '') });
    } catch (error) {
      setAnswer({ well: false, text: messageOf(error) });
    }
  };
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
            onInput={(event) => {
              setText(event.currentTarget.value);
              setAnswer(null);
            }}
            data-testid="placement-add-worker"
          />
        </label>
        {problem !== null && <p class="muted">{problem}</p>}
        {answer !== null && (
          <p class={answer.well ? 'muted' : 'inline-warning'} role="status" data-testid="placement-probe">
            {answer.text}
          </p>
        )}
        <div class="row end">
          <Button denied={problem} onClick={() => void test()} testId="placement-probe-button">
            Test
          </Button>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" denied={problem}>
            Add to the draft
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
