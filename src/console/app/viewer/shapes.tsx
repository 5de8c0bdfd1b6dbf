/** What overlays are drawn with. */
import type { JSX } from 'preact';
import { type Affine, apply } from '../core/view-geometry.js';

/** A line with a dark halo, so that it is seen on any colour. */
export function Haloed({ d, kind, testId }: { d: string; kind: string; testId?: string }): JSX.Element {
  return (
    <>
      <path d={d} class="halo" />
      <path d={d} class={`line-${kind}`} data-testid={testId} />
    </>
  );
}

/** A rectangle of the image: left, top, right, bottom. */
export function Box({
  edges,
  placement,
  kind,
}: {
  edges: readonly number[];
  placement: Affine;
  kind: string;
}): JSX.Element {
  const corners = [
    [edges[0]!, edges[1]!],
    [edges[2]!, edges[1]!],
    [edges[2]!, edges[3]!],
    [edges[0]!, edges[3]!],
  ].map(([x, y]) =>
    apply(placement, x!, y!)
      .map((value) => value.toFixed(1))
      .join(' '),
  );
  const path = `M${corners.join('L')}Z`;
  return (
    <g data-testid={`overlay-${kind}`} data-edges={edges.join(',')}>
      <Haloed d={path} kind={kind} />
    </g>
  );
}

export function crossPath(x: number, y: number, size: number, diagonal = false): string {
  return diagonal
    ? `M${x - size} ${y - size}L${x + size} ${y + size}M${x - size} ${y + size}L${x + size} ${y - size}`
    : `M${x - size} ${y}L${x + size} ${y}M${x} ${y - size}L${x} ${y + size}`;
}
