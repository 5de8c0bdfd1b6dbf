import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { formatDuration, formatTime, MISSING } from '../../core/format.js';
import { pathTo } from '../../core/screens.js';
import { messageOf } from '../../data/api.js';
import { type Background, pictureAddress, readBackground } from '../../data/backgrounds.js';
import { now } from '../../data/plant.js';
import { Button, Link, saveFile } from '../../ui/basics.jsx';
import { Icon } from '../../ui/icons.jsx';
import { Empty } from '../../ui/panel.jsx';
import { Loaded, type Resource } from '../../ui/resource.jsx';
import { showToast } from '../../ui/toasts.jsx';
import { DifferenceImage } from './difference-image.jsx';

interface HistoryProps {
  readonly history: Resource<Background[]>;
  readonly camera: string;
  readonly chosen: string;
  readonly size: { width: number; height: number } | null;
}

/** All backgrounds of a camera as pictures, each with what it changed against the one before. */
export function History({ history, camera, chosen, size }: HistoryProps): JSX.Element {
  return (
    <Loaded resource={history}>
      {(list) =>
        list.length === 0 ? (
          <Empty title={`No background of ${camera} yet`}>
            <p class="muted">Capture the first one above.</p>
          </Empty>
        ) : (
          <div class="cards" data-testid="backgrounds-list">
            {list.map((background, index) => (
              <BackgroundCard
                key={background.id}
                camera={camera}
                background={background}
                previous={list[index + 1]?.id ?? null}
                isChosen={background.id === chosen}
                size={size}
              />
            ))}
          </div>
        )
      }
    </Loaded>
  );
}

interface CardProps {
  readonly camera: string;
  readonly background: Background;
  /** Id of the one before; null for the first. */
  readonly previous: string | null;
  readonly isChosen: boolean;
  readonly size: { width: number; height: number } | null;
}

function BackgroundCard({ camera, background, previous, isChosen, size }: CardProps): JSX.Element {
  const { id, time } = background;
  const [picture, setPicture] = useState<{ width: number; height: number } | null>(null);
  const [compares, setCompares] = useState(false);
  const download = async (): Promise<void> => {
    try {
      saveFile(`${id}.npy`, new Blob([await readBackground(camera, id)]));
    } catch (error) {
      showToast({ tone: 'bad', text: messageOf(error) });
    }
  };
  const fits =
    size === null || picture === null || (picture.width === size.width && picture.height === size.height);
  return (
    <figure class={`tile ${isChosen ? 'chosen' : ''}`} data-testid={`background-${id}`}>
      <img
        src={pictureAddress(id)}
        alt={`Background ${id}`}
        loading="lazy"
        onLoad={(event) =>
          setPicture({ width: event.currentTarget.naturalWidth, height: event.currentTarget.naturalHeight })
        }
      />
      <figcaption>
        <Link to={pathTo('backgrounds', camera, id)}>
          <code>{id}</code>
        </Link>
        <p class="muted">
          {time === null ? MISSING : `${formatTime(time)}, ${formatDuration(now.value - time)} ago`}
        </p>
        <p>
          <span data-testid="background-size">
            {picture === null ? MISSING : `${picture.width} × ${picture.height}`}
          </span>{' '}
          {!fits && (
            <span class="tone-bad">
              <Icon name="alarm" /> does not fit the camera
            </span>
          )}
        </p>
      </figcaption>
      <div class="row">
        <Button icon="download" onClick={() => void download()} testId="background-npy">
          NPY
        </Button>
        <a class="button" href={pictureAddress(id)} download={`${id}.png`}>
          PNG
        </a>
        {previous !== null && (
          <Button pressed={compares} onClick={() => setCompares(!compares)} testId="background-difference">
            Difference
          </Button>
        )}
      </div>
      {compares && previous !== null && <DifferenceImage camera={camera} id={id} previous={previous} />}
    </figure>
  );
}
