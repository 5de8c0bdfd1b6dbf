/** Background images: capture, look at, bring in, take away. */
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { formatDuration, formatTime, MISSING } from '../../core/format.js';
import { readNpy, writeNpy } from '../../core/npy.js';
import { pathTo } from '../../core/screens.js';
import { messageOf } from '../../data/api.js';
import {
  type Background,
  cameraOnline,
  cameraSize,
  cancelTask,
  captureBackground,
  listBackgrounds,
  listCameras,
  newBackgroundId,
  pictureAddress,
  readBackground,
  readTaskState,
  type Task,
  uploadBackground,
} from '../../data/backgrounds.js';
import { queryValue, screen, setQuery } from '../../data/navigation.js';
import { now } from '../../data/plant.js';
import { denial } from '../../data/session.js';
import { Button, Link, saveFile } from '../../ui/basics.jsx';
import { Icon } from '../../ui/icons.jsx';
import { Empty, Panel } from '../../ui/panel.jsx';
import { Loaded, type Resource, useResource } from '../../ui/resource.jsx';
import { PageHead } from '../../ui/shell.jsx';
import { showToast } from '../../ui/toasts.jsx';

const POLL = 400;

export function BackgroundsScreen(): JSX.Element {
  const { camera = '', id = '' } = screen.value.parameters;
  const cameras = useResource('cameras', listCameras);
  const filter = queryValue('q').toLowerCase();
  return (
    <div class="fill-screen">
      <PageHead title="Backgrounds" />
      <div class="two-columns">
        <Panel
          id="backgrounds-cameras"
          title="Cameras"
          state={cameras.state}
          note={cameras.data?.length ?? ''}
          class="fill"
        >
          <div class="filters">
            <label class="search-field">
              <Icon name="search" />
              <input
                type="search"
                data-search
                aria-label="Filter cameras"
                placeholder="Camera"
                value={queryValue('q')}
                onInput={(event) => setQuery({ q: event.currentTarget.value })}
              />
            </label>
          </div>
          <Loaded resource={cameras} lines={8}>
            {(names) => (
              <ul class="pick-list">
                {names
                  .filter((name) => name.toLowerCase().includes(filter))
                  .map((name) => (
                    <li key={name}>
                      <Link to={pathTo('backgrounds', name)} current={name === camera}>
                        {name}
                      </Link>
                    </li>
                  ))}
              </ul>
            )}
          </Loaded>
        </Panel>
        {camera === '' ? (
          <Panel id="backgrounds-history" title="History" state="empty">
            <Empty title="Choose a camera" />
          </Panel>
        ) : (
          <Camera key={camera} camera={camera} chosen={id} />
        )}
      </div>
    </div>
  );
}

function Camera({ camera, chosen }: { camera: string; chosen: string }): JSX.Element {
  const history = useResource(`backgrounds ${camera}`, (signal) => listBackgrounds(camera, signal));
  const size = useResource(`size ${camera}`, (signal) => cameraSize(camera, signal));
  const online = useResource(`online ${camera}`, (signal) => cameraOnline(camera, signal));
  const isOffline = online.data?.online === false;
  return (
    <div class="stack">
      <Panel id="backgrounds-capture" title={camera}>
        <p class="row">
          <span class={isOffline ? 'tone-bad' : 'tone-ok'}>
            <Icon name={isOffline ? 'alarm' : 'check'} />{' '}
            {online.data === null ? 'asking…' : isOffline ? 'offline' : 'online'}
          </span>
          {isOffline && <span class="muted">{online.data?.text}</span>}
          <span data-testid="backgrounds-size">
            {size.data == null ? MISSING : `${size.data.width} × ${size.data.height}`}
          </span>
        </p>
        <Capture camera={camera} offline={isOffline} onDone={history.reload} />
        <Upload camera={camera} size={size.data} onDone={history.reload} />
      </Panel>
      <Panel
        id="backgrounds-history"
        title="History, newest first"
        state={history.data?.length === 0 ? 'empty' : history.state}
      >
        <History history={history} camera={camera} chosen={chosen} size={size.data} />
      </Panel>
    </div>
  );
}

