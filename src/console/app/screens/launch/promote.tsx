import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { changesBetween } from '../../core/changes.js';
import type { Cluster, JsonRecord } from '../../core/plant.js';
import { pathTo } from '../../core/screens.js';
import { messageOf } from '../../data/api.js';
import { findConfiguration, type StoredDocument, saveConfiguration } from '../../data/configurations.js';
import { promotedDocument } from '../../data/launch.js';
import { navigate } from '../../data/navigation.js';
import { denial } from '../../data/session.js';
import { Button } from '../../ui/basics.jsx';
import { Dialog } from '../../ui/dialog.jsx';
import { ChangeList } from '../../ui/diff-view.jsx';
import { InlineError } from '../../ui/inline-error.jsx';
import { Loaded, useResource } from '../../ui/resource.jsx';
import { showToast } from '../../ui/toasts.jsx';

interface PromoteProps {
  readonly cluster: Cluster;
  /** Of the running test. */
  readonly name: string;
  /** That it was started from; empty: it was typed for this test. */
  readonly configuration: string;
  readonly onClose: () => void;
}

/** Stores what a test runs with, under the name of its configuration or a new one, and offers to make it permanent. */
export function PromoteDialog({ cluster, name, configuration, onClose }: PromoteProps): JSX.Element {
  const [target, setTarget] = useState(configuration === '' ? name : configuration);
  const [permanent, setPermanent] = useState(false);
  const [comment, setComment] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const started = useRef(false);
  const promoted = useResource(`promote ${cluster} ${name}`, (signal) =>
    promotedDocument(cluster, name, configuration, signal),
  );
  const stored = useResource(`stored ${cluster} ${target}`, async (signal) => ({
    document: target === '' ? null : await findConfiguration(cluster, target, signal),
  }));
  const denied = target === '' ? 'A name is needed.' : stored.data === null ? 'It is being compared.' : null;
  const apply = async (kept: JsonRecord): Promise<void> => {
    if (denied !== null || started.current) return;
    started.current = true;
    setProblem(null);
    try {
      const text = JSON.stringify(kept, null, 1);
      const etag = stored.data?.document?.etag ?? null;
      await saveConfiguration(cluster, target, text, comment.trim() || `tested as ${name}`, etag);
      showToast({ tone: 'ok', text: `The configuration ${target} was stored.` });
      onClose();
      if (permanent) navigate(`${pathTo('placement', cluster)}?promote=${encodeURIComponent(target)}`);
    } catch (error) {
      started.current = false;
      setProblem(messageOf(error));
    }
  };
  return (
    <Dialog
      title={`Promote ${name}`}
      onClose={onClose}
      wide
      testId="promote-dialog"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            denied={denied ?? (promoted.data === null ? 'It is being read.' : null)}
            onClick={() => promoted.data !== null && void apply(promoted.data)}
            testId="promote-apply"
          >
            {permanent ? 'Store and go to Placement' : 'Store'}
          </Button>
        </>
      }
    >
      <label class="field">
        <span>Configuration</span>
        <input
          value={target}
          data-testid="promote-name"
          onInput={(event) => setTarget(event.currentTarget.value.trim())}
        />
      </label>
      <Loaded resource={promoted} lines={3}>
        {(kept) => (
          <Loaded resource={stored} lines={3}>
            {({ document }) => <Difference target={target} document={document} kept={kept} />}
          </Loaded>
        )}
      </Loaded>
      <label class="check">
        <input
          type="checkbox"
          checked={permanent}
          onChange={(event) => setPermanent(event.currentTarget.checked)}
          aria-disabled={denial('permanent.save') === null ? undefined : 'true'}
          disabled={denial('permanent.save') !== null}
          data-testid="promote-permanent"
        />
        Also make it permanent
        {denial('permanent.save') !== null && <span class="muted">{denial('permanent.save')}</span>}
      </label>
      <label class="field">
        <span>Comment</span>
        <input
          value={comment}
          placeholder={`tested as ${name}`}
          onInput={(event) => setComment(event.currentTarget.value)}
        />
      </label>
      <InlineError text={problem} />
    </Dialog>
  );
}

interface DifferenceProps {
  readonly target: string;
  readonly document: StoredDocument | null;
  readonly kept: JsonRecord;
}

function Difference({ target, document, kept }: DifferenceProps): JSX.Element {
  return (
    <>
      <p class="muted">
        {document === null
          ? `${target} is new.`
          : `${target} exists: this becomes its next revision. When the test ends is not stored.`}
      </p>
      <ChangeList changes={changesBetween(document?.config ?? {}, kept)} testId="promote-changes" />
    </>
  );
}
