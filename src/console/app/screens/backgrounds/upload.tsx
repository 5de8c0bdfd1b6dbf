import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { readNpy } from '../../core/npy.js';
import { messageOf } from '../../data/api.js';
import { newBackgroundId, uploadBackground } from '../../data/backgrounds.js';
import { denial } from '../../data/session.js';
import { Button } from '../../ui/basics.jsx';
import { showToast } from '../../ui/toasts.jsx';

interface UploadProps {
  readonly camera: string;
  readonly size: { width: number; height: number } | null;
  /** @param id of the new background */
  readonly onDone: (id: string) => void;
}

/** NPY, PNG or TIFF; the server reads pictures and holds every shape against the camera's. */
export function Upload({ camera, size, onDone }: UploadProps): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const take = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    setProblem(null);
    try {
      const bytes = new Uint8Array(await file.arrayBuffer());
      // before megabytes travel for nothing
      if (file.name.endsWith('.npy')) checkShape(readNpy(bytes.buffer).shape, size);
      const id = newBackgroundId(camera, new Date());
      await uploadBackground(camera, id, bytes);
      showToast({ tone: 'ok', text: `Background ${id} was stored.` });
      onDone(id);
    } catch (error) {
      setProblem(messageOf(error));
    }
    if (input.current !== null) input.current.value = '';
  };
  return (
    <div class="row">
      <Button icon="upload" denied={denial('background.save')} onClick={() => input.current?.click()}>
        Upload NPY, PNG or TIFF…
      </Button>
      <input
        ref={input}
        type="file"
        accept=".npy,.tif,.tiff,image/png,image/tiff"
        hidden
        aria-label="Background file"
        data-testid="backgrounds-upload"
        onChange={(event) => void take(event.currentTarget.files?.[0])}
      />
      {problem !== null && (
        <p class="inline-error" role="alert" data-testid="backgrounds-upload-problem">
          {problem}
        </p>
      )}
    </div>
  );
}

function checkShape(shape: readonly number[], size: UploadProps['size']): void {
  if (size === null) return;
  if (shape.length === 2 && shape[0] === size.height && shape[1] === size.width) return;
  throw new Error(
    `The file has the shape (${shape.join(', ')}), the camera (${size.height}, ${size.width}): rows, columns.`,
  );
}
