/** A small live picture without controls: in lists, and on the wall. */
import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { InstanceRecord } from '../core/plant.js';
import { ImageStage } from './image-stage.jsx';
import type { Pointer } from './stage-pointer.js';
import { ViewerModel } from './viewer-model.js';

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
  const waits = model.live.frame.value === null;
  return (
    <div class="thumbnail" data-testid={`thumbnail-${name}`}>
      <ImageStage model={model} pointer={pointer} quiet />
      {waits && <p class="muted center">{model.live.message.value ?? 'Waiting for the first picture…'}</p>}
    </div>
  );
}
