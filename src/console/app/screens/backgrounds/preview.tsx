import type { JSX } from 'preact';
import { beamPeak } from '../../core/image-values.js';
import { readNpy } from '../../core/npy.js';
import { readCameraImage } from '../../data/backgrounds.js';
import { findInstance } from '../../data/plant.js';
import { Icon } from '../../ui/icons.jsx';
import { useResource } from '../../ui/resource.jsx';
import { Thumbnail } from '../../viewer/thumbnail.jsx';

/** Milliseconds between two looks for a beam. */
const PERIOD = 5000;

/** What would be captured, with a warning while there is a beam in it; nothing is started for it. */
export function Preview({ camera }: { camera: string }): JSX.Element {
  const instance = findInstance('cameras', camera);
  if (instance === null || instance.health.state === 'down') {
    return (
      <p class="muted">
        Take the beam off the camera first. It does not stream now, so there is no preview; capturing starts
        it.
      </p>
    );
  }
  return (
    <div class="capture-preview">
      <Thumbnail instance={instance} />
      <BeamWarning camera={camera} />
    </div>
  );
}

function BeamWarning({ camera }: { camera: string }): JSX.Element {
  const peak = useResource(
    `beam ${camera}`,
    async (signal) => ({ found: beamPeak(readNpy(await readCameraImage(camera, signal))) }),
    PERIOD,
  );
  const found = peak.data?.found ?? null;
  if (found === null) return <p class="muted">Take the beam off the camera first.</p>;
  return (
    <p class="inline-warning" role="status" data-testid="backgrounds-beam">
      <Icon name="alarm" /> There seems to be a beam at {found.x}, {found.y}: take it off first, or it is
      subtracted from every picture.
    </p>
  );
}
