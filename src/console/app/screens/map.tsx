/** Which cameras, pipelines and buffers depend on each other. */
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { type DependencyMap, dependencyMap, type MapNode } from '../core/dependency-map.js';
import { pathTo } from '../core/screens.js';
import { queryValue, setQuery } from '../data/navigation.js';
import { plant } from '../data/plant.js';
import { Button, Link, StateBadge } from '../ui/basics.jsx';
import { Icon } from '../ui/icons.jsx';
import { Empty, Panel, Skeleton } from '../ui/panel.jsx';
import { PageHead } from '../ui/shell.jsx';

/** Pixels. */
const COLUMN = 330;
const NODE = 250;
const ROW = 38;
const MARGIN = 14;

export function MapScreen(): JSX.Element {
  const focus = queryValue('focus');
  const known = plant.value;
  const instances = known?.instances ?? [];
  // statistics come every second and change nothing here
  const signature = instances
    .map(({ key, camera, inputs, output, mode, health }) => [key, camera, inputs, output, mode, health.state])
    .join(';');
  const map = useMemo(() => dependencyMap(instances, focus), [signature, focus]);
  const focused = map.nodes.find(({ key }) => key === focus);
  return (
    <div class="fill-screen">
      <PageHead title="Map" />
      <Panel
        id="map"
        title={
          focused === undefined
            ? 'What depends on what'
            : `What depends on ${focused.name}, and on what it depends`
        }
        note={map.nodes.length}
        live
        state={known === null ? 'loading' : map.nodes.length === 0 ? 'empty' : 'ready'}
        class="fill"
        actions={
          focus !== '' && (
            <Button icon="close" onClick={() => setQuery({ focus: null })} testId="map-all">
              Show all
            </Button>
          )
        }
      >
        {known === null ? (
          <Skeleton lines={8} />
        ) : map.nodes.length === 0 ? (
          <Empty title="Nothing is running">
            <Link to={pathTo('launch', 'pipelines')}>Launch</Link>
          </Empty>
        ) : (
          <Drawing map={map} focus={focus} />
        )}
      </Panel>
    </div>
  );
}

function Drawing({ map, focus }: { map: DependencyMap; focus: string }): JSX.Element {
  const width = COLUMN * (1 + Math.max(...map.nodes.map(({ column }) => column)));
  const height = ROW * (1 + Math.max(...map.nodes.map(({ row }) => row))) + 2 * MARGIN;
  const places = new Map(map.nodes.map((node) => [node.key, node]));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard
    <section class="map" tabIndex={0} aria-label="Dependencies">
      <div style={{ position: 'relative', width: `${width}px`, height: `${height}px` }}>
        <svg class="map-edges" width={width} height={height} aria-hidden="true">
          {map.edges.map(({ from, to }) => (
            <path
              key={`${from} ${to}`}
              d={curve(places.get(from)!, places.get(to)!)}
              data-edge={`${from} ${to}`}
            />
          ))}
        </svg>
        <ul>
          {map.nodes.map((node) => (
            <Node
              key={node.key}
              node={node}
              inputs={inputsOf(node, map, places)}
              isFocus={node.key === focus}
            />
          ))}
        </ul>
      </div>
    </section>
  );
}

/** The drawing says it by lines, the text to those who do not see them. */
function inputsOf(node: MapNode, { edges }: DependencyMap, places: ReadonlyMap<string, MapNode>): string {
  const names = edges.flatMap(({ from, to }) => (to === node.key ? [places.get(from)!.name] : []));
  return names.length === 0 ? '' : `, reads from ${names.join(', ')}`;
}

function Node({ node, inputs, isFocus }: { node: MapNode; inputs: string; isFocus: boolean }): JSX.Element {
  const { key, name, kind, instance, column, row } = node;
  const style = {
    left: `${column * COLUMN + MARGIN}px`,
    top: `${row * ROW + MARGIN}px`,
    width: `${NODE}px`,
  };
  return (
    <li class={`map-node ${isFocus ? 'chosen' : ''}`} style={style} data-testid={`map-${key}`}>
      {instance === null ? <Icon name={ICONS[kind]} /> : <StateBadge health={instance.health} compact />}
      {kind === 'buffers' ? (
        <Link to={pathTo('buffers', 'reconnect')}>{name}</Link>
      ) : (
        <Link
          to={pathTo('i', kind === 'camera' ? 'cameras' : 'pipelines', name)}
          class="cut-text"
          title={name}
        >
          {name}
        </Link>
      )}
      <span class="visually-hidden">{inputs}</span>
      <span class="spacer" />
      <Button
        kind="quiet"
        icon="search"
        label={`Only what is connected with ${name}`}
        pressed={isFocus}
        onClick={() => setQuery({ focus: isFocus ? null : key })}
        testId={`map-focus-${name}`}
      />
    </li>
  );
}

const ICONS = { camera: 'cameras', pipeline: 'pipelines', buffers: 'buffers' } as const;

function curve(from: MapNode, to: MapNode): string {
  const middle = MARGIN + ROW / 2 - 4;
  const [x1, y1] = [from.column * COLUMN + MARGIN + NODE, from.row * ROW + middle];
  const [x2, y2] = [to.column * COLUMN + MARGIN, to.row * ROW + middle];
  const bend = Math.max(30, (x2 - x1) / 2);
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}
