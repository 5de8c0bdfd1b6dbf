import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { colormapTable } from '../../core/colormaps.js';
import { differenceOf, type ImageDifference } from '../../core/image-difference.js';
import { readNpy } from '../../core/npy.js';
import { readBackground } from '../../data/backgrounds.js';
import { Loaded, useResource } from '../../ui/resource.jsx';

interface DifferenceProps {
  readonly camera: string;
  readonly id: string;
  readonly previous: string;
}

/** A background minus the one before: what became brighter is red, what became darker blue. */
export function DifferenceImage({ camera, id, previous }: DifferenceProps): JSX.Element {
  const difference = useResource(`difference ${id} ${previous}`, async (signal) => {
    const [newer, older] = await Promise.all(
      [id, previous].map(async (name) => readNpy(await readBackground(camera, name, signal))),
    );
    return differenceOf(newer!, older!);
  });
  return (
    <Loaded resource={difference} lines={3}>
      {(found) => (
        <div data-testid="background-difference-image">
          <Drawing difference={found} label={`${id} minus ${previous}`} />
          <p class="muted">
            minus {previous}: mean {found.mean.toFixed(1)}, largest {found.largest.toFixed(0)}
          </p>
        </div>
      )}
    </Loaded>
  );
}

function Drawing({ difference, label }: { difference: ImageDifference; label: string }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height, values, largest } = difference;
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (context == null) return;
    const table = colormapTable('coolwarm');
    const picture = context.createImageData(width, height);
    const scale = largest === 0 ? 0 : 127.5 / largest;
    for (const [index, value] of values.entries()) {
      const colour = Math.min(255, Math.max(0, Math.round(127.5 + value * scale))) * 4;
      picture.data.set([table[colour]!, table[colour + 1]!, table[colour + 2]!, 255], index * 4);
    }
    context.putImageData(picture, 0, 0);
  }, [width, height, values, largest]);
  return (
    <canvas ref={canvas} width={width} height={height} class="difference" role="img" aria-label={label} />
  );
}
