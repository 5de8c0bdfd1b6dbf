/** Log records of managers, workers and instances in one list. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { readLogRecords } from '../core/log-records.js';
import { CLUSTERS, type Cluster } from '../core/plant.js';
import { callBlob, callJson, homeCluster, messageOf } from '../data/api.js';
import { queryValue } from '../data/navigation.js';
import { plant } from '../data/plant.js';
import { Button, saveFile } from '../ui/basics.jsx';
import { Panel } from '../ui/panel.jsx';
import { Loaded, useResource } from '../ui/resource.jsx';
import { PageHead } from '../ui/shell.jsx';
import { showToast } from '../ui/toasts.jsx';
import { filterFromAddress, type LogFilter, LogFilters, logQuery } from './log-filters.jsx';
import { Records } from './log-records.jsx';
import { QueryChoice } from './query-choice.jsx';

const SCOPES = ['all', 'manager', 'worker', 'instance'] as const;
const PERIOD = 2000;

export function LogsScreen(): JSX.Element {
  const filter: LogFilter = {
    ...filterFromAddress(),
    server: queryValue('server'),
    cluster: queryValue('cluster'),
    scope: queryValue('scope') || 'all',
    instance: queryValue('instance'),
  };
  const instances =
    plant.value?.instances.filter((entry) => filter.cluster === '' || entry.cluster === filter.cluster) ?? [];
  const workers =
    plant.value?.workers.filter((entry) => filter.cluster === '' || entry.cluster === filter.cluster) ?? [];
  return (
    <div class="fill-screen">
      <PageHead title="Logs" />
      <div class="filters free">
        <QueryChoice
          label="Cluster"
          name="cluster"
          testId="logs-cluster"
          options={[['', 'both clusters'], ...CLUSTERS.map((cluster) => [cluster, cluster] as const)]}
        />
        <QueryChoice
          label="Scope"
          name="scope"
          testId="logs-scope"
          options={SCOPES.map((scope) => [scope === 'all' ? '' : scope, scope] as const)}
        />
        <QueryChoice
          label="Worker"
          name="server"
          testId="logs-server"
          options={[['', 'all workers'], ...workers.map((worker) => [worker.name, worker.name] as const)]}
        />
        <QueryChoice
          label="Instance"
          name="instance"
          testId="logs-instance"
          options={[['', 'all instances'], ...instances.map((entry) => [entry.name, entry.name] as const)]}
        />
      </div>
      <LogExplorer filter={filter} />
    </div>
  );
}

/** The log of one instance or of everything, with its filter in the address. */
export function LogExplorer({ filter, ended }: { filter: LogFilter; ended?: boolean }): JSX.Element {
  const follow = queryValue('follow') !== '0';
  const [wrap, setWrap] = useState(true);
  const query = logQuery(filter);
  const cluster: Cluster =
    filter.cluster === 'cameras' || filter.cluster === 'pipelines' ? filter.cluster : homeCluster();
  const logs = useResource(
    `logs ${query}`,
    async (signal) => readLogRecords(await callJson(cluster, `/api/v2/logs?${query}`, { signal })),
    PERIOD,
  );
  const download = async (format: 'text' | 'jsonl'): Promise<void> => {
    try {
      saveFile(
        format === 'text' ? 'log.txt' : 'log.jsonl',
        await callBlob(cluster, `/api/v2/logs?${query}&format=${format}`),
      );
    } catch (error) {
      showToast({ tone: 'bad', text: messageOf(error) });
    }
  };
  return (
    <Panel
      id="logs-panel"
      title="Records"
      state={
        logs.data?.records.length === 0
          ? 'empty'
          : (logs.data?.silent.length ?? 0) > 0
            ? 'partial'
            : logs.state
      }
      note={
        logs.data === null
          ? ''
          : `${logs.data.records.length}${logs.data.hidden > 0 ? `, ${logs.data.hidden} hidden` : ''}`
      }
      class="fill"
      actions={
        <>
          <Button kind="quiet" pressed={wrap} onClick={() => setWrap(!wrap)}>
            Wrap
          </Button>
          <Button kind="quiet" icon="download" onClick={() => void download('text')} testId="logs-download">
            Text
          </Button>
          <Button kind="quiet" icon="download" onClick={() => void download('jsonl')}>
            JSON lines
          </Button>
        </>
      }
    >
      <LogFilters filter={filter} follow={follow} />
      <Loaded resource={logs} lines={10}>
        {(answer) => <Records answer={answer} follow={follow} wrap={wrap} ended={ended === true} />}
      </Loaded>
    </Panel>
  );
}
