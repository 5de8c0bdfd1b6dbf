/** Who did what, kept by the servers: every client is in it, the console like all others. */
import type { JSX } from 'preact';
import { actionChoices, actorChoices, type Choices } from '../core/audit-choices.js';
import { formatDuration, formatTime, MISSING } from '../core/format.js';
import type { JsonRecord } from '../core/plant.js';
import { pathTo } from '../core/screens.js';
import { numberOf, recordsOf, textOf, timeOf } from '../core/values.js';
import { callBlob, callJson, homeCluster, messageOf } from '../data/api.js';
import { queryValue, setQuery } from '../data/navigation.js';
import { Button, Link, saveFile } from '../ui/basics.jsx';
import { Icon } from '../ui/icons.jsx';
import { Empty, Panel } from '../ui/panel.jsx';
import { Loaded, useResource } from '../ui/resource.jsx';
import { PageHead } from '../ui/shell.jsx';
import { type Column, DataTable } from '../ui/table.jsx';
import { showToast } from '../ui/toasts.jsx';
import { QueryChoice } from './query-choice.jsx';

const RESULTS = ['ok', 'error', 'refused'];
const FIELDS = ['actor', 'action', 'target', 'result'] as const;
const PERIOD = 1500;
/** Records that the choices are made from, and milliseconds until they are made anew. */
const CHOICE_RECORDS = 1000;
const CHOICE_PERIOD = 60_000;

export interface AuditRecord {
  readonly sequence: string;
  readonly time: number | null;
  readonly actor: string | null;
  readonly role: string;
  readonly address: string;
  readonly client: string;
  readonly cluster: string;
  readonly action: string;
  readonly target: string;
  readonly result: string;
  readonly reason: string | null;
  readonly error: string | null;
  readonly duration: number | null;
  readonly requestId: string;
}

function readRecord(record: JsonRecord): AuditRecord {
  return {
    sequence: `${record.cluster} ${record.server} ${record.sequence}`,
    time: timeOf(record.time),
    actor: textOf(record.actor),
    role: textOf(record.role) ?? '',
    address: textOf(record.address) ?? '',
    client: textOf(record.client) ?? '',
    cluster: textOf(record.cluster) ?? '',
    action: textOf(record.action) ?? '',
    target: textOf(record.target) ?? '',
    result: textOf(record.result) ?? '',
    reason: textOf(record.reason),
    error: textOf(record.error),
    duration: numberOf(record.duration_ms),
    requestId: textOf(record.request_id) ?? '',
  };
}

type Filter = Partial<Record<(typeof FIELDS)[number] | 'from' | 'to', string>>;

function queryFor(filter: Filter, limit: number): string {
  const query = new URLSearchParams({ limit: String(limit) });
  for (const [name, value] of Object.entries(filter)) if (value) query.set(name, value);
  return query.toString();
}

/** Records of both clusters; the one that does not answer is left out. */
async function load(filter: Filter, signal: AbortSignal, limit = 200): Promise<AuditRecord[]> {
  const path = `/api/v2/audit?${queryFor(filter, limit)}`;
  const answer = await callJson(homeCluster(), path, { signal });
  return recordsOf(answer.records).map(readRecord);
}

export function AuditScreen(): JSX.Element {
  const filter: Filter = Object.fromEntries(
    [...FIELDS, 'from', 'to'].map((name) => [name, queryValue(name)]),
  );
  const choices = useResource('audit choices', (signal) => load({}, signal, CHOICE_RECORDS), CHOICE_PERIOD);
  const recorded = choices.data ?? [];
  const exportAs = async (format: 'csv' | 'jsonl'): Promise<void> => {
    try {
      const blob = await callBlob(
        homeCluster(),
        `/api/v2/audit?${queryFor(filter, 10_000)}&format=${format}`,
      );
      saveFile(`audit.${format}`, blob);
    } catch (error) {
      showToast({ tone: 'bad', text: messageOf(error) });
    }
  };
  return (
    <div class="fill-screen">
      <PageHead title="Audit">
        <span class="spacer" />
        <Button icon="download" onClick={() => void exportAs('csv')} testId="audit-export">
          CSV
        </Button>
        <Button icon="download" onClick={() => void exportAs('jsonl')}>
          JSON lines
        </Button>
      </PageHead>
      <form class="filters free" onSubmit={(event) => event.preventDefault()}>
        <Chosen name="actor" choices={actorChoices(recorded)} />
        <Chosen name="action" choices={actionChoices(recorded)} />
        <label class="search-field small">
          <span>target</span>
          <input
            value={queryValue('target')}
            data-testid="audit-filter-target"
            placeholder="any"
            onInput={(event) => setQuery({ target: event.currentTarget.value })}
          />
        </label>
        <Chosen name="result" choices={RESULTS.map((result) => [result, result])} />
        <QueryChoice label="Time" name="from" options={PERIODS} testId="audit-filter-from" />
      </form>
      <AuditTable filter={filter} title="Records" />
    </div>
  );
}