function Capture({
  camera,
  offline,
  onDone,
}: {
  camera: string;
  offline: boolean;
  onDone: () => void;
}): JSX.Element {
  const [images, setImages] = useState(10);
  const [task, setTask] = useState<Task | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const busy = task?.state === 'running';
  const start = async (): Promise<void> => {
    setProblem(null);
    try {
      let current = await captureBackground(camera, images);
      setTask(current);
      while (current.state === 'running') {
        await new Promise((resolve) => setTimeout(resolve, POLL));
        current = await readTaskState(current.id);
        setTask(current);
      }
      if (current.state === 'done')
        showToast({ tone: 'ok', text: `Background ${current.resultId} was captured.` });
      else setProblem(current.error ?? `The capture was ${current.state}.`);
      onDone();
    } catch (error) {
      setProblem(messageOf(error));
      setTask(null);
    }
  };
  const denied =
    denial('background.capture') ??
    (offline ? 'The camera is offline.' : busy ? 'It is being captured.' : null);
  return (
    <>
      <div class="row">
        <label class="row">
          Images
          <input
            class="port-field"
            type="number"
            min={1}
            max={100}
            value={images}
            onInput={(event) => setImages(Math.min(100, Math.max(1, Number(event.currentTarget.value) || 1)))}
            data-testid="backgrounds-images"
          />
        </label>
        <Button
          kind="primary"
          icon="camera"
          denied={denied}
          onClick={() => void start()}
          testId="backgrounds-capture-button"
        >
          Capture
        </Button>
        {busy && (
          <Button
            onClick={() =>
              task !== null && void cancelTask(task.id).catch((error) => setProblem(messageOf(error)))
            }
          >
            Cancel
          </Button>
        )}
        <span class="muted">Take the beam off the camera first.</span>
      </div>
      {busy && (
        <progress
          value={task?.progress ?? undefined!}
          max={1}
          aria-label="Progress of the capture"
          data-testid="backgrounds-progress"
        />
      )}
      {problem !== null && (
        <p class="inline-error" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}

interface UploadProps {
  readonly camera: string;
  readonly size: { width: number; height: number } | null;
  readonly onDone: () => void;
}

/** NPY as it is; PNG as 8 bits of grey. The server checks again. */
function Upload({ camera, size, onDone }: UploadProps): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const take = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    setProblem(null);
    try {
      const bytes = file.name.endsWith('.npy')
        ? new Uint8Array(await file.arrayBuffer())
        : await fromPicture(file);
      const { shape } = readNpy(bytes.buffer);
      if (size !== null && (shape.length !== 2 || shape[0] !== size.height || shape[1] !== size.width)) {
        throw new Error(
          `The file has the shape (${shape.join(', ')}), the camera (${size.height}, ${size.width}): rows, columns.`,
        );
      }
      const id = newBackgroundId(camera, new Date());
      await uploadBackground(camera, id, bytes);
      showToast({ tone: 'ok', text: `Background ${id} was stored.` });
      onDone();
    } catch (error) {
      setProblem(messageOf(error));
    }
    if (input.current !== null) input.current.value = '';
  };
  return (
    <div class="row">
      <Button icon="upload" denied={denial('background.save')} onClick={() => input.current?.click()}>
        Upload NPY or PNG…
      </Button>
      <input
        ref={input}
        type="file"
        accept=".npy,image/png"
        hidden
        aria-label="Background file"
        data-testid="backgrounds-upload"
        onChange={(event) => void take(event.currentTarget.files?.[0])}
      />
      {problem !== null && (
        <p class="inline-error" role="alert" data-testid="backgrounds-upload-problem">
          {problem}
        </p>
      )}
    </div>
  );
}

async function fromPicture(file: File): Promise<Uint8Array<ArrayBuffer>> {
  const bitmap = await createImageBitmap(file);
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext('2d')!;
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
  const grey = new Uint16Array(bitmap.width * bitmap.height);
  for (let index = 0; index < grey.length; index += 1) grey[index] = data[index * 4]!;
  return writeNpy(grey, [bitmap.height, bitmap.width]);
}

interface HistoryProps {
  readonly history: Resource<Background[]>;
  readonly camera: string;
  readonly chosen: string;
  readonly size: { width: number; height: number } | null;
}

function History({ history, camera, chosen, size }: HistoryProps): JSX.Element {
  return (
    <Loaded resource={history}>
      {(list) =>
        list.length === 0 ? (
          <Empty title={`No background of ${camera} yet`}>
            <p class="muted">Capture the first one above.</p>
          </Empty>
        ) : (
          <div class="cards" data-testid="backgrounds-list">
            {list.map((background) => (
              <BackgroundCard
                key={background.id}
                camera={camera}
                background={background}
                isChosen={background.id === chosen}
                size={size}
              />
            ))}
          </div>
        )
      }
    </Loaded>
  );
}

interface CardProps {
  readonly camera: string;
  readonly background: Background;
  readonly isChosen: boolean;
  readonly size: { width: number; height: number } | null;
}

function BackgroundCard({ camera, background, isChosen, size }: CardProps): JSX.Element {
  const { id, time } = background;
  const [picture, setPicture] = useState<{ width: number; height: number } | null>(null);
  const download = async (): Promise<void> => {
    try {
      saveFile(`${id}.npy`, new Blob([await readBackground(camera, id)]));
    } catch (error) {
      showToast({ tone: 'bad', text: messageOf(error) });
    }
  };
  const fits =
    size === null || picture === null || (picture.width === size.width && picture.height === size.height);
  return (
    <figure class={`tile ${isChosen ? 'chosen' : ''}`} data-testid={`background-${id}`}>
      <img
        src={pictureAddress(id)}
        alt={`Background ${id}`}
        loading="lazy"
        onLoad={(event) =>
          setPicture({ width: event.currentTarget.naturalWidth, height: event.currentTarget.naturalHeight })
        }
      />
      <figcaption>
        <Link to={pathTo('backgrounds', camera, id)}>
          <code>{id}</code>
        </Link>
        <p class="muted">
          {formatTime(time)}, {time === null ? '' : `${formatDuration(now.value - time)} ago`}
        </p>
        <p>
          <span data-testid="background-size">
            {picture === null ? MISSING : `${picture.width} × ${picture.height}`}
          </span>{' '}
          {!fits && (
            <span class="tone-bad">
              <Icon name="alarm" /> does not fit the camera
            </span>
          )}
        </p>
      </figcaption>
      <div class="row">
        <Button icon="download" onClick={() => void download()} testId="background-npy">
          NPY
        </Button>
        <a class="button" href={pictureAddress(id)} download={`${id}.png`}>
          PNG
        </a>
      </div>
    </figure>
  );
}
