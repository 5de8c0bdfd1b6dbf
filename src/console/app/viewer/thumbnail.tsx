/** A small live picture without controls: in lists, and on the wall. */
import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { formatTime } from '../core/format.js';
import type { InstanceRecord } from '../core/plant.js';
import { now } from '../data/plant.js';
import { ImageStage } from './image-stage.jsx';
import type { Pointer } from './stage-pointer.js';
import { ViewerModel } from './viewer-model.js';

/** Milliseconds after which a picture is no longer taken for the present one. */
const OLD = 5000;

interface ThumbnailProps {
  readonly instance: InstanceRecord;
  readonly rate?: number;
  /** Goes on when the page is hidden. */
  readonly staysHidden?: boolean;
}

export function Thumbnail({ instance, rate = 1, staysHidden = false }: ThumbnailProps): JSX.Element {
  const { cluster, name } = instance;
  const [model, setModel] = useState<ViewerModel | null>(null);
  const pointer = useMemo(() => signal<Pointer | null>(null), []);
  useEffect(() => {
    const made = new ViewerModel({ cluster, instance: name, main: false, rate, staysHidden });
    setModel(made);
    return () => made.close();
  }, [cluster, name, rate, staysHidden]);
  if (model === null) return <div class="thumbnail" />;
  // paced: what is told of its age need not follow every picture
  const frame = model.told.value;
  const isOld = frame !== null && now.value - frame.receivedAt > OLD;
  return (
    <div class="thumbnail" data-testid={`thumbnail-${name}`} data-state={isOld ? 'stale' : 'ready'}>
      <ImageStage model={model} pointer={pointer} quiet />
      {frame === null && (
        <p class="muted center">{model.live.message.value ?? 'Waiting for the first picture…'}</p>
      )}
      {isOld && <p class="last-image">last image {formatTime(frame.receivedAt, false)}</p>}
    </div>
  );
}
