import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { DEFAULT_LIFETIME, LIFETIMES, lifetimeChanges, testName } from '../../core/launch.js';
import type { Cluster } from '../../core/plant.js';
import { ApiError, messageOf } from '../../data/api.js';
import { readConfiguration } from '../../data/configurations.js';
import { isRunning, launch } from '../../data/launch.js';
import { queryValue, setQuery } from '../../data/navigation.js';
import { plant } from '../../data/plant.js';
import { denial, session } from '../../data/session.js';
import { CodeEditor } from '../../editor/code-editor.jsx';
import { Button } from '../../ui/basics.jsx';
import { Panel } from '../../ui/panel.jsx';
import { CheckList } from '../configurations/check-list.jsx';
import { type Checks, useChecks } from '../configurations/checks.js';
import { LogLines } from '../instance/log-lines.jsx';

interface CreateProps {
  readonly cluster: Cluster;
  /** Null: one that is typed here. */
  readonly configuration: string | null;
}

const BEGINNING = '{\n "camera_name": ""\n}';

/** Name, worker and lifetime of a test; the configuration as it is stored, or a copy changed for this test only. */
export function Create({ cluster, configuration }: CreateProps): JSX.Element {
  const isCamera = cluster === 'cameras';
  const [name, setName] = useState(
    isCamera ? configuration! : testName(configuration ?? 'new', session.value.user),
  );
  const [worker, setWorker] = useState('');
  const [lifetime, setLifetime] = useState(DEFAULT_LIFETIME);
  const [text, setText] = useState<string | null>(configuration === null ? BEGINNING : null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const checks = useChecks(cluster, name, text ?? '{}');
  const runs = isRunning(cluster, name);
  const denied = denial('instance.create') ?? blockOf(name, busy, text === null ? null : checks);
  const editCopy = async (): Promise<void> => {
    try {
      setText((await readConfiguration(cluster, configuration!)).text);
    } catch (error) {
      setFailure({ instance: null, text: messageOf(error) });
    }
  };
  const create = async (): Promise<void> => {
    setBusy(true);
    setFailure(null);
    try {
      const instance = await launch(cluster, {
        configuration,
        config: text === null ? null : checks.parsed.value,
        instance: isCamera ? null : name,
        changes: isCamera ? {} : lifetimeChanges(LIFETIMES[lifetime]!.seconds),
        worker: worker === '' ? null : worker,
      });
      setQuery({ id: instance });
    } catch (error) {
      const code = error instanceof ApiError ? error.details.exit_code : undefined;
      const text = `${messageOf(error)}${typeof code === 'number' ? ` Exit code ${code}.` : ''}`;
      setFailure({ instance: name, text });
    }
    setBusy(false);
  };
  if (runs && queryValue('id') === name) {
    // the place is for what was created
    return (
      <Panel
        id="launch-create"
        title={configuration === null ? 'Created from JSON' : `Created from ${configuration}`}
        note={text === null || configuration === null ? '' : 'from a changed copy'}
        actions={
          <Button icon="plus" onClick={() => setQuery({ id: null })} testId="launch-another">
            Another
          </Button>
        }
      />
    );
  }
  return (
    <Panel
      id="launch-create"
      title={configuration === null ? 'Create from JSON' : `Create from ${configuration}`}
      note={text === null || configuration === null ? '' : 'a copy, changed for this test only'}
      actions={
        !isCamera &&
        configuration !== null && (
          <Button
            icon="edit"
            pressed={text !== null}
            onClick={() => (text === null ? void editCopy() : setText(null))}
            testId="launch-edit-copy"
          >
            Edit a copy
          </Button>
        )
      }
    >
      <div class="row fields">
        <label class="field">
          <span>Instance</span>
          <input
            value={name}
            readOnly={isCamera}
            data-testid="launch-name"
            onInput={(event) => setName(event.currentTarget.value.trim())}
          />
        </label>
        <WorkerChoice cluster={cluster} value={worker} onChange={setWorker} />
        {!isCamera && (
          <label class="field">
            <span>Ends</span>
            <select
              value={lifetime}
              onChange={(event) => setLifetime(Number(event.currentTarget.value))}
              data-testid="launch-lifetime"
            >
              {LIFETIMES.map(({ label }, index) => (
                <option key={label} value={index}>
                  {label}
                </option>
              ))}
            </select>
          </label>
        )}
        {runs ? (
          <Button kind="primary" icon="eye" onClick={() => setQuery({ id: name })}>
            Join
          </Button>
        ) : (
          <Button
            kind="primary"
            icon="play"
            denied={denied}
            onClick={() => void create()}
            testId="launch-create-button"
          >
            {busy ? 'Starting…' : 'Create'}
          </Button>
        )}
      </div>
      {runs && <p class="inline-warning">{name} runs already: join it, or choose another name.</p>}
      {name === configuration && !runs && !isCamera && (
        <p class="inline-warning">This is the shared name: others who ask for {name} get this instance.</p>
      )}
      {text !== null && (
        <>
          <div class="launch-editor">
            <CodeEditor text={text} language="json" label={`Configuration of ${name}`} onChange={setText} />
          </div>
          <CheckList checks={checks.list} unreachable={checks.unreachable} />
        </>
      )}
      {failure !== null && <Failed cluster={cluster} failure={failure} />}
    </Panel>
  );
}

function blockOf(name: string, busy: boolean, checks: Checks | null): string | null {
  if (name === '') return 'A name is needed.';
  if (busy) return 'It is being started.';
  const wrong = checks?.list.find(({ severity }) => severity === 'error');
  return wrong === undefined ? null : `Correct the configuration first: ${wrong.message}`;
}

interface WorkerChoiceProps {
  readonly cluster: Cluster;
  readonly value: string;
  readonly onChange: (worker: string) => void;
}

function WorkerChoice({ cluster, value, onChange }: WorkerChoiceProps): JSX.Element {
  const known = (plant.value?.workers ?? []).filter(
    (entry) => entry.cluster === cluster && entry.reachable && entry.enabled,
  );
  return (
    <label class="field">
      <span>Worker</span>
      <select
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        data-testid="launch-worker"
      >
        <option value="">chosen by the manager</option>
        {known.map((entry) => (
          <option key={entry.name} value={entry.name}>
            {entry.name}
          </option>
        ))}
      </select>
    </label>
  );
}

interface Failure {
  /** What was to be started; null when it was not tried. */
  readonly instance: string | null;
  readonly text: string;
}

function Failed({ cluster, failure }: { cluster: Cluster; failure: Failure }): JSX.Element {
  const { instance, text } = failure;
  return (
    <div role="alert" data-testid="launch-failure">
      <p class="inline-error">{text}</p>
      {instance !== null && (
        <>
          <h3>Log of the start of {instance}</h3>
          <LogLines instance={{ cluster, name: instance }} limit={8} />
        </>
      )}
    </div>
  );
}
