import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { InstanceRecord } from '../../core/plant.js';
import { messageOf } from '../../data/api.js';
import { applyBackground, type Background, type UseTarget } from '../../data/backgrounds.js';
import { type ConfigurationEntry, listConfigurations } from '../../data/configurations.js';
import { plant } from '../../data/plant.js';
import { denial } from '../../data/session.js';
import { Button } from '../../ui/basics.jsx';
import { Dialog } from '../../ui/dialog.jsx';
import { InlineError } from '../../ui/inline-error.jsx';
import { Loaded, useResource } from '../../ui/resource.jsx';
import { showToast } from '../../ui/toasts.jsx';

interface UseProps {
  readonly camera: string;
  readonly background: Background;
  readonly onClose: () => void;
  readonly onUsed: () => void;
}

interface Choice extends UseTarget {
  readonly isUsed: boolean;
  readonly note: string;
  readonly denied: string | null;
}

/** Running pipelines of the camera, their stored configurations, and the camera itself; each is chosen by hand. */
export function UseDialog({ camera, background, onClose, onUsed }: UseProps): JSX.Element {
  const { id } = background;
  const [chosen, setChosen] = useState<readonly Choice[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  const started = useRef(false);
  const configurations = useResource('configs pipelines', (signal) =>
    listConfigurations('pipelines', signal),
  );
  const apply = async (): Promise<void> => {
    if (started.current || chosen.length === 0) return;
    started.current = true;
    const results = await Promise.allSettled(chosen.map((target) => applyBackground(id, target)));
    const failed = results.flatMap((result, index) =>
      result.status === 'rejected' ? [`${chosen[index]!.name}: ${messageOf(result.reason)}`] : [],
    );
    started.current = false;
    if (failed.length > 0) {
      setProblem(failed.join(' '));
      return;
    }
    showToast({ tone: 'ok', text: `${id} is used by ${chosen.map(({ name }) => name).join(', ')}.` });
    onUsed();
  };
  return (
    <Dialog
      title={`Use ${id}`}
      onClose={onClose}
      testId="use-dialog"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            denied={chosen.length === 0 ? 'Choose where.' : null}
            onClick={() => void apply()}
            testId="use-action"
          >
            {chosen.length === 0 ? 'Use' : `Use in ${chosen.length}`}
          </Button>
        </>
      }
    >
      <Loaded resource={configurations} lines={4}>
        {(list) => (
          <ul class="plain-list">
            {choicesFor(camera, background, list).map((choice) => (
              <li key={`${choice.kind} ${choice.name}`}>
                <label class="check">
                  <input
                    type="checkbox"
                    disabled={choice.denied !== null || choice.isUsed}
                    checked={choice.isUsed || chosen.some((entry) => isSame(entry, choice))}
                    onChange={(event) => {
                      const rest = chosen.filter((entry) => !isSame(entry, choice));
                      setChosen(event.currentTarget.checked ? [...rest, choice] : rest);
                    }}
                    data-testid={`use-${choice.kind}-${choice.name}`}
                  />
                  <b>{choice.name}</b>
                  <span class="muted">{choice.denied ?? (choice.isUsed ? 'uses it' : choice.note)}</span>
                </label>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      <p class="muted">
        Subtraction is switched on where it was off. History of the configuration brings back what was.
      </p>
      <InlineError text={problem} />
    </Dialog>
  );
}

function isSame(a: UseTarget, b: UseTarget): boolean {
  return a.kind === b.kind && a.name === b.name;
}

function choicesFor(
  camera: string,
  { usedBy }: Background,
  configurations: readonly ConfigurationEntry[],
): Choice[] {
  const running = (plant.value?.instances ?? []).filter(
    (entry) => entry.cluster === 'pipelines' && entry.camera === camera && entry.health.state !== 'down',
  );
  return [
    ...running.map((entry) => ofInstance(entry, usedBy.instances)),
    ...configurations
      .filter((entry) => entry.camera === camera)
      .map(
        ({ name }): Choice => ({
          ...{ kind: 'configuration', name, isUsed: usedBy.configurations.includes(name) },
          ...{ note: 'stored configuration, from its next start', denied: denial('config.save') },
        }),
      ),
    {
      ...{ kind: 'camera', name: camera, isUsed: usedBy.camera },
      ...{ note: 'the camera itself, for all of its clients', denied: denial('config.save') },
    },
  ];
}

function ofInstance({ name, readOnly }: InstanceRecord, users: readonly string[]): Choice {
  return {
    ...{ kind: 'instance', name, isUsed: users.includes(name) },
    ...{ note: 'running, at once, until its next start', denied: readOnly ? 'shared and read-only' : null },
  };
}
