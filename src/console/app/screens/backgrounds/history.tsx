import type { JSX } from 'preact';
import { formatDuration, formatTime, MISSING } from '../../core/format.js';
import { pathTo } from '../../core/screens.js';
import { type Background, pictureAddress, readFigures } from '../../data/backgrounds.js';
import { now } from '../../data/plant.js';
import { Link } from '../../ui/basics.jsx';
import { Icon } from '../../ui/icons.jsx';
import { Empty } from '../../ui/panel.jsx';
import { Loaded, type Resource, useResource } from '../../ui/resource.jsx';
import { BackgroundActions } from './background-actions.jsx';
import { Figures, fitsCamera, type Size, usersOf } from './figures.jsx';

interface HistoryProps {
  readonly history: Resource<Background[]>;
  readonly camera: string;
  readonly chosen: string;
  /** Of the camera; null while it is not known. */
  readonly size: Size | null;
}

/** All backgrounds of a camera as pictures with their figures. */
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
            {list.map((background) => (
              <BackgroundCard
                key={background.id}
                camera={camera}
                background={background}
                isChosen={background.id === chosen}
                size={size}
                onUsed={history.reload}
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
  readonly isChosen: boolean;
  readonly size: Size | null;
  readonly onUsed: () => void;
}

function BackgroundCard({ camera, background, isChosen, size, onUsed }: CardProps): JSX.Element {
  const { id, time, author } = background;
  const figures = useResource(`figures ${id}`, (signal) => readFigures(camera, id, signal));
  const users = usersOf(background);
  return (
    <figure class={`tile ${isChosen ? 'chosen' : ''}`} data-testid={`background-${id}`}>
      <Link to={pathTo('backgrounds', camera, id)} title="Look at it">
        <img src={pictureAddress(id)} alt={`Background ${id}`} loading="lazy" />
      </Link>
      <figcaption>
        <Link to={pathTo('backgrounds', camera, id)}>
          <code>{id}</code>
        </Link>
        <p class="muted">
          {time === null ? MISSING : `${formatTime(time)}, ${formatDuration(now.value - time)} ago`}
          {author !== null && `, by ${author}`}
        </p>
        <Figures figures={figures.data} size={size} />
        {users.length > 0 && (
          <p title={users.join(', ')}>
            <Icon name="pin" /> used by {users.slice(0, 2).join(', ')}
            {users.length > 2 && ` and ${users.length - 2} more`}
          </p>
        )}
      </figcaption>
      <BackgroundActions
        camera={camera}
        background={background}
        fits={fitsCamera(figures.data, size)}
        onUsed={onUsed}
      />
    </figure>
  );
}