const PERIODS: Choices = [
  ['', 'all time'],
  ['-1h', 'last hour'],
  ['-24h', 'last 24 h'],
  ['-7d', 'last 7 days'],
  ['-30d', 'last 30 days'],
];

function Chosen({ name, choices }: { name: string; choices: Choices }): JSX.Element {
  const options: Choices = [['', `any ${name}`], ...choices];
  return <QueryChoice label={name} name={name} options={options} testId={`audit-filter-${name}`} />;
}

const COLUMNS: readonly Column<AuditRecord>[] = [
  { key: 'time', title: 'Time', render: (record) => formatTime(record.time) },
  {
    key: 'actor',
    title: 'Who',
    value: (record) => record.actor,
    tooltip: (record) => record.client,
    render: (record) => (
      <>
        {record.actor ?? record.address}{' '}
        <span class="muted">({record.actor === null ? clientName(record.client) : record.role})</span>
      </>
    ),
  },
  {
    key: 'action',
    title: 'Action',
    value: (record) => record.action,
    render: (record) => <code>{record.action}</code>,
  },
  {
    key: 'target',
    title: 'Target',
    value: (record) => record.target,
    render: (record) => <Target record={record} />,
  },
  {
    key: 'result',
    title: 'Result',
    value: (record) => record.result,
    tooltip: (record) => record.error ?? undefined,
    render: (record) => <Result record={record} />,
  },
  {
    key: 'reason',
    title: 'Reason',
    value: (record) => record.reason,
    render: (record) => record.reason ?? MISSING,
  },
  { key: 'address', title: 'From', value: (record) => record.address, render: (record) => record.address },
  {
    key: 'duration',
    title: 'Took',
    numeric: true,
    value: (record) => record.duration,
    render: (record) => formatDuration(record.duration),
  },
];

/** Leads to what was changed: a configuration or script to its revisions, where each can be compared and restored. */
function Target({ record }: { record: AuditRecord }): JSX.Element {
  const { target } = record;
  const path = targetPath(record);
  if (target === '' || path === null) return <b>{target || MISSING}</b>;
  return <Link to={path}>{target}</Link>;
}

function targetPath({ action, target, cluster }: AuditRecord): string | null {
  const [kind = '', done] = action.split('.');
  if (kind === 'config') return pathTo('configs', cluster, target, 'history');
  if (kind === 'instance' && done !== 'stop_all') return pathTo('i', cluster, target, 'history');
  if (kind === 'script' && done !== 'delete') return pathTo('scripts', target);
  if (kind === 'placement' || kind === 'permanent') return pathTo('placement', cluster);
  return null;
}

function Result({ record }: { record: AuditRecord }): JSX.Element {
  const well = record.result === 'ok';
  return (
    <span class={`audit-result ${well ? 'tone-ok' : 'tone-bad'}`}>
      <Icon name={well ? 'check' : 'alarm'} /> {record.result}
      {record.error !== null && <span class="muted"> {record.error}</span>}
    </span>
  );
}

/** `Mozilla/5.0 …` says little; the first word of the others says enough. */
function clientName(client: string): string {
  if (client.startsWith('Mozilla')) return 'browser';
  return client.split(/[\s/]/)[0] || 'client';
}

export function AuditTable({ filter, title }: { filter: Filter; title: string }): JSX.Element {
  const records = useResource(`audit ${queryFor(filter, 200)}`, (signal) => load(filter, signal), PERIOD);
  const filtered = Object.values(filter).some((value) => value !== '' && value !== undefined);
  return (
    <Panel
      id="audit-panel"
      title={title}
      state={records.data?.length === 0 ? 'empty' : records.state}
      note={records.data === null ? '' : `${records.data.length} newest`}
      class="fill"
    >
      <Loaded resource={records} lines={8}>
        {(list) =>
          list.length === 0 ? (
            <Empty title={filtered ? 'No record fits the filter' : 'Nothing was recorded yet'}>
              {filtered && (
                <Button
                  onClick={() =>
                    setQuery({ actor: null, action: null, target: null, result: null, from: null })
                  }
                >
                  Widen the range
                </Button>
              )}
            </Empty>
          ) : (
            <DataTable
              id="audit"
              caption="Audit records"
              rows={list}
              columns={COLUMNS}
              rowKey={(record) => record.sequence}
            />
          )
        }
      </Loaded>
    </Panel>
  );
}
