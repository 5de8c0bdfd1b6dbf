import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { changesBetween } from '../../core/changes.js';
import type { Cluster, JsonRecord } from '../../core/plant.js';
import { ApiError, messageOf } from '../../data/api.js';
import { type Documents, type Preview, previewChange, savePlacement } from '../../data/placement.js';
import { Button } from '../../ui/basics.jsx';
import { Dialog } from '../../ui/dialog.jsx';
import { SwitchedChanges } from '../../ui/diff-view.jsx';
import { Icon } from '../../ui/icons.jsx';
import { InlineError } from '../../ui/inline-error.jsx';
import { Loaded, useResource } from '../../ui/resource.jsx';
import { showToast } from '../../ui/toasts.jsx';

interface PlacementReviewProps {
  readonly cluster: Cluster;
  readonly documents: Documents;
  /** Null: unchanged. */
  readonly pool: JsonRecord | null;
  readonly permanent: JsonRecord | null;
  readonly onClose: () => void;
  readonly onSaved: () => void;
}

const NOTHING: Preview = { starts: [], stops: [], errors: [], warnings: [] };

/** Asks the manager what would happen; what stops something needs the name of the cluster typed. */
export function PlacementReview(props: PlacementReviewProps): JSX.Element {
  const { cluster, documents, pool, permanent, onClose } = props;
  const [comment, setComment] = useState('');
  const [typed, setTyped] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const started = useRef(false);
  const preview = useResource('placement preview', async () => {
    const parts = await Promise.all([
      pool === null ? NOTHING : previewChange(cluster, 'placement', pool),
      permanent === null ? NOTHING : previewChange(cluster, 'permanent', permanent),
    ]);
    return {
      starts: parts.flatMap((part) => part.starts),
      stops: parts.flatMap((part) => part.stops),
      errors: parts.flatMap((part) => part.errors),
      warnings: parts.flatMap((part) => part.warnings),
    };
  });
  const stops = preview.data?.stops ?? [];
  const blocked =
    preview.data === null
      ? 'The manager is being asked.'
      : (preview.data.errors[0] ??
        (stops.length > 0 && typed !== cluster ? `Type “${cluster}”: it stops running instances.` : null));
  const apply = async (): Promise<void> => {
    if (blocked !== null || started.current) return;
    started.current = true;
    try {
      if (pool !== null) await savePlacement(cluster, 'placement', pool, documents.placementTag, comment);
      if (permanent !== null)
        await savePlacement(cluster, 'permanent', permanent, documents.permanentTag, comment);
      showToast({ tone: 'ok', text: 'The placement was changed.' });
      props.onSaved();
    } catch (error) {
      started.current = false;
      const conflict = error instanceof ApiError && error.status === 412;
      setProblem(
        conflict
          ? 'Somebody else changed it meanwhile. Discard and begin from what is there now.'
          : messageOf(error),
      );
    }
  };
  const changes = [
    ...(pool === null ? [] : changesBetween(documents.placement, pool)),
    ...(permanent === null ? [] : changesBetween(documents.permanent, permanent)),
  ];
  return (
    <Dialog
      title={`Review: placement of ${cluster}`}
      onClose={onClose}
      wide
      testId="placement-review-dialog"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind={stops.length > 0 ? 'risky' : 'primary'}
            denied={blocked}
            onClick={() => void apply()}
            testId="placement-apply"
          >
            Apply
          </Button>
        </>
      }
    >
      <SwitchedChanges changes={changes} />
      <h3>Consequences</h3>
      <Loaded resource={preview} lines={2}>
        {(result) => (
          <ul class="facts" data-testid="placement-consequences">
            {result.stops.map(({ instance, clients }) => (
              <li key={`stop ${instance}`} class="tone-bad">
                <Icon name="octagon" /> stops {instance}
                {clients === null ? '' : `, which has ${clients} ${clients === 1 ? 'client' : 'clients'}`}
              </li>
            ))}
            {result.starts.map((instance) => (
              <li key={`start ${instance}`}>starts {instance}</li>
            ))}
            {result.errors.map((text) => (
              <li key={text} class="tone-bad">
                {text}
              </li>
            ))}
            {result.warnings.map((text) => (
              <li key={text} class="tone-warn">
                {text}
              </li>
            ))}
            {result.stops.length + result.starts.length + result.errors.length + result.warnings.length ===
              0 && <li>Nothing starts or stops; it counts for what is placed from now on.</li>}
          </ul>
        )}
      </Loaded>
      {stops.length > 0 && (
        <label class="field">
          <span>
            Type <code>{cluster}</code> to confirm
          </span>
          <input value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
        </label>
      )}
      <label class="field">
        <span>Comment</span>
        <input value={comment} onInput={(event) => setComment(event.currentTarget.value)} />
      </label>
      <InlineError text={problem} />
    </Dialog>
  );
}
