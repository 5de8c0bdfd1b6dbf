import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { pathTo } from '../../core/screens.js';
import { SCRIPT_TEMPLATES } from '../../core/script-templates.js';
import { storeDraft } from '../../data/drafts.js';
import { navigate } from '../../data/navigation.js';
import { Button } from '../../ui/basics.jsx';
import { Dialog } from '../../ui/dialog.jsx';

/** A name and a kind; nothing is stored before Save. */
export function NewScript({
  taken,
  onClose,
}: {
  taken: readonly string[];
  onClose: () => void;
}): JSX.Element {
  const [name, setName] = useState('');
  const [kind, setKind] = useState(SCRIPT_TEMPLATES[0]!.kind);
  const template = SCRIPT_TEMPLATES.find((entry) => entry.kind === kind)!;
  const full = /\.(py|c|js|ts)$/.test(name) ? name : `${name}.${template.ending}`;
  const problem = name === '' ? 'A name is needed.' : taken.includes(full) ? `${full} exists already.` : null;
  const begin = (event: Event): void => {
    event.preventDefault();
    if (problem !== null) return;
    storeDraft(`script ${full}`, template.text);
    onClose();
    navigate(`${pathTo('scripts', full)}?new=1`);
  };
  return (
    <Dialog title="New script" onClose={onClose} testId="scripts-new-dialog">
      <form class="form" onSubmit={begin}>
        <label class="field">
          <span>Name</span>
          <input
            value={name}
            onInput={(event) => setName(event.currentTarget.value.trim())}
            data-testid="scripts-new-name"
          />
        </label>
        <label class="field">
          <span>Kind</span>
          <select
            value={kind}
            onChange={(event) => setKind(event.currentTarget.value)}
            data-testid="scripts-new-kind"
          >
            {SCRIPT_TEMPLATES.map((entry) => (
              <option key={entry.kind}>{entry.kind}</option>
            ))}
          </select>
        </label>
        {problem !== null && name !== '' && <p class="inline-error">{problem}</p>}
        <p class="muted">Nothing is stored before Save.</p>
        <div class="row end">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" denied={problem} testId="scripts-new-begin">
            Edit
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
