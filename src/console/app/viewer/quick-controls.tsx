/** The settings of a pipeline that are changed most, beside its picture: a draft, a difference, Apply, Undo. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { changesBetween, updateFor } from '../core/changes.js';
import type { InstanceRecord, Json, JsonRecord } from '../core/plant.js';
import { pathTo } from '../core/screens.js';
import { recordOf } from '../core/values.js';
import { callJson, messageOf } from '../data/api.js';
import { updateInstance } from '../data/configurations.js';
import { navigate } from '../data/navigation.js';
import { denial } from '../data/session.js';
import { Button } from '../ui/basics.jsx';
import { ChangeList } from '../ui/diff-view.jsx';
import { Loaded, useResource } from '../ui/resource.jsx';
import { showToast } from '../ui/toasts.jsx';

export function QuickControls({ instance }: { instance: InstanceRecord }): JSX.Element {
  const { cluster, name } = instance;
  const path = `/api/v2/instances/${cluster}/${encodeURIComponent(name)}`;
  const details = useResource(`${path} ${instance.configTag}`, async (signal) =>
    recordOf((await callJson(cluster, path, { signal })).config),
  );
  return (
    <section class="quick" aria-label="Change">
      {instance.readOnly ? (
        <ReadOnly instance={instance} />
      ) : (
        <Loaded resource={details} lines={4}>
          {(config) => (
            <Controls
              key={instance.configTag}
              instance={instance}
              config={config}
              onApplied={details.reload}
            />
          )}
        </Loaded>
      )}
    </section>
  );
}

function ReadOnly({ instance }: { instance: InstanceRecord }): JSX.Element {
  const own = `${pathTo('launch', 'pipelines')}?config=${encodeURIComponent(instance.configuration ?? instance.name)}`;
  return (
    <>
      <p class="muted">This instance is shared and read-only: others rely on it as it is.</p>
      <Button icon="copy" onClick={() => navigate(own)}>
        Detach a private copy…
      </Button>
    </>
  );
}

interface ControlsProps {
  readonly instance: InstanceRecord;
  readonly config: JsonRecord;
  readonly onApplied: () => void;
}

function Controls({ instance, config, onApplied }: ControlsProps): JSX.Element {
  const [draft, setDraft] = useState(config);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const changes = changesBetween(config, draft);
  const set = (key: string, value: Json): void => setDraft({ ...draft, [key]: value });
  const apply = async (save: boolean): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      const { changes: changed, remove } = updateFor(config, draft);
      await updateInstance(instance.cluster, instance.name, changed, remove, {
        save,
        comment: 'quick control',
      });
      offerUndo(instance, draft, config, save);
      onApplied();
    } catch (error) {
      setProblem(messageOf(error));
    }
    setBusy(false);
  };
  const denied =
    denial('instance.update') ??
    (changes.length === 0 ? 'Nothing was changed.' : busy ? 'In progress' : null);
  return (
    <>
      <label>
        <span class="quick-name">Background</span>
        <select
          value={String(draft.image_background_enable ?? false)}
          onChange={(event) => set('image_background_enable', backgroundValue(event.currentTarget.value))}
          data-testid="quick-background"
        >
          {['false', 'true', 'signed', 'passive'].map((value) => (
            <option key={value} value={value}>
              {{ false: 'off', true: 'on', signed: 'signed', passive: 'passive' }[value]}
            </option>
          ))}
        </select>
      </label>
      <NumberControl label="Threshold" name="image_threshold" draft={draft} onSet={set} />
      <label>
        <span class="quick-name">Good region</span>
        <input
          type="checkbox"
          checked={draft.image_good_region != null}
          onChange={(event) =>
            set('image_good_region', event.currentTarget.checked ? { threshold: 0.3, gfscale: 1.8 } : null)
          }
        />
      </label>
      <NestedNumber
        label="… threshold"
        group="image_good_region"
        name="threshold"
        draft={draft}
        onSet={set}
      />
      <NestedNumber
        label="Slices"
        group="image_slices"
        name="number_of_slices"
        draft={draft}
        onSet={set}
        whole
      />
      <NumberControl label="Averaging" name="averaging" draft={draft} onSet={set} />
      <NumberControl label="Max frame rate" name="max_frame_rate" draft={draft} onSet={set} />
      {changes.length > 0 && <ChangeList changes={changes} testId="quick-changes" />}
      <div class="row">
        <Button kind="primary" denied={denied} onClick={() => void apply(false)} testId="quick-apply">
          Apply
        </Button>
        <Button denied={denied} onClick={() => void apply(true)} title="Also into the stored configuration">
          Apply and save
        </Button>
        {changes.length > 0 && (
          <Button kind="quiet" onClick={() => setDraft(config)}>
            Discard
          </Button>
        )}
      </div>
      {problem !== null && (
        <p class="inline-error" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}

function backgroundValue(text: string): Json {
  if (text === 'true') return true;
  return text === 'false' ? false : text;
}

interface ControlProps {
  readonly label: string;
  readonly name: string;
  readonly draft: JsonRecord;
  readonly onSet: (key: string, value: Json) => void;
}

/** Empty means null: the step is left out. */
function NumberControl({ label, name, draft, onSet }: ControlProps): JSX.Element {
  const value = draft[name];
  return (
    <label>
      <span class="quick-name">{label}</span>
      <input
        type="number"
        step="any"
        value={typeof value === 'number' ? value : ''}
        placeholder="off"
        data-testid={`quick-${name}`}
        onInput={(event) =>
          onSet(name, event.currentTarget.value === '' ? null : Number(event.currentTarget.value))
        }
      />
    </label>
  );
}

function NestedNumber({
  label,
  group,
  name,
  draft,
  onSet,
  whole = false,
}: ControlProps & { group: string; whole?: boolean }): JSX.Element | null {
  const outer = draft[group];
  if (outer === null || outer === undefined) {
    if (group !== 'image_slices') return null;
  }
  const record = recordOf(outer);
  const value = record[name];
  const change = (text: string): void => {
    if (text === '') onSet(group, null);
    else
      onSet(group, {
        ...(group === 'image_slices' ? { scale: 2, orientation: 'vertical' } : {}),
        ...record,
        [name]: whole ? Math.round(Number(text)) : Number(text),
      });
  };
  return (
    <label>
      <span class="quick-name">{label}</span>
      <input
        type="number"
        step={whole ? 1 : 'any'}
        value={typeof value === 'number' ? value : ''}
        placeholder="off"
        onInput={(event) => change(event.currentTarget.value)}
      />
    </label>
  );
}

function offerUndo(instance: InstanceRecord, from: JsonRecord, to: JsonRecord, save: boolean): void {
  const { cluster, name } = instance;
  const undo = async (): Promise<void> => {
    try {
      const { changes, remove } = updateFor(from, to);
      await updateInstance(cluster, name, changes, remove, { save, comment: 'undo' });
      showToast({ tone: 'ok', text: `${name} is as before.` });
    } catch (error) {
      showToast({ tone: 'bad', text: messageOf(error) });
    }
  };
  showToast({
    tone: 'ok',
    text: `${name} was changed.`,
    stay: 10_000,
    action: { label: 'Undo', run: () => void undo() },
  });
}
