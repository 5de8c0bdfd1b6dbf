import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { MISSING } from '../../core/format.js';
import { type PermanentEntry, readPermanent, writePermanent } from '../../core/placement-draft.js';
import type { Cluster, JsonRecord } from '../../core/plant.js';
import { pathTo } from '../../core/screens.js';
import { findInstance, plant } from '../../data/plant.js';
import { Button, Link, StateBadge } from '../../ui/basics.jsx';
import { Icon } from '../../ui/icons.jsx';
import { Empty, Panel } from '../../ui/panel.jsx';
import { DragName, dropHandlers } from './dragging.jsx';

interface PermanentInstancesProps {
  readonly cluster: Cluster;
  readonly permanent: JsonRecord;
  readonly stored: JsonRecord;
  readonly configurations: readonly string[];
  readonly readOnly: boolean;
  readonly onChange: (permanent: JsonRecord) => void;
}

/** What the manager keeps running, with what this draft would do to it. */
export function PermanentInstances(props: PermanentInstancesProps): JSX.Element {
  const { cluster, permanent, stored, configurations, readOnly, onChange } = props;
  const [name, setName] = useState('');
  const [configuration, setConfiguration] = useState('');
  const [filter, setFilter] = useState('');
  const entries = readPermanent(permanent);
  const before = new Map(readPermanent(stored).map((entry) => [entry.name, entry]));
  const shown = entries.filter((entry) =>
    `${entry.name} ${entry.configuration}`.toLowerCase().includes(filter.toLowerCase()),
  );
  const update = (next: readonly PermanentEntry[]): void => onChange(writePermanent(next));
  const append = (added: string, target: string): void => {
    if (added === '' || entries.some((entry) => entry.name === added)) return;
    update([...entries, { enabled: true, name: added, configuration: target }]);
  };
  const add = (event: Event): void => {
    event.preventDefault();
    append(name, configuration || name);
    setName('');
    setConfiguration('');
  };
  return (
    <Panel id="placement-permanent" title="Permanent instances" note={entries.length} class="fill">
      <form class="filters" onSubmit={add}>
        <input
          placeholder="Name"
          aria-label="Name of the new permanent instance"
          value={name}
          readOnly={readOnly}
          onInput={(event) => setName(event.currentTarget.value.trim())}
          data-testid="placement-permanent-name"
        />
        <input
          placeholder="Configuration"
          title="Empty: the same as the name"
          aria-label="Configuration of the new permanent instance"
          list="permanent-configurations"
          value={configuration}
          readOnly={readOnly}
          onInput={(event) => setConfiguration(event.currentTarget.value.trim())}
          data-testid="placement-permanent-configuration"
        />
        <datalist id="permanent-configurations">
          {configurations.map((entry) => (
            <option key={entry} value={entry} />
          ))}
        </datalist>
        <Button
          type="submit"
          icon="plus"
          denied={readOnly ? 'Needs the role admin.' : name === '' ? 'Type a name.' : null}
          testId="placement-permanent-add"
        >
          Add
        </Button>
        <span class="spacer" />
        <label class="search-field small">
          <Icon name="search" />
          <input
            type="search"
            aria-label="Filter permanent instances"
            placeholder="Filter"
            value={filter}
            onInput={(event) => setFilter(event.currentTarget.value)}
          />
        </label>
      </form>
      <div
        class="table-scroll drop-zone"
        data-testid="placement-drop-permanent"
        {...dropHandlers(readOnly, (dropped) => append(dropped, dropped))}
      >
        {entries.length === 0 ? (
          <Empty title="No instance is permanent">
            <p class="muted">Permanent instances are started by the manager and come back when they end.</p>
          </Empty>
        ) : (
          <table data-testid="placement-permanent-table">
            <thead>
              <tr>
                <th scope="col">On</th>
                <th scope="col">Name</th>
                <th scope="col">Configuration</th>
                <th scope="col">State</th>
                <th scope="col">Worker</th>
                <th scope="col">Starts</th>
                <th scope="col">
                  <span class="visually-hidden">Remove</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((entry) => (
                <tr key={entry.name} data-testid={`placement-permanent-${entry.name}`}>
                  <td>
                    <input
                      type="checkbox"
                      aria-label={`${entry.name} enabled`}
                      checked={entry.enabled}
                      disabled={readOnly}
                      onChange={(event) =>
                        update(
                          entries.map((other) =>
                            other === entry ? { ...other, enabled: event.currentTarget.checked } : other,
                          ),
                        )
                      }
                    />
                  </td>
                  <th scope="row">
                    <DragName
                      configuration={entry.configuration}
                      readOnly={readOnly}
                      testId={`placement-drag-${entry.name}`}
                    >
                      {entry.name}
                    </DragName>
                  </th>
                  <td>
                    <Link to={pathTo('configs', cluster, entry.configuration)}>{entry.configuration}</Link>
                  </td>
                  <td>
                    <Consequence cluster={cluster} entry={entry} before={before.get(entry.name)} />
                  </td>
                  <td>{findInstance(cluster, entry.name)?.worker ?? MISSING}</td>
                  <td>{startsOf(cluster, entry.name)}</td>
                  <td>
                    <Button
                      kind="quiet"
                      icon="close"
                      label={`Take ${entry.name} out of the list`}
                      disabled={readOnly}
                      onClick={() => update(entries.filter((other) => other !== entry))}
                    />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {entries.length > 0 && shown.length === 0 && (
          <p class="muted center">The filter hides all {entries.length}.</p>
        )}
      </div>
    </Panel>
  );
}

function startsOf(cluster: Cluster, name: string): string {
  const record = plant.value?.permanent.find((entry) => entry.cluster === cluster && entry.name === name);
  if (record === undefined) return MISSING;
  return record.failures > 0 ? `${record.starts}, ${record.failures} failed` : String(record.starts);
}

interface ConsequenceProps {
  readonly cluster: Cluster;
  readonly entry: PermanentEntry;
  readonly before: PermanentEntry | undefined;
}

function Consequence({ cluster, entry, before }: ConsequenceProps): JSX.Element {
  const instance = findInstance(cluster, entry.name);
  const runs = instance !== null && instance.health.state !== 'down';
  if (!entry.enabled && before?.enabled === true && runs) return <b class="tone-bad">will STOP</b>;
  if (entry.enabled && before?.enabled !== true && !runs) return <b class="tone-info">will start</b>;
  if (instance !== null) return <StateBadge health={instance.health} />;
  return <span class="muted">{entry.enabled ? 'not running' : 'switched off'}</span>;
}
