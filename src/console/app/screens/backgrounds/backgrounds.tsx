/** Background images: capture, look at, bring in, take away. */
import type { JSX } from 'preact';
import { formatDuration, formatTime, MISSING } from '../../core/format.js';
import { pathTo } from '../../core/screens.js';
import { messageOf } from '../../data/api.js';
import {
  type CameraEntry,
  cameraOnline,
  cameraSize,
  listBackgrounds,
  listCameras,
} from '../../data/backgrounds.js';
import { navigate, queryValue, screen, setQuery } from '../../data/navigation.js';
import { findInstance, now } from '../../data/plant.js';
import { Link, StateBadge } from '../../ui/basics.jsx';
import { Icon } from '../../ui/icons.jsx';
import { Empty, Panel } from '../../ui/panel.jsx';
import { Loaded, useResource } from '../../ui/resource.jsx';
import { SearchField } from '../../ui/search-field.jsx';
import { PageHead } from '../../ui/shell.jsx';
import { Capture } from './capture.jsx';
import { BackgroundDetail } from './detail.jsx';
import { History } from './history.jsx';
import { Upload } from './upload.jsx';

/** Milliseconds between two questions: cameras come and go, and others capture and use backgrounds too. */
const PERIOD = 10_000;

export function BackgroundsScreen(): JSX.Element {
  const { camera = '', id = '' } = screen.value.parameters;
  const cameras = useResource('cameras', listCameras);
  const filter = queryValue('q').toLowerCase();
  return (
    <div class="fill-screen">
      <PageHead title="Backgrounds" />
      <div class="two-columns">
        <Panel
          id="backgrounds-cameras"
          title="Cameras"
          state={cameras.data?.length === 0 ? 'empty' : cameras.state}
          note={cameras.data?.length ?? ''}
          class="fill"
        >
          <div class="filters">
            <SearchField
              label="Filter cameras"
              placeholder="Camera"
              value={queryValue('q')}
              onChange={(value) => setQuery({ q: value })}
            />
          </div>
          <Loaded resource={cameras} lines={8}>
            {(list) => <CameraList cameras={list} filter={filter} chosen={camera} />}
          </Loaded>
        </Panel>
        {camera === '' ? (
          <Panel id="backgrounds-history" title="History" state="empty">
            <Empty title="Choose a camera">
              <p class="muted">Its backgrounds, and a button to capture a new one, appear here.</p>
            </Empty>
          </Panel>
        ) : (
          <Camera key={camera} camera={camera} chosen={id} onCaptured={cameras.reload} />
        )}
      </div>
    </div>
  );
}

interface CameraListProps {
  readonly cameras: readonly CameraEntry[];
  readonly filter: string;
  readonly chosen: string;
}

function CameraList({ cameras, filter, chosen }: CameraListProps): JSX.Element {
  const shown = cameras.filter(({ name }) => name.toLowerCase().includes(filter));
  if (shown.length === 0) {
    return (
      <Empty
        title={cameras.length === 0 ? 'No camera is configured' : `The filter hides all ${cameras.length}`}
      />
    );
  }
  return (
    <ul class="pick-list">
      {shown.map(({ name, count, newestAt }) => {
        const instance = findInstance('cameras', name);
        return (
          <li key={name}>
            <Link to={pathTo('backgrounds', name)} current={name === chosen}>
              {instance === null ? (
                <span class="state-place" />
              ) : (
                <StateBadge health={instance.health} compact />
              )}
              <span class="cut-text">{name}</span>
              <span class="spacer" />
              <span class="muted" title={`${count} backgrounds; the newest ${formatTime(newestAt)}`}>
                {newestAt === null ? 'none' : formatDuration(now.value - newestAt)}
              </span>
            </Link>
          </li>
        );
      })}
    </ul>
  );
}

interface CameraProps {
  readonly camera: string;
  /** Id of the background that is looked at; empty: none. */
  readonly chosen: string;
  readonly onCaptured: () => void;
}

function Camera({ camera, chosen, onCaptured }: CameraProps): JSX.Element {
  const history = useResource(`backgrounds ${camera}`, (signal) => listBackgrounds(camera, signal), PERIOD);
  const size = useResource(`size ${camera}`, (signal) => cameraSize(camera, signal), PERIOD);
  const online = useResource(`online ${camera}`, (signal) => cameraOnline(camera, signal), PERIOD);
  const isOffline = online.data?.online === false;
  const place = history.data?.findIndex(({ id }) => id === chosen) ?? -1;
  const captured = (id: string): void => {
    history.reload();
    onCaptured();
    navigate(pathTo('backgrounds', camera, id));
  };
  return (
    <div class="stack">
      <Panel id="backgrounds-capture" title={camera}>
        <p class="row">
          {online.error === null ? (
            <span class={isOffline ? 'tone-bad' : 'tone-ok'}>
              <Icon name={isOffline ? 'alarm' : 'check'} />{' '}
              {online.data === null ? 'asking…' : isOffline ? 'offline' : 'online'}
            </span>
          ) : (
            <span class="tone-warn">
              <Icon name="alarm" /> {messageOf(online.error)}
            </span>
          )}
          {isOffline && <span class="muted">{online.data?.text}</span>}
          <span data-testid="backgrounds-size">
            {size.data == null ? MISSING : `${size.data.width} × ${size.data.height}`}
          </span>
        </p>
        <Capture camera={camera} offline={isOffline} onDone={captured} />
        <Upload camera={camera} size={size.data} onDone={captured} />
      </Panel>
      {chosen !== '' && place >= 0 && (
        <BackgroundDetail
          key={chosen}
          camera={camera}
          id={chosen}
          previous={history.data![place + 1]?.id ?? null}
        />
      )}
      {chosen !== '' && history.data !== null && place < 0 && (
        <Panel id="backgrounds-detail" title={chosen} state="empty">
          <Empty title={`${camera} has no background ${chosen}`} />
        </Panel>
      )}
      <Panel
        id="backgrounds-history"
        title="History, newest first"
        note={history.data?.length ?? ''}
        state={history.data?.length === 0 ? 'empty' : history.state}
      >
        <History history={history} camera={camera} chosen={chosen} size={size.data} />
      </Panel>
    </div>
  );
}
