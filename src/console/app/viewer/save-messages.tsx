/** Asks how many of the next messages go into an HDF5 file, and shows how far that is. */

import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { formatDuration } from '../core/format.js';
import type { InstanceRecord } from '../core/plant.js';
import { messageOf } from '../data/api.js';
import { now } from '../data/plant.js';
import { Button } from '../ui/basics.jsx';
import { Dialog } from '../ui/dialog.jsx';
import { InlineError } from '../ui/inline-error.jsx';
import { MOST_SAVED, saveMessages } from './save.js';
import type { ViewerModel } from './viewer-model.js';

interface SaveMessagesProps {
  readonly model: ViewerModel;
  readonly instance: InstanceRecord | null;
  readonly onClose: () => void;
}

export function SaveMessages({ model, instance, onClose }: SaveMessagesProps): JSX.Element {
  const [count, setCount] = useState(100);
  const [begin, setBegin] = useState<number | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const recording = useRef<AbortController | null>(null);
  useEffect(() => () => recording.current?.abort(), []);
  const rate = instance?.statistics.tx ?? 0;
  const isRight = Number.isInteger(count) && count >= 1 && count <= MOST_SAVED;
  const record = async (): Promise<void> => {
    recording.current = new AbortController();
    setBegin(Date.now());
    setProblem(null);
    try {
      await saveMessages(model, count, recording.current.signal);
      onClose();
    } catch (error) {
      if (!recording.current.signal.aborted) setProblem(messageOf(error));
    }
    setBegin(null);
  };
  const elapsed = begin === null ? 0 : now.value - begin;
  const denied = isRight ? null : `From 1 to ${MOST_SAVED}.`;
  return (
    <Dialog
      title="Save messages as HDF5"
      onClose={onClose}
      testId="save-messages"
      footer={
        begin === null ? (
          <Button kind="primary" denied={denied} onClick={() => void record()} testId="save-messages-start">
            Record
          </Button>
        ) : (
          <Button onClick={() => recording.current?.abort()} testId="save-messages-cancel">
            Cancel
          </Button>
        )
      }
    >
      <label class="field">
        <span>How many of the next messages, at most {MOST_SAVED}</span>
        <input
          type="number"
          min={1}
          max={MOST_SAVED}
          value={count}
          disabled={begin !== null}
          data-testid="save-messages-count"
          onInput={(event) => setCount(Number(event.currentTarget.value))}
        />
      </label>
      {rate > 0 && isRight && (
        <p class="muted">
          They take about {formatDuration((count / rate) * 1000)} at {rate.toFixed(1)} Hz.
        </p>
      )}
      {begin !== null && (
        <>
          <progress aria-label="Recorded" max={count} value={Math.min(count, (elapsed * rate) / 1000)} />
          <p role="status">Recording for {formatDuration(elapsed)}.</p>
        </>
      )}
      <InlineError text={problem} />
    </Dialog>
  );
}
