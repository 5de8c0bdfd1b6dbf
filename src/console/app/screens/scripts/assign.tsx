/** Gives a running instance another script. */

import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { InstanceRecord, JsonRecord } from '../../core/plant.js';
import { messageOf } from '../../data/api.js';
import { listCode } from '../../data/code.js';
import { updateInstance } from '../../data/configurations.js';
import { denial } from '../../data/session.js';
import { Button } from '../../ui/basics.jsx';
import { Dialog } from '../../ui/dialog.jsx';
import { Icon } from '../../ui/icons.jsx';
import { InlineError } from '../../ui/inline-error.jsx';
import { Loaded, useResource } from '../../ui/resource.jsx';
import { showToast } from '../../ui/toasts.jsx';

const target = signal<InstanceRecord | null>(null);

export function assignScript(instance: InstanceRecord): void {
  target.value = instance;
}

export function AssignHost(): JSX.Element | null {
  const instance = target.value;
  return instance === null ? null : <AssignDialog key={instance.key} instance={instance} />;
}

/** An instance that pushes is recorded: then its name is typed first. */
function AssignDialog({ instance }: { instance: InstanceRecord }): JSX.Element {
  const { name, configuration, script } = instance;
  const pushes = instance.mode === 'PUSH';
  const scripts = useResource('scripts', (abort) => listCode('scripts', abort));
  const [chosen, setChosen] = useState(script ?? '');
  const [save, setSave] = useState(false);
  const [typed, setTyped] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const started = useRef(false);
  const close = (): void => {
    target.value = null;
  };
  const missing =
    denial('instance.update') ??
    (chosen === '' ? 'Choose a script.' : pushes && typed !== name ? `Type “${name}” to confirm.` : null);
  const assign = async (): Promise<void> => {
    if (missing !== null || started.current) return;
    started.current = true;
    setProblem(null);
    try {
      // a script of the same name is only read again, which is nothing to store
      const isNew = chosen !== script;
      const changes: JsonRecord = isNew ? { function: chosen } : { reload: true };
      const comment = `script ${chosen}`;
      await updateInstance('pipelines', name, changes, [], { save: save && isNew, comment });
      showToast({ tone: 'ok', text: `${name} runs ${chosen}.` });
      close();
    } catch (error) {
      started.current = false;
      setProblem(messageOf(error));
    }
  };
  return (
    <Dialog
      title={`Script of ${name}`}
      onClose={close}
      testId="assign-dialog"
      footer={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button
            kind={pushes ? 'risky' : 'primary'}
            denied={missing}
            onClick={() => void assign()}
            testId="assign-action"
          >
            Assign
          </Button>
        </>
      }
    >
      {pushes && (
        <p class="risky-mark">
          <Icon name="octagon" /> Risky: it pushes to a buffer, and new channels interrupt the recording
        </p>
      )}
      <Loaded resource={scripts} lines={2}>
        {(list) => (
          <label class="field">
            <span>Script</span>
            <select
              value={chosen}
              onChange={(event) => setChosen(event.currentTarget.value)}
              data-testid="assign-script"
            >
              {script === null && <option value="">the default processing</option>}
              {script !== null && !list.some((entry) => entry.name === script) && <option>{script}</option>}
              {list.map((entry) => (
                <option key={entry.name}>{entry.name}</option>
              ))}
            </select>
          </label>
        )}
      </Loaded>
      {configuration !== null && (
        <label class="check">
          <input
            type="checkbox"
            checked={save}
            onChange={(event) => setSave(event.currentTarget.checked)}
            disabled={denial('config.save') !== null}
          />
          Also in the stored configuration {configuration}; otherwise it is gone at the next start
        </label>
      )}
      {pushes && (
        <label class="field">
          <span>
            Type <code>{name}</code> to confirm
          </span>
          <input
            value={typed}
            autocomplete="off"
            spellcheck={false}
            onInput={(event) => setTyped(event.currentTarget.value)}
            data-testid="assign-name"
          />
        </label>
      )}
      <InlineError text={problem} />
    </Dialog>
  );
}
