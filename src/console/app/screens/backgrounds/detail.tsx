import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { COLORMAPS, type ColormapName, colormapTable, isColormap } from '../../core/colormaps.js';
import { formatNumber } from '../../core/format.js';
import { rangeOf } from '../../core/image-values.js';
import { type NpyImage, readNpy } from '../../core/npy.js';
import { pathTo } from '../../core/screens.js';
import { readBackground } from '../../data/backgrounds.js';
import { navigate, queryValue, setQuery } from '../../data/navigation.js';
import { settings } from '../../data/settings.js';
import { Button } from '../../ui/basics.jsx';
import { Panel } from '../../ui/panel.jsx';
import { Loaded, useResource } from '../../ui/resource.jsx';
import { DifferenceImage } from './difference-image.jsx';

interface DetailProps {
  readonly camera: string;
  readonly id: string;
  /** Id of the one before; null for the first. */
  readonly previous: string | null;
}

/** One background in full, beside what it changed against the one before. */
export function BackgroundDetail({ camera, id, previous }: DetailProps): JSX.Element {
  const image = useResource(`background ${id}`, async (signal) =>
    readNpy(await readBackground(camera, id, signal)),
  );
  return (
    <Panel
      id="backgrounds-detail"
      title={<code>{id}</code>}
      state={image.state}
      actions={
        <Button
          kind="quiet"
          icon="close"
          label="Close"
          onClick={() => navigate(pathTo('backgrounds', camera))}
        />
      }
    >
      <div class="compared">
        <Loaded resource={image} lines={6}>
          {(loaded) => <Picture image={loaded} label={`Background ${id}`} />}
        </Loaded>
        {previous !== null && <DifferenceImage camera={camera} id={id} previous={previous} />}
      </div>
    </Panel>
  );
}

interface Reading {
  readonly x: number;
  readonly y: number;
  readonly value: number;
}

function Picture({ image, label }: { image: NpyImage; label: string }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const wanted = queryValue('map') || settings.value.colormap;
  const colormap = isColormap(wanted) ? wanted : 'viridis';
  const full = queryValue('range') === 'full';
  const [reading, setReading] = useState<Reading | null>(null);
  const [height = 0, width = 0] = image.shape;
  useEffect(() => {
    if (canvas.current !== null) paint(canvas.current, image, colormap, full);
  }, [image, colormap, full]);
  const read = (event: PointerEvent): void => {
    const box = canvas.current!.getBoundingClientRect();
    const x = Math.floor(((event.clientX - box.left) / box.width) * width);
    const y = Math.floor(((event.clientY - box.top) / box.height) * height);
    const value = image.data[y * width + x];
    setReading(value === undefined || x < 0 || x >= width ? null : { x, y, value });
  };
  return (
    <div>
      <div class="row">
        <label>
          <span class="visually-hidden">Colour map</span>
          <select value={colormap} onChange={(event) => setQuery({ map: event.currentTarget.value })}>
            {COLORMAPS.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <Button pressed={!full} onClick={() => setQuery({ range: null })}>
          Auto
        </Button>
        <Button pressed={full} onClick={() => setQuery({ range: 'full' })}>
          Full
        </Button>
        <span class="muted" data-testid="background-reading">
          {reading === null
            ? `${width} × ${height}`
            : `x ${reading.x}, y ${reading.y}, value ${formatNumber(reading.value)}`}
        </span>
      </div>
      <canvas
        ref={canvas}
        width={width}
        height={height}
        class="difference"
        role="img"
        aria-label={label}
        onPointerMove={read}
        onPointerLeave={() => setReading(null)}
        data-testid="background-picture"
      />
    </div>
  );
}

function paint(canvas: HTMLCanvasElement, image: NpyImage, colormap: ColormapName, full: boolean): void {
  const [height = 0, width = 0] = image.shape;
  const context = canvas.getContext('2d');
  if (context === null || width * height === 0) return;
  const table = colormapTable(colormap);
  const { low, high } = rangeOf(image, full);
  const scale = 255 / Math.max(high - low, 1e-12);
  const picture = context.createImageData(width, height);
  for (let index = 0; index < width * height; index += 1) {
    const step = Math.min(255, Math.max(0, Math.round((image.data[index]! - low) * scale))) * 4;
    picture.data.set(table.subarray(step, step + 4), index * 4);
  }
  context.putImageData(picture, 0, 0);
}
