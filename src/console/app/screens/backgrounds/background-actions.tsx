import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { messageOf } from '../../data/api.js';
import { type Background, pictureAddress, readBackground } from '../../data/backgrounds.js';
import { denial } from '../../data/session.js';
import { Button, saveFile } from '../../ui/basics.jsx';
import { showToast } from '../../ui/toasts.jsx';
import { UseDialog } from './use-dialog.jsx';

interface ActionsProps {
  readonly camera: string;
  readonly background: Background;
  /** False: it has another size than the camera. */
  readonly fits: boolean;
  readonly onUsed: () => void;
}

/** Taking a background away as a file, and using it. */
export function BackgroundActions({ camera, background, fits, onUsed }: ActionsProps): JSX.Element {
  const { id } = background;
  const [using, setUsing] = useState(false);
  const download = async (): Promise<void> => {
    try {
      saveFile(`${id}.npy`, new Blob([await readBackground(camera, id)]));
    } catch (error) {
      showToast({ tone: 'bad', text: messageOf(error) });
    }
  };
  return (
    <div class="row">
      <Button icon="download" onClick={() => void download()} testId="background-npy">
        NPY
      </Button>
      <a class="button" href={pictureAddress(id)} download={`${id}.png`}>
        PNG
      </a>
      <Button
        onClick={() => setUsing(true)}
        denied={denial('instance.update') ?? (fits ? null : 'It does not fit the camera.')}
        testId="background-use"
      >
        Use in…
      </Button>
      {using && (
        <UseDialog
          camera={camera}
          background={background}
          onClose={() => setUsing(false)}
          onUsed={() => {
            setUsing(false);
            onUsed();
          }}
        />
      )}
    </div>
  );
}
