/** The configuration of an instance: the stored one it came from, and what differs while it runs. */

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { changesBetween, updateFor } from '../../core/changes.js';
import { parseDocument } from '../../core/json-text.js';
import type { Cluster, JsonRecord } from '../../core/plant.js';
import { recordOf } from '../../core/values.js';
import { callJson, messageOf } from '../../data/api.js';
import { findConfiguration, type StoredDocument, updateInstance } from '../../data/configurations.js';
import { denial } from '../../data/session.js';
import { CodeEditor } from '../../editor/code-editor.jsx';
import { Button } from '../../ui/basics.jsx';
import { Dialog } from '../../ui/dialog.jsx';
import { ChangeList, SwitchedChanges } from '../../ui/diff-view.jsx';
import { InlineError } from '../../ui/inline-error.jsx';
import { Panel } from '../../ui/panel.jsx';
import { Loaded, useResource } from '../../ui/resource.jsx';
import { showToast } from '../../ui/toasts.jsx';
import { ConfigurationEditor } from '../configurations/editor.jsx';
import type { TabProps } from './instance.jsx';

interface Details {
  readonly stored: StoredDocument | null;
  readonly running: JsonRecord | null;
}

async function load(cluster: Cluster, name: string, signal: AbortSignal): Promise<Details> {
  const stored = await findConfiguration(cluster, name, signal);
  const path = `/api/v2/instances/${cluster}/${encodeURIComponent(name)}`;
  const running = await callJson(cluster, path, { signal }).then(
    (answer) => recordOf(answer.config),
    () => null,
  );
  return { stored, running };
}

export function ConfigTab({ cluster, name, instance }: TabProps): JSX.Element {
  const details = useResource(`${cluster}/${name} ${instance?.configTag}`, (signal) =>
    load(cluster, name, signal),
  );
  return (
    <Loaded resource={details} lines={10}>
      {({ stored, running }) => {
        if (stored === null && running !== null) {
          return <RunningEditor cluster={cluster} name={name} running={running} onApplied={details.reload} />;
        }
        return (
          <>
            {stored !== null && running !== null && <Drift stored={stored.config} running={running} />}
            <ConfigurationEditor
              key={stored?.etag ?? ''}
              cluster={cluster}
              name={name}
              document={stored}
              onSaved={details.reload}
              readOnlyReason={denial('config.save')}
            />
          </>
        );
      }}
    </Loaded>
  );
}

/** Defaults that the server filled in are no difference. */
function Drift({ stored, running }: { stored: JsonRecord; running: JsonRecord }): JSX.Element | null {
  const changes = changesBetween(stored, running).filter((change) => change.kind !== 'added');
  if (changes.length === 0) return null;
  return (
    <details class="drift">
      <summary>
        The running instance differs from the saved configuration in {changes.length}{' '}
        {changes.length === 1 ? 'key' : 'keys'}
      </summary>
      <ChangeList changes={changes} testId="config-drift" />
    </details>
  );
}

interface RunningEditorProps {
  readonly cluster: Cluster;
  readonly name: string;
  readonly running: JsonRecord;
  readonly onApplied: () => void;
}

/** For instances that were started from a configuration of their own: only what runs can be changed. */
function RunningEditor({ cluster, name, running, onApplied }: RunningEditorProps): JSX.Element {
  const original = JSON.stringify(running, null, 1);
  const [text, setText] = useState(original);
  const [reviewing, setReviewing] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const parsed = parseDocument(text);
  const changes = parsed.value === null ? [] : changesBetween(running, parsed.value);
  const blocked =
    parsed.problem === null
      ? changes.length === 0
        ? 'Nothing was changed.'
        : denial('instance.update')
      : `Line ${parsed.problem.line}: ${parsed.problem.message}`;
  const apply = async (): Promise<void> => {
    try {
      const { changes: changed, remove } = updateFor(running, parsed.value!);
      await updateInstance(cluster, name, changed, remove, { save: false, comment: '' });
      showToast({ tone: 'ok', text: `${name} took the changes over.` });
      setReviewing(false);
      onApplied();
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  return (
    <Panel
      id="running-editor"
      title="Running configuration"
      note="there is no stored configuration of this name"
      class="editor-alone"
      actions={
        <Button kind="primary" denied={blocked} onClick={() => setReviewing(true)} testId="running-review">
          Review and apply…
        </Button>
      }
    >
      <CodeEditor text={text} language="json" label={`Running configuration of ${name}`} onChange={setText} />
      {parsed.problem !== null && (
        <p class="inline-error">
          line {parsed.problem.line}: {parsed.problem.message}
        </p>
      )}
      {reviewing && (
        <Dialog
          title={`Change ${name} while it runs`}
          onClose={() => setReviewing(false)}
          wide
          footer={
            <>
              <Button onClick={() => setReviewing(false)}>Cancel</Button>
              <Button kind="primary" onClick={() => void apply()}>
                Apply
              </Button>
            </>
          }
        >
          <SwitchedChanges changes={changes} />
          <p class="muted">Nothing is stored: at its next start it begins with what it was created from.</p>
          <InlineError text={problem} />
        </Dialog>
      )}
    </Panel>
  );
}
