import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Cluster, InstanceRecord } from '../../core/plant.js';
import { callJson, messageOf } from '../../data/api.js';
import { denial } from '../../data/session.js';
import { Button } from '../../ui/basics.jsx';
import { Empty, Panel } from '../../ui/panel.jsx';
import { showToast } from '../../ui/toasts.jsx';
import { LogLines } from './log-lines.jsx';

interface StartButtonProps {
  readonly cluster: Cluster;
  readonly name: string;
  /** What it is started from. */
  readonly configuration: string;
}

export function StartButton({ cluster, name, configuration }: StartButtonProps): JSX.Element {
  const [starting, setStarting] = useState(false);
  const start = async (): Promise<void> => {
    setStarting(true);
    try {
      await callJson(cluster, `/api/v2/instances/${cluster}`, {
        method: 'POST',
        json: cluster === 'cameras' ? { configuration: name } : { configuration, instance: name },
        deadline: 130_000,
      });
      showToast({ tone: 'ok', text: `${name} was started.` });
    } catch (error) {
      showToast({ tone: 'bad', text: messageOf(error) });
    }
    setStarting(false);
  };
  return (
    <Button
      icon="play"
      kind="primary"
      onClick={() => void start()}
      denied={starting ? 'It is being started' : denial('instance.create')}
      testId="instance-start"
    >
      {starting ? 'Starting…' : `Start ${name}`}
    </Button>
  );
}

/** Why it does not run, and how to start it. */
export function NotRunning({
  cluster,
  name,
  instance,
}: {
  cluster: Cluster;
  name: string;
  instance: InstanceRecord | null;
}): JSX.Element {
  return (
    <Panel id="instance-not-running" title="Not running" state="empty">
      <Empty title={`${name} does not run`}>
        {instance?.exitCode != null && <p>Its last process ended with exit code {instance.exitCode}.</p>}
        {instance?.health.hint != null && <p>{instance.health.hint}</p>}
        <p class="muted">
          It starts when a client asks for its stream, or here from the configuration of the same name. Then
          it runs as long as it has clients, or somebody looks at it.
        </p>
        <StartButton cluster={cluster} name={name} configuration={instance?.configuration ?? name} />
      </Empty>
      {instance !== null && (
        <>
          <h3>Last log lines</h3>
          <LogLines instance={instance} limit={20} />
        </>
      )}
    </Panel>
  );
}
