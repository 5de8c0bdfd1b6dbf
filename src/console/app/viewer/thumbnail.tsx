import type { JSX } from 'preact';
import type { InstanceRecord } from '../core/plant.js';
import { StillImage } from './still-image.jsx';

/** A small picture, renewed once a second while it can be seen. */
export function Thumbnail({ instance }: { instance: InstanceRecord }): JSX.Element {
  return (
    <div class="thumbnail">
      <StillImage instance={instance} period={1000} />
    </div>
  );
}
