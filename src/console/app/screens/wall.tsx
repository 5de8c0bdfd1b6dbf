/** Live pictures for a large screen; the controls come with the pointer and go again. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { formatHertz } from '../core/format.js';
import { pathTo } from '../core/screens.js';
import { navigate, queryValue, setQuery } from '../data/navigation.js';
import { plant } from '../data/plant.js';
import { changeSettings, currentTheme, settings } from '../data/settings.js';
import { Button, Link, StateBadge } from '../ui/basics.jsx';
import { Empty, Skeleton } from '../ui/panel.jsx';
import { PageHead } from '../ui/shell.jsx';
import { Thumbnail } from '../viewer/thumbnail.jsx';

const MOST = 16;
const CONTROLS_STAY = 4000;

export function WallScreen(): JSX.Element {
  const [controls, setControls] = useState(true);
  useEffect(() => {
    let timer = setTimeout(() => setControls(false), CONTROLS_STAY);
    const show = (): void => {
      setControls(true);
      clearTimeout(timer);
      timer = setTimeout(
        () =>
          setControls(document.querySelector('.wall-controls')?.matches(':focus-within, :hover') ?? false),
        CONTROLS_STAY,
      );
    };
    const events = ['pointermove', 'keydown', 'focusin'] as const;
    for (const event of events) document.addEventListener(event, show);
    return () => {
      clearTimeout(timer);
      for (const event of events) document.removeEventListener(event, show);
    };
  }, []);
  useEffect(() => {
    document.documentElement.dataset.theme = 'dark';
    return () => {
      document.documentElement.dataset.theme = currentTheme();
    };
  }, []);
  if (plant.value === null) return <Skeleton lines={6} />;
  const chosen = queryValue('show') === '' ? settings.value.wall : queryValue('show').split(',');
  const keys = chosen.length > 0 ? chosen : plant.value.instances.slice(0, 4).map((entry) => entry.key);
  const tiles = keys.slice(0, MOST);
  const columns = Math.ceil(Math.sqrt(tiles.length));
  const scale = Number(queryValue('scale')) || 100;
  return (
    <div
      class="wall"
      style={{
        gridTemplateColumns: `repeat(${Math.max(1, columns)}, minmax(0, 1fr))`,
        fontSize: `${scale}%`,
      }}
      data-testid="wall"
    >
      <div class="visually-hidden">
        <PageHead title="Wall" />
      </div>
      {tiles.map((key) => (
        <Tile key={key} name={key} />
      ))}
      {tiles.length === 0 && (
        <Empty title="Nothing runs">
          <Link to={pathTo('overview')}>Overview</Link>
        </Empty>
      )}
      {controls && <Controls tiles={tiles} scale={scale} />}
    </div>
  );
}

function Tile({ name }: { name: string }): JSX.Element {
  const instance = plant.value?.instances.find((entry) => entry.key === name) ?? null;
  const [cluster = '', short = ''] = name.split('/');
  return (
    <section class="wall-tile" aria-label={short}>
      <header>
        <Link to={pathTo('i', cluster, short)}>{short}</Link>
        {instance === null ? (
          <span class="tone-off">not running</span>
        ) : (
          <StateBadge health={instance.health} />
        )}
        <span class="spacer" />
        {instance !== null && formatHertz(instance.statistics.tx)}
      </header>
      {instance === null ? (
        <div class="thumbnail">
          <p class="center">It does not run; it is shown as soon as it does.</p>
        </div>
      ) : (
        <Thumbnail instance={instance} rate={5} staysHidden />
      )}
    </section>
  );
}

function Controls({ tiles, scale }: { tiles: readonly string[]; scale: number }): JSX.Element {
  const [adding, setAdding] = useState('');
  const all = (plant.value?.instances ?? []).map((entry) => entry.key);
  const show = (next: readonly string[]): void => {
    changeSettings({ wall: next });
    setQuery({ show: next.join(',') });
  };
  return (
    <div class="wall-controls">
      <div class="row">
        <label>
          <span class="visually-hidden">Instance to add</span>
          <select value={adding} onChange={(event) => setAdding(event.currentTarget.value)}>
            <option value="">add an instance…</option>
            {all
              .filter((key) => !tiles.includes(key))
              .map((key) => (
                <option key={key}>{key}</option>
              ))}
          </select>
        </label>
        <Button
          icon="plus"
          denied={adding === '' ? 'Choose an instance.' : tiles.length >= MOST ? `At most ${MOST}.` : null}
          onClick={() => {
            show([...tiles, adding]);
            setAdding('');
          }}
        >
          Add
        </Button>
        <label>
          <span class="visually-hidden">Size of the text</span>
          <select value={String(scale)} onChange={(event) => setQuery({ scale: event.currentTarget.value })}>
            {[100, 125, 150, 200].map((value) => (
              <option key={value} value={value}>
                {value} %
              </option>
            ))}
          </select>
        </label>
        <Button icon="expand" onClick={() => void document.documentElement.requestFullscreen()}>
          Full screen
        </Button>
        <Button icon="overview" onClick={() => navigate(pathTo('overview'))}>
          Overview
        </Button>
      </div>
      <div class="row">
        {tiles.map((key) => (
          <Button
            key={key}
            kind="quiet"
            icon="close"
            onClick={() => show(tiles.filter((entry) => entry !== key))}
          >
            {key.split('/')[1]}
          </Button>
        ))}
      </div>
    </div>
  );
}
