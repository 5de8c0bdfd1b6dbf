/** The camera's image by plain requests, for servers without a live view. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { InstanceRecord } from '../core/plant.js';
import { callBlob, messageOf } from '../data/api.js';

export function StillImage({ instance, period }: { instance: InstanceRecord; period: number }): JSX.Element {
  const camera = instance.cluster === 'cameras' ? instance.name : instance.camera;
  const [url, setUrl] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    if (camera === null) return;
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    let shown: string | null = null;
    const load = async (): Promise<void> => {
      try {
        if (!document.hidden) {
          const path = `/api/v1/cam/${encodeURIComponent(camera)}/image?colormap=viridis`;
          const next = URL.createObjectURL(await callBlob('cameras', path, { signal: controller.signal }));
          if (shown !== null) URL.revokeObjectURL(shown);
          shown = next;
          setUrl(next);
          setProblem(null);
        }
      } catch (error) {
        if (!controller.signal.aborted) setProblem(messageOf(error));
      }
      if (!controller.signal.aborted) timer = setTimeout(load, period);
    };
    void load();
    return () => {
      controller.abort();
      clearTimeout(timer);
      if (shown !== null) URL.revokeObjectURL(shown);
    };
  }, [camera, period]);
  if (camera === null) return <p class="muted center">This instance has no camera.</p>;
  return (
    <figure class="still">
      {url === null ? (
        <p class="muted center">{problem ?? 'Waiting for the first image…'}</p>
      ) : (
        <img src={url} alt={`Camera ${camera}`} />
      )}
      {url !== null && problem !== null && <figcaption class="tone-warn">Old image: {problem}</figcaption>}
      {instance.cluster === 'pipelines' && problem === null && url !== null && (
        <figcaption class="muted">image of camera {camera}</figcaption>
      )}
    </figure>
  );
}
