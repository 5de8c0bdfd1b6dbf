import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { type FixedEntry, fixedOf, fixedThere, withFixed, withWorker } from '../../core/placement-draft.js';
import { type JsonRecord, workerName } from '../../core/plant.js';
import { recordOf, textsOf } from '../../core/values.js';
import { plant } from '../../data/plant.js';
import { Button } from '../../ui/basics.jsx';
import { Dialog } from '../../ui/dialog.jsx';
import { Menu } from '../../ui/menu.jsx';
import { Empty, Panel } from '../../ui/panel.jsx';
import { DragName, dropHandlers } from './dragging.jsx';

interface FixedInstancesProps {
  readonly pool: JsonRecord;
  readonly worker: string;
  readonly configurations: readonly string[];
  readonly readOnly: boolean;
  readonly withCameras: boolean;
  readonly onChange: (pool: JsonRecord) => void;
}

/** What always runs on one worker. Configurations can be dragged here, or added by the dialog. */
export function FixedInstances(props: FixedInstancesProps): JSX.Element {
  const { pool, worker, configurations, readOnly, onChange } = props;
  const [adding, setAdding] = useState(false);
  const entries = fixedOf(pool, worker);
  const change = (index: number, changes: Partial<FixedEntry>): void =>
    onChange(
      withFixed(
        pool,
        worker,
        entries.map((entry, at) => (at === index ? { ...entry, ...changes } : entry)),
      ),
    );
  const add = (name: string): void => {
    if (worker !== '') onChange(fixedThere(pool, name, worker));
  };
  const others = Object.keys(pool).filter((url) => url !== worker);
  const isRunning = (name: string): boolean =>
    plant.value?.instances.some((entry) => entry.name === name && entry.worker === workerName(worker)) ??
    false;
  return (
    <Panel
      id="placement-fixed"
      title={`Fixed on ${workerName(worker) || 'no worker'}`}
      note={entries.length}
      class="fill"
      actions={
        <Button
          icon="plus"
          onClick={() => setAdding(true)}
          denied={readOnly ? 'Needs the role admin.' : worker === '' ? 'Add a worker first.' : null}
          testId="placement-add-fixed"
        >
          Add…
        </Button>
      }
    >
      <div class="table-scroll drop-zone" data-testid="placement-drop" {...dropHandlers(readOnly, add)}>
        {entries.length === 0 ? (
          <Empty title="Nothing is fixed here">
            <p class="muted">Drag a name from another list, or use Add.</p>
          </Empty>
        ) : (
          <table data-testid="placement-fixed-table">
            <thead>
              <tr>
                <th scope="col">On</th>
                <th scope="col">Configuration</th>
                <th scope="col">Port</th>
                <th scope="col">Running</th>
                <th scope="col">
                  <span class="visually-hidden">Remove</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {entries.map((entry, index) => (
                <tr key={entry.name}>
                  <td>
                    <input
                      type="checkbox"
                      aria-label={`${entry.name} fixed`}
                      checked={entry.enabled}
                      disabled={readOnly}
                      onChange={(event) => change(index, { enabled: event.currentTarget.checked })}
                    />
                  </td>
                  <th scope="row">
                    <DragName
                      configuration={entry.name}
                      readOnly={readOnly}
                      testId={`placement-drag-fixed-${entry.name}`}
                    >
                      {entry.name}
                    </DragName>
                  </th>
                  <td>
                    <input
                      class="port-field"
                      inputMode="numeric"
                      aria-label={`Port of ${entry.name}`}
                      value={entry.port}
                      readOnly={readOnly}
                      onInput={(event) =>
                        change(index, { port: event.currentTarget.value.replaceAll(/\D/g, '') })
                      }
                    />
                  </td>
                  <td>{isRunning(entry.name) ? 'yes' : 'no'}</td>
                  <td class="row-actions">
                    {!readOnly && others.length > 0 && (
                      <Menu
                        label={`Move ${entry.name} to another worker`}
                        testId={`placement-move-${entry.name}`}
                        entries={others.map((url) => ({
                          label: `Move to ${workerName(url)}`,
                          run: () => onChange(fixedThere(pool, entry.name, url)),
                        }))}
                      />
                    )}
                    <Button
                      kind="quiet"
                      icon="close"
                      label={`Fix ${entry.name} no longer`}
                      disabled={readOnly}
                      onClick={() =>
                        onChange(
                          withFixed(
                            pool,
                            worker,
                            entries.filter((_, at) => at !== index),
                          ),
                        )
                      }
                    />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
      {props.withCameras && worker !== '' && (
        <label class="field cameras-field">
          <span>Fixed cameras: pipelines on these cameras go here, one per line</span>
          <textarea
            rows={3}
            readOnly={readOnly}
            value={textsOf(recordOf(pool[worker]).cameras).join('\n')}
            onChange={(event) =>
              onChange(
                withWorker(pool, worker, {
                  cameras: event.currentTarget.value
                    .split('\n')
                    .map((line) => line.trim())
                    .filter(Boolean),
                }),
              )
            }
          />
        </label>
      )}
      {adding && (
        <AddFixed
          configurations={configurations.filter((name) => !entries.some((entry) => entry.name === name))}
          onClose={() => setAdding(false)}
          onAdd={(name) => {
            add(name);
            setAdding(false);
          }}
        />
      )}
    </Panel>
  );
}

interface AddFixedProps {
  readonly configurations: readonly string[];
  readonly onAdd: (name: string) => void;
  readonly onClose: () => void;
}

function AddFixed({ configurations, onAdd, onClose }: AddFixedProps): JSX.Element {
  const [name, setName] = useState('');
  const problem = configurations.includes(name)
    ? null
    : 'Choose a stored configuration that is not fixed here yet.';
  const submit = (event: Event): void => {
    event.preventDefault();
    if (problem === null) onAdd(name);
  };
  return (
    <Dialog title="Fix an instance here" onClose={onClose}>
      <form class="form" onSubmit={submit}>
        <label class="field">
          <span>Configuration</span>
          <input
            list="fixed-configurations"
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
            data-testid="placement-fixed-name"
          />
          <datalist id="fixed-configurations">
            {configurations.map((entry) => (
              <option key={entry} value={entry} />
            ))}
          </datalist>
        </label>
        <div class="row end">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" denied={problem} testId="placement-fixed-add">
            Add to the draft
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
