/** Background images: capture, look at, bring in, take away. */
import type { JSX } from 'preact';
import { MISSING } from '../../core/format.js';
import { pathTo } from '../../core/screens.js';
import { cameraOnline, cameraSize, listBackgrounds, listCameras } from '../../data/backgrounds.js';
import { queryValue, screen, setQuery } from '../../data/navigation.js';
import { Link } from '../../ui/basics.jsx';
import { Icon } from '../../ui/icons.jsx';
import { Empty, Panel } from '../../ui/panel.jsx';
import { Loaded, useResource } from '../../ui/resource.jsx';
import { PageHead } from '../../ui/shell.jsx';
import { Capture } from './capture.jsx';
import { History } from './history.jsx';
import { Upload } from './upload.jsx';

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
          state={cameras.state}
          note={cameras.data?.length ?? ''}
          class="fill"
        >
          <div class="filters">
            <label class="search-field">
              <Icon name="search" />
              <input
                type="search"
                data-search
                aria-label="Filter cameras"
                placeholder="Camera"
                value={queryValue('q')}
                onInput={(event) => setQuery({ q: event.currentTarget.value })}
              />
            </label>
          </div>
          <Loaded resource={cameras} lines={8}>
            {(names) => (
              <ul class="pick-list">
                {names
                  .filter((name) => name.toLowerCase().includes(filter))
                  .map((name) => (
                    <li key={name}>
                      <Link to={pathTo('backgrounds', name)} current={name === camera}>
                        {name}
                      </Link>
                    </li>
                  ))}
              </ul>
            )}
          </Loaded>
        </Panel>
        {camera === '' ? (
          <Panel id="backgrounds-history" title="History" state="empty">
            <Empty title="Choose a camera" />
          </Panel>
        ) : (
          <Camera key={camera} camera={camera} chosen={id} />
        )}
      </div>
    </div>
  );
}

function Camera({ camera, chosen }: { camera: string; chosen: string }): JSX.Element {
  const history = useResource(`backgrounds ${camera}`, (signal) => listBackgrounds(camera, signal));
  const size = useResource(`size ${camera}`, (signal) => cameraSize(camera, signal));
  const online = useResource(`online ${camera}`, (signal) => cameraOnline(camera, signal));
  const isOffline = online.data?.online === false;
  return (
    <div class="stack">
      <Panel id="backgrounds-capture" title={camera}>
        <p class="row">
          <span class={isOffline ? 'tone-bad' : 'tone-ok'}>
            <Icon name={isOffline ? 'alarm' : 'check'} />{' '}
            {online.data === null ? 'asking…' : isOffline ? 'offline' : 'online'}
          </span>
          {isOffline && <span class="muted">{online.data?.text}</span>}
          <span data-testid="backgrounds-size">
            {size.data == null ? MISSING : `${size.data.width} × ${size.data.height}`}
          </span>
        </p>
        <Capture camera={camera} offline={isOffline} onDone={history.reload} />
        <Upload camera={camera} size={size.data} onDone={history.reload} />
      </Panel>
      <Panel
        id="backgrounds-history"
        title="History, newest first"
        state={history.data?.length === 0 ? 'empty' : history.state}
      >
        <History history={history} camera={camera} chosen={chosen} size={size.data} />
      </Panel>
    </div>
  );
}
