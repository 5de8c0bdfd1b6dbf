/** Taking a picture or its numbers away. */
import { viewPath } from '../../live-protocol.js';
import { callBlob, messageOf } from '../data/api.js';
import { saveFile } from '../ui/basics.jsx';
import type { MenuEntry } from '../ui/menu.jsx';
import { showToast } from '../ui/toasts.jsx';
import type { ViewerModel } from './viewer-model.js';

function fileName(model: ViewerModel, ending: string): string {
  const frame = model.shown.value;
  return `${model.options.instance}_${frame?.header.pulse_id ?? 'none'}.${ending}`;
}

function reported(work: Promise<void>): void {
  work.catch((error) => showToast({ tone: 'bad', text: `Not saved: ${messageOf(error)}` }));
}

/** The frame on the screen, in full and of its own type, from the server. */
async function download(model: ViewerModel, format: 'npy' | 'json' | 'png'): Promise<void> {
  const frame = model.shown.value;
  if (frame === null) throw new Error('there is no picture yet');
  const { cluster, instance } = model.options;
  const path = `${viewPath(cluster, instance)}/frame?format=${format}&pulse_id=${frame.header.pulse_id}`;
  saveFile(fileName(model, format), await callBlob(cluster, path, { deadline: 30_000 }));
}

/** What is seen: canvas and overlays. */
async function savePicture(model: ViewerModel): Promise<void> {
  const canvas = document.querySelector<HTMLCanvasElement>('[data-testid=viewer-canvas]');
  if (canvas === null) throw new Error('there is no picture yet');
  const copy = document.createElement('canvas');
  copy.width = canvas.width;
  copy.height = canvas.height;
  const context = copy.getContext('2d')!;
  context.drawImage(canvas, 0, 0);
  drawOverlay(context, copy.width / model.screen.value.width);
  const blob = await new Promise<Blob | null>((resolve) => copy.toBlob(resolve, 'image/png'));
  if (blob === null) throw new Error('the browser made no PNG of it');
  saveFile(fileName(model, 'png'), blob);
}

function drawOverlay(context: CanvasRenderingContext2D, scale: number): void {
  context.scale(scale, scale);
  // the first one is that of the picture; a second view has one of its own
  const overlay = document.querySelector('[data-testid=viewer-overlay]');
  for (const path of overlay?.querySelectorAll('path') ?? []) {
    const style = getComputedStyle(path);
    context.strokeStyle = style.stroke;
    context.lineWidth = Number.parseFloat(style.strokeWidth);
    context.globalAlpha = Number(style.strokeOpacity);
    context.setLineDash(
      style.strokeDasharray === 'none' ? [] : style.strokeDasharray.split(',').map(Number.parseFloat),
    );
    context.stroke(new Path2D(path.getAttribute('d') ?? ''));
  }
}

function saveScalars(model: ViewerModel): void {
  const frame = model.shown.value;
  if (frame === null) return;
  const { pulse_id, timestamp_exact, scalars } = frame.header;
  const content = { instance: model.options.instance, pulse_id, timestamp: timestamp_exact, scalars };
  saveFile(fileName(model, 'json'), JSON.stringify(content, null, 1), 'application/json');
}

const HDF5_MESSAGES = 5;
/** Messages that one file may have. */
export const MOST_SAVED = 1000;
/** Milliseconds that a file may take. */
const RECORDING_LIMIT = 290_000;

/** The next messages of the instance, with all their channels that a file can hold. @throws ApiError */
export async function saveMessages(model: ViewerModel, count: number, signal: AbortSignal): Promise<void> {
  const { cluster, instance } = model.options;
  const path = `${viewPath(cluster, instance)}/frame?format=h5&messages=${count}`;
  saveFile(`${instance}.h5`, await callBlob(cluster, path, { deadline: RECORDING_LIMIT, signal }));
}

async function copyPicture(): Promise<void> {
  const canvas = document.querySelector<HTMLCanvasElement>('[data-testid=viewer-canvas]');
  const blob = await new Promise<Blob | null>((resolve) => canvas?.toBlob(resolve, 'image/png'));
  if (blob === null) throw new Error('there is no picture yet');
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': blob })]);
  showToast({ tone: 'ok', text: 'Picture copied.' });
}

/** @param onMore asks how many messages are saved */
export function saveEntries(model: ViewerModel, onMore: () => void): MenuEntry[] {
  return [
    { label: 'PNG as seen', icon: 'camera', testId: 'save-png', run: () => reported(savePicture(model)) },
    {
      label: 'NPY of the image',
      icon: 'download',
      testId: 'save-npy',
      run: () => reported(download(model, 'npy')),
    },
    {
      label: `HDF5 of ${HDF5_MESSAGES} messages`,
      icon: 'download',
      testId: 'save-h5',
      run: () => reported(saveMessages(model, HDF5_MESSAGES, new AbortController().signal)),
    },
    { label: 'HDF5 of more messages…', icon: 'download', testId: 'save-h5-more', run: onMore },
    { label: 'JSON of the numbers', icon: 'download', testId: 'save-json', run: () => saveScalars(model) },
    { label: 'Copy the picture', icon: 'copy', run: () => reported(copyPicture()) },
  ];
}
