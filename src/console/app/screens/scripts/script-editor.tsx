/** Editing one script: check, difference, save, and taking it over in running instances. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { InstanceRecord } from '../../core/plant.js';
import { pathTo } from '../../core/screens.js';
import { ApiError, messageOf } from '../../data/api.js';
import { listCode, readCode, saveCode } from '../../data/code.js';
import { updateInstance } from '../../data/configurations.js';
import { dropDraft, readDraft, storeDraft } from '../../data/drafts.js';
import { navigate, queryValue, screen } from '../../data/navigation.js';
import { denial } from '../../data/session.js';
import { CodeEditor, type Language } from '../../editor/code-editor.jsx';
import { Button } from '../../ui/basics.jsx';
import { Dialog } from '../../ui/dialog.jsx';
import { TextDiff } from '../../ui/diff-view.jsx';
import { Panel } from '../../ui/panel.jsx';
import { Loaded, useResource } from '../../ui/resource.jsx';
import { PageHead } from '../../ui/shell.jsx';
import { showToast } from '../../ui/toasts.jsx';
import { instancesRunning } from './code-columns.jsx';
import { useScriptChecks } from './script-checks.js';
import { ScriptHistory } from './script-history.jsx';

export function ScriptScreen(): JSX.Element {
  const { name = '' } = screen.value.parameters;
  const isNew = queryValue('new') === '1';
  const stored = useResource(`script ${name} ${isNew}`, async (signal) => ({
    current: isNew ? null : await readCode('scripts', name, signal),
  }));
  const all = useResource('scripts', (signal) => listCode('scripts', signal));
  const usedBy = all.data?.find((entry) => entry.name === name)?.usedBy ?? [];
  return (
    <div class="fill-screen">
      <PageHead title={name}>
        <span class="muted">
          {usedBy.length === 0 ? 'used by no configuration' : `used by ${usedBy.join(', ')}`}
        </span>
      </PageHead>
      <Loaded resource={stored} lines={12}>
        {({ current }) => (
          <ScriptEditor key={current?.etag ?? ''} name={name} stored={current} onSaved={stored.reload} />
        )}
      </Loaded>
    </div>
  );
}

function languageOf(name: string): Language {
  if (name.endsWith('.py')) return 'python';
  if (name.endsWith('.c')) return 'c';
  return name.endsWith('.ts') ? 'typescript' : 'javascript';
}

interface ScriptEditorProps {
  readonly name: string;
  readonly stored: { readonly text: string; readonly etag: string } | null;
  readonly onSaved: () => void;
}

function ScriptEditor({ name, stored, onSaved }: ScriptEditorProps): JSX.Element {
  const draftKey = `script ${name}`;
  const original = stored?.text ?? '';
  const [text, setText] = useState(() => readDraft(draftKey) ?? original);
  const [dialog, setDialog] = useState<'review' | 'reload' | 'history' | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const changed = text !== original;
  useEffect(() => {
    if (changed) storeDraft(draftKey, text);
    else dropDraft(draftKey);
  }, [changed, draftKey, text]);
  const marks = useScriptChecks(name, text);
  const wrong = marks.find((fault) => fault.severity === 'error') ?? null;
  const readOnly = denial('script.save');
  const blocked =
    readOnly ??
    (wrong !== null
      ? `line ${wrong.line}: ${wrong.message}`
      : changed || stored === null
        ? null
        : 'Nothing was changed.');
  const instances = instancesRunning(name);
  const save = async (): Promise<void> => {
    try {
      await saveCode('scripts', name, text, stored?.etag ?? null);
      dropDraft(draftKey);
      showToast({ tone: 'ok', text: `${name} was stored and goes to the workers.` });
      setDialog(instances.length > 0 ? 'reload' : null);
      if (stored === null) navigate(pathTo('scripts', name), true);
      else if (instances.length === 0) onSaved();
    } catch (error) {
      const conflict = error instanceof ApiError && error.status === 412;
      setProblem(
        conflict
          ? 'Somebody else saved it meanwhile. Copy your text, reload, and bring the changes together.'
          : messageOf(error),
      );
      setDialog(null);
    }
  };
  return (
    <Panel
      id="script-editor"
      title={name}
      note={readOnly ?? (changed ? 'draft, not saved' : 'unchanged')}
      class="fill"
      actions={
        <>
          <Button icon="history" onClick={() => setDialog('history')} testId="script-history-button">
            History
          </Button>
          <Button denied={changed ? null : 'Nothing was changed.'} onClick={() => setText(original)}>
            Discard
          </Button>
          <Button kind="primary" denied={blocked} onClick={() => setDialog('review')} testId="script-save">
            Save…
          </Button>
        </>
      }
    >
      <CodeEditor
        text={text}
        language={languageOf(name)}
        label={`Script ${name}`}
        readOnly={readOnly !== null}
        marks={marks}
        onChange={setText}
        onReview={() => blocked === null && setDialog('review')}
      />
      {wrong !== null && (
        <p class="inline-error script-problem" role="alert" data-testid="script-problem">
          line {wrong.line}: {wrong.message}
        </p>
      )}
      {problem !== null && (
        <p class="inline-error script-problem" role="alert">
          {problem}
        </p>
      )}
      {dialog === 'review' && (
        <Dialog
          title={`Save ${name}`}
          onClose={() => setDialog(null)}
          wide
          footer={
            <>
              <Button onClick={() => setDialog(null)}>Cancel</Button>
              <Button kind="primary" onClick={() => void save()} testId="script-save-confirm">
                Save
              </Button>
            </>
          }
        >
          <TextDiff before={original} after={text} />
        </Dialog>
      )}
      {dialog === 'history' && (
        <ScriptHistory
          name={name}
          text={text}
          onTake={(old) => {
            setText(old);
            setDialog(null);
          }}
          onClose={() => setDialog(null)}
        />
      )}
      {dialog === 'reload' && (
        <ReloadDialog
          script={name}
          instances={instances}
          onClose={() => {
            setDialog(null);
            onSaved();
          }}
        />
      )}
    </Panel>
  );
}

interface ReloadDialogProps {
  readonly script: string;
  readonly instances: readonly InstanceRecord[];
  readonly onClose: () => void;
}

/** Running instances keep the old code until they are told; each is chosen by hand. */
function ReloadDialog({ script, instances, onClose }: ReloadDialogProps): JSX.Element {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [problem, setProblem] = useState<string | null>(null);
  const reload = async (): Promise<void> => {
    const results = await Promise.allSettled(
      [...chosen].map((name) =>
        updateInstance('pipelines', name, { function: script, reload: true }, [], {
          save: false,
          comment: `reload ${script}`,
        }),
      ),
    );
    const failed = [...chosen].filter((_, index) => results[index]!.status === 'rejected');
    if (failed.length > 0) setProblem(`Not taken over by ${failed.join(', ')}.`);
    else onClose();
  };
  return (
    <Dialog
      title={`Take ${script} over in running instances?`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Later</Button>
          <Button
            kind="primary"
            denied={denial('instance.update') ?? (chosen.size === 0 ? 'Choose instances.' : null)}
            onClick={() => void reload()}
          >
            Reload in {chosen.size}
          </Button>
        </>
      }
    >
      <ul class="plain-list">
        {instances.map((instance) => (
          <li key={instance.key}>
            <label class="check">
              <input
                type="checkbox"
                checked={chosen.has(instance.name)}
                onChange={() => {
                  const next = new Set(chosen);
                  if (!next.delete(instance.name)) next.add(instance.name);
                  setChosen(next);
                }}
              />
              {instance.name}
              {instance.mode === 'PUSH' && (
                <span class="tone-warn">pushes to a buffer: new channels interrupt the recording</span>
              )}
            </label>
          </li>
        ))}
      </ul>
      {problem !== null && <p class="inline-error">{problem}</p>}
    </Dialog>
  );
}
