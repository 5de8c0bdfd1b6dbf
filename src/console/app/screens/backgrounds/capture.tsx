import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { messageOf } from '../../data/api.js';
import { captureBackground } from '../../data/backgrounds.js';
import { denial } from '../../data/session.js';
import { cancelTask, followTask, type Task } from '../../data/tasks.js';
import { Button } from '../../ui/basics.jsx';
import { InlineError } from '../../ui/inline-error.jsx';
import { showToast } from '../../ui/toasts.jsx';
import { Preview } from './preview.jsx';

/** Averages images of the camera as a new background. */
export function Capture({
  camera,
  offline,
  onDone,
}: {
  camera: string;
  offline: boolean;
  /** @param id of the new background */
  onDone: (id: string) => void;
}): JSX.Element {
  const [images, setImages] = useState(10);
  const [task, setTask] = useState<Task | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const busy = task !== null && task.state === 'running';
  const start = async (): Promise<void> => {
    setProblem(null);
    try {
      const { state, resultId, error } = await followTask(
        'pipelines',
        await captureBackground(camera, images),
        setTask,
      );
      if (state === 'done' && resultId !== null) {
        showToast({ tone: 'ok', text: `Background ${resultId} was captured.` });
        onDone(resultId);
      } else setProblem(error ?? `The capture was ${state}.`);
    } catch (error) {
      setProblem(messageOf(error));
      setTask(null);
    }
  };
  const denied =
    denial('background.capture') ??
    (offline ? 'The camera is offline.' : busy ? 'It is being captured.' : null);
  return (
    <>
      <div class="row">
        <label class="row">
          Images
          <input
            class="port-field"
            type="number"
            min={1}
            max={100}
            value={images}
            onInput={(event) => setImages(Math.min(100, Math.max(1, Number(event.currentTarget.value) || 1)))}
            data-testid="backgrounds-images"
          />
        </label>
        <Button
          kind="primary"
          icon="camera"
          denied={denied}
          onClick={() => void start()}
          testId="backgrounds-capture-button"
        >
          Capture
        </Button>
        {busy && (
          <Button
            onClick={() =>
              task !== null &&
              void cancelTask('pipelines', task).catch((error) => setProblem(messageOf(error)))
            }
          >
            Cancel
          </Button>
        )}
        {busy && <span class="muted">{task.message}</span>}
      </div>
      {!offline && <Preview camera={camera} />}
      {busy && (
        <progress
          value={task?.progress ?? undefined!}
          max={1}
          aria-label="Progress of the capture"
          data-testid="backgrounds-progress"
        />
      )}
      <InlineError text={problem} />
    </>
  );
}
