import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { Cluster, InstanceRecord } from '../../core/plant.js';
import { pathTo } from '../../core/screens.js';
import { ANNOUNCED_AFTER, isRunning, readExitCode } from '../../data/launch.js';
import { navigate } from '../../data/navigation.js';
import { findInstance, now } from '../../data/plant.js';
import { denial } from '../../data/session.js';
import { Button, StateBadge } from '../../ui/basics.jsx';
import { Panel, Skeleton } from '../../ui/panel.jsx';
import { Loaded, useResource } from '../../ui/resource.jsx';
import { Viewer } from '../../viewer/viewer.jsx';
import { stopInstance } from '../actions.js';
import { InspectTab } from '../instance/inspect-tab.jsx';
import { LogLines } from '../instance/log-lines.jsx';
import { PromoteDialog } from './promote.jsx';

interface CreatedProps {
  readonly cluster: Cluster;
  readonly name: string;
  /** Empty: it was typed for this test. */
  readonly configuration: string;
}

/** What was created: its picture, its messages, its log; and the two ways it may end. */
export function Created({ cluster, name, configuration }: CreatedProps): JSX.Element {
  const [since] = useState(() => Date.now());
  const seen = useRef(false);
  const instance = findInstance(cluster, name);
  if (instance !== null && isRunning(cluster, name)) {
    seen.current = true;
    return <Running cluster={cluster} instance={instance} configuration={configuration} />;
  }
  const isNew = !seen.current && now.value - since < ANNOUNCED_AFTER;
  return isNew ? (
    <Panel id="launch-test" title={name} state="loading">
      <Skeleton lines={6} />
    </Panel>
  ) : (
    <Ended cluster={cluster} name={name} />
  );
}

interface RunningProps {
  readonly cluster: Cluster;
  readonly instance: InstanceRecord;
  readonly configuration: string;
}

function Running({ cluster, instance, configuration }: RunningProps): JSX.Element {
  const { name } = instance;
  const [promoting, setPromoting] = useState(false);
  return (
    <>
      <Panel
        id="launch-test"
        title={name}
        note={<StateBadge health={instance.health} />}
        class="launch-test"
        actions={
          <>
            <Button icon="expand" onClick={() => navigate(pathTo('i', cluster, name))}>
              Open
            </Button>
            <Button icon="edit" onClick={() => navigate(pathTo('i', cluster, name, 'config'))}>
              Change
            </Button>
            {cluster === 'pipelines' && (
              <Button
                icon="pin"
                denied={denial('config.save')}
                onClick={() => setPromoting(true)}
                title="Store what it runs with as a configuration"
                testId="launch-promote"
              >
                Promote…
              </Button>
            )}
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
      </Panel>
      <div class="launch-details">
        <InspectTab cluster={cluster} name={name} instance={instance} isRunning />
        <Panel id="launch-log" title="Log">
          <LogLines instance={instance} limit={20} />
        </Panel>
      </div>
      {promoting && (
        <PromoteDialog
          cluster={cluster}
          name={name}
          configuration={configuration}
          onClose={() => setPromoting(false)}
        />
      )}
    </>
  );
}

/** It was stopped, or failed; then its log tells why. */
function Ended({ cluster, name }: Pick<CreatedProps, 'cluster' | 'name'>): JSX.Element {
  const exitCode = useResource(`exit ${cluster} ${name}`, async (signal) => ({
    code: await readExitCode(cluster, name, signal),
  }));
  return (
    <Panel id="launch-test" title={`${name} does not run`} state="empty">
      <Loaded resource={exitCode} lines={1}>
        {({ code }) => (
          <p class={code === null || code === 0 ? 'muted' : 'inline-error'} data-testid="launch-exit">
            {code === null ? 'It has ended.' : `Its process ended with exit code ${code}.`}
          </p>
        )}
      </Loaded>
      <h3>Last log lines</h3>
      <LogLines instance={{ cluster, name }} limit={20} />
    </Panel>
  );
}
