/** The settings that are changed most, beside the picture: a draft, a difference, Apply, Undo. */

import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { changesBetween, isEqual, updateFor } from '../../core/changes.js';
import type { InstanceRecord, Json, JsonRecord } from '../../core/plant.js';
import { pathTo } from '../../core/screens.js';
import { recordOf } from '../../core/values.js';
import { callJson, messageOf } from '../../data/api.js';
import { updateInstance } from '../../data/configurations.js';
import { navigate } from '../../data/navigation.js';
import { denial } from '../../data/session.js';
import { Button } from '../../ui/basics.jsx';
import { ChangeList } from '../../ui/diff-view.jsx';
import { InlineError } from '../../ui/inline-error.jsx';
import { Loaded, useResource } from '../../ui/resource.jsx';
import { showToast } from '../../ui/toasts.jsx';
import type { ViewerModel } from '../viewer-model.js';
import { CameraFields } from './camera-fields.jsx';
import { PipelineFields } from './pipeline-fields.jsx';

interface QuickControlsProps {
  readonly instance: InstanceRecord;
  readonly model: ViewerModel;
}

export function QuickControls({ instance, model }: QuickControlsProps): JSX.Element {
  const { cluster, name } = instance;
  const path = `/api/v2/instances/${cluster}/${encodeURIComponent(name)}`;
  const details = useResource(path, async (signal) => {
    const answer = await callJson(cluster, path, { signal });
    return { tag: recordOf(answer.instance).config_tag, config: recordOf(answer.config) };
  });
  const { reload } = details;
  useEffect(reload, [instance.configTag, reload]);
  // what the instance answered is newer than what is read, until the server has looked at it again
  const [answered, setAnswered] = useState<{ before: Json | undefined; config: JsonRecord } | null>(null);
  const hasImages = cluster === 'cameras' || (instance.pipelineType ?? 'processing') === 'processing';
  return (
    <section class="quick" aria-label="Change">
      {instance.readOnly ? (
        <ReadOnly instance={instance} />
      ) : hasImages ? (
        <Loaded resource={details} lines={4}>
          {({ tag, config }) => (
            <Controls
              key={`${cluster} ${name}`}
              instance={instance}
              model={model}
              config={answered !== null && answered.before === tag ? answered.config : config}
              onApplied={(now) => setAnswered({ before: tag, config: now })}
            />
          )}
        </Loaded>
      ) : (
        <p class="muted">
          A pipeline of this type does not process images. The tab Config has all its settings.
        </p>
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

/** Changed keys; undefined: shall be absent. What others change meanwhile shows through. */
type Edits = Readonly<Record<string, Json | undefined>>;

function withEdits(config: JsonRecord, edits: Edits): JsonRecord {
  const real = Object.entries(edits).filter(([key, value]) => !isInForce(config, key, value));
  const edited = Object.entries({ ...config, ...Object.fromEntries(real) });
  return Object.fromEntries(edited.filter(([, value]) => value !== undefined)) as JsonRecord;
}

function isInForce(config: JsonRecord, key: string, value: Json | undefined): boolean {
  return isEqual(config[key], value) || (value == null && config[key] == null);
}

/** A change that was applied, and so can be taken back. */
interface Applied {
  readonly from: JsonRecord;
  readonly to: JsonRecord;
  readonly isSaved: boolean;
}

interface ControlsProps extends QuickControlsProps {
  /** What is in force now. */
  readonly config: JsonRecord;
  readonly onApplied: (now: JsonRecord) => void;
}

function Controls({ instance, model, config, onApplied }: ControlsProps): JSX.Element {
  const { cluster, name } = instance;
  const [edits, setEdits] = useState<Edits>({});
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [last, setLast] = useState<Applied | null>(null);
  const values = withEdits(config, edits);
  const changes = changesBetween(config, values);
  const draft = {
    values,
    set: (key: string, value: Json | undefined) => setEdits((before) => ({ ...before, [key]: value })),
  };
  useEffect(() => {
    setEdits((before) =>
      Object.fromEntries(Object.entries(before).filter(([key, value]) => !isInForce(config, key, value))),
    );
  }, [config]);
  /** @returns whether it was done */
  const send = async ({ from, to, isSaved }: Applied, comment: string): Promise<boolean> => {
    setBusy(true);
    setProblem(null);
    try {
      const { changes: changed, remove } = updateFor(from, to);
      onApplied(await updateInstance(cluster, name, changed, remove, { save: isSaved, comment }));
      return true;
    } catch (error) {
      setProblem(messageOf(error));
      return false;
    } finally {
      setBusy(false);
    }
  };
  const undo = async ({ from, to, isSaved }: Applied): Promise<void> => {
    if (!(await send({ from: to, to: from, isSaved }, 'undo'))) return;
    setLast(null);
    setEdits({});
    showToast({ tone: 'ok', text: `${name} is as before.` });
  };
  const apply = async (isSaved: boolean): Promise<void> => {
    const change = { from: config, to: values, isSaved };
    if (!(await send(change, 'quick control'))) return;
    setLast(change);
    showToast({
      tone: 'ok',
      text: `${name} was changed.`,
      stay: 10_000,
      action: { label: 'Undo', run: () => void undo(change) },
    });
  };
  const forbidden = denial('instance.update');
  const denied = forbidden ?? (changes.length === 0 ? 'Nothing was changed.' : busy ? 'In progress' : null);
  return (
    <>
      {forbidden !== null && <p class="inline-warning">{forbidden}</p>}
      {cluster === 'cameras' ? (
        <CameraFields camera={name} draft={draft} present={config} model={model} />
      ) : (
        <PipelineFields draft={draft} present={config} model={model} />
      )}
      {changes.length > 0 && <ChangeList changes={changes} testId="quick-changes" />}
      <div class="row">
        <Button kind="primary" denied={denied} onClick={() => void apply(false)} testId="quick-apply">
          Apply
        </Button>
        <Button
          denied={denied}
          onClick={() => void apply(true)}
          title="Also into the stored configuration"
          testId="quick-save"
        >
          Apply and save
        </Button>
        {changes.length > 0 && (
          <Button kind="quiet" onClick={() => setEdits({})} testId="quick-discard">
            Discard
          </Button>
        )}
        {changes.length === 0 && last !== null && (
          <Button
            icon="history"
            denied={busy ? 'In progress' : null}
            onClick={() => void undo(last)}
            testId="quick-undo"
          >
            Undo the last change
          </Button>
        )}
      </div>
      <InlineError text={problem} />
    </>
  );
}
