/** Starting an instance to try something: choose, create, watch, stop, or keep. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Cluster } from '../core/plant.js';
import { pathTo } from '../core/screens.js';
import { textOf } from '../core/values.js';
import { ApiError, callJson, messageOf } from '../data/api.js';
import { listConfigurations } from '../data/configurations.js';
import { navigate, queryValue, setQuery } from '../data/navigation.js';
import { findInstance, plant } from '../data/plant.js';
import { denial, session } from '../data/session.js';
import { Button, Link, StateBadge } from '../ui/basics.jsx';
import { Icon } from '../ui/icons.jsx';
import { Empty, Panel } from '../ui/panel.jsx';
import { Loaded, useResource } from '../ui/resource.jsx';
import { PageHead } from '../ui/shell.jsx';
import { Viewer } from '../viewer/viewer.jsx';
import { stopInstance } from './actions.js';
import { ClusterTabs, currentCluster } from './configurations/cluster-tabs.jsx';
import { LogLines } from './instance/log-lines.jsx';

export function LaunchScreen(): JSX.Element {
  const cluster = currentCluster();
  const list = useResource(`configs ${cluster}`, (signal) => listConfigurations(cluster, signal));
  const configuration = queryValue('config');
  const filter = queryValue('q').toLowerCase();
  const created = queryValue('id');
  return (
    <div class="fill-screen">
      <PageHead title="Launch and test" />
      <ClusterTabs path="launch" />
      <div class="two-columns">
        <Panel id="launch-configs" title="Configurations" state={list.state} class="fill">
          <div class="filters">
            <label class="search-field">
              <Icon name="search" />
              <input
                type="search"
                data-search
                aria-label="Filter configurations"
                placeholder="Name"
                value={queryValue('q')}
                onInput={(event) => setQuery({ q: event.currentTarget.value })}
              />
            </label>
          </div>
          <Loaded resource={list} lines={8}>
            {(entries) =>
              entries.length === 0 ? (
                <Empty title="No configuration is stored">
                  <Link to={pathTo('configs', cluster)}>Configurations</Link>
                </Empty>
              ) : (
                <ul class="pick-list">
                  {entries
                    .filter((entry) => entry.name.toLowerCase().includes(filter))
                    .map((entry) => (
                      <li key={entry.name}>
                        <Link
                          to={`${pathTo('launch', cluster)}?config=${encodeURIComponent(entry.name)}`}
                          current={entry.name === configuration}
                        >
                          {entry.name} <span class="muted">{entry.camera ?? entry.type ?? ''}</span>
                        </Link>
                      </li>
                    ))}
                </ul>
              )
            }
          </Loaded>
        </Panel>
        {configuration === '' ? (
          <Panel id="launch-create" title="Create" state="empty">
            <Empty title="Choose a configuration">
              <p class="muted">It is started beside what runs already, under a name of its own.</p>
            </Empty>
          </Panel>
        ) : (
          <div class="stack launch-stack">
            <Create key={`${cluster} ${configuration}`} cluster={cluster} configuration={configuration} />
            {created !== '' && <Created cluster={cluster} name={created} configuration={configuration} />}
          </div>
        )}
      </div>
    </div>
  );
}

function Create({ cluster, configuration }: { cluster: Cluster; configuration: string }): JSX.Element {
  const isCamera = cluster === 'cameras';
  const user = session.value.user ?? 'me';
  const [name, setName] = useState(isCamera ? configuration : `${configuration}_test_${user}`);
  const [worker, setWorker] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const running = findInstance(cluster, name);
  const runs = running !== null && running.health.state !== 'down';
  const workers =
    plant.value?.workers.filter((entry) => entry.cluster === cluster && entry.reachable && entry.enabled) ??
    [];
  const denied =
    denial('instance.create') ?? (name === '' ? 'A name is needed.' : busy ? 'It is being started.' : null);
  const create = async (): Promise<void> => {
    setBusy(true);
    setFailure(null);
    try {
      const json: Record<string, string> = { configuration };
      if (!isCamera) json.instance = name;
      if (worker !== '') json.worker = worker;
      const answer = await callJson(cluster, `/api/v2/instances/${cluster}`, {
        method: 'POST',
        json,
        deadline: 130_000,
      });
      setQuery({ id: textOf(answer.instance) ?? name });
    } catch (error) {
      const details =
        error instanceof ApiError && typeof error.details.exit_code === 'number'
          ? ` Exit code ${error.details.exit_code}.`
          : '';
      setFailure(`${messageOf(error)}${details}`);
    }
    setBusy(false);
  };
  return (
    <Panel id="launch-create" title={`Create from ${configuration}`}>
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
        <label class="field">
          <span>Worker</span>
          <select value={worker} onChange={(event) => setWorker(event.currentTarget.value)}>
            <option value="">chosen by the manager</option>
            {workers.map((entry) => (
              <option key={entry.name} value={entry.name}>
                {entry.name}
              </option>
            ))}
          </select>
        </label>
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
      {failure !== null && (
        <div role="alert">
          <p class="inline-error">{failure}</p>
          <p>
            <Link
              to={`${pathTo('logs')}?cluster=${cluster}&scope=instance&instance=${encodeURIComponent(name)}`}
            >
              Log of its start
            </Link>
          </p>
        </div>
      )}
    </Panel>
  );
}

interface CreatedProps {
  readonly cluster: Cluster;
  readonly name: string;
  readonly configuration: string;
}

function Created({ cluster, name, configuration }: CreatedProps): JSX.Element {
  const instance = findInstance(cluster, name);
  const promote = (): void => {
    navigate(`${pathTo('placement', cluster)}?promote=${encodeURIComponent(configuration)}`);
  };
  if (instance === null) return <p class="muted">{name} is not running any more.</p>;
  return (
    <Panel
      id="launch-test"
      title={name}
      note={<StateBadge health={instance.health} />}
      actions={
        <>
          <Button icon="expand" onClick={() => navigate(pathTo('i', cluster, name))}>
            Open
          </Button>
          <Button icon="edit" onClick={() => navigate(pathTo('i', cluster, name, 'config'))}>
            Change
          </Button>
          <Button icon="pin" onClick={promote} title="Add it to the permanent instances">
            Promote…
          </Button>
          <Button
            kind="risky"
            icon="octagon"
            denied={denial('instance.stop')}
            onClick={() => stopInstance(instance)}
            testId="launch-stop"
          >
            Stop…
          </Button>
        </>
      }
    >
      <Viewer cluster={cluster} name={name} instance={instance} />
      <h3>Log</h3>
      <LogLines instance={instance} limit={8} />
    </Panel>
  );
}
