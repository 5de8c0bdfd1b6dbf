/** Background images of cameras. */

import { viewPath } from '../../live-protocol.js';
import { backgroundTime } from '../core/background-time.js';
import type { Cluster, JsonRecord } from '../core/plant.js';
import { numberOf, recordOf, recordsOf, textOf, textsOf } from '../core/values.js';
import { call, callBlob, callJson } from './api.js';
import { readConfiguration, saveConfiguration, updateInstance } from './configurations.js';
import { readTask, type Task } from './tasks.js';

export interface Background {
  readonly id: string;
  readonly time: number | null;
  /** Null: not known. */
  readonly author: string | null;
  readonly usedBy: {
    readonly configurations: readonly string[];
    readonly instances: readonly string[];
    /** The camera itself subtracts it. */
    readonly camera: boolean;
  };
}

export interface BackgroundFigures {
  readonly width: number | null;
  readonly height: number | null;
  readonly type: string | null;
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly mean: number | null;
  readonly deviation: number | null;
}

export interface CameraEntry {
  readonly name: string;
  readonly count: number;
  /** When its newest background was taken. */
  readonly newestAt: number | null;
}

const CLUSTER: Cluster = 'pipelines';
const path = (camera: string): string => `/api/v2/backgrounds/${encodeURIComponent(camera)}`;

/** Newest first. */
export async function listBackgrounds(camera: string, signal: AbortSignal): Promise<Background[]> {
  const answer = await callJson(CLUSTER, path(camera), { signal });
  return recordsOf(answer.backgrounds)
    .map((record) => {
      const users = recordOf(record.used_by);
      return {
        id: textOf(record.id) ?? '',
        time: backgroundTime(textOf(record.time) ?? ''),
        author: textOf(record.author),
        usedBy: {
          configurations: textsOf(users.configurations),
          instances: textsOf(users.instances),
          camera: users.camera === true,
        },
      };
    })
    .reverse();
}

/** All cameras, with what is known of their backgrounds. */
export async function listCameras(signal: AbortSignal): Promise<CameraEntry[]> {
  const [stored, known] = await Promise.all([
    callJson('cameras', '/api/v2/configs/cameras', { signal }),
    callJson(CLUSTER, '/api/v2/backgrounds', { signal }),
  ]);
  const backgrounds = new Map(recordsOf(known.cameras).map((record) => [textOf(record.camera), record]));
  return recordsOf(stored.configs)
    .map((record) => {
      const name = textOf(record.name) ?? '';
      const { count, newest } = backgrounds.get(name) ?? {};
      const time = (textOf(newest) ?? '').slice(name.length + 1);
      return { name, count: numberOf(count) ?? 0, newestAt: backgroundTime(time) };
    })
    .sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

export async function readFigures(
  camera: string,
  id: string,
  signal: AbortSignal,
): Promise<BackgroundFigures> {
  const answer = await callJson(CLUSTER, `${path(camera)}/${encodeURIComponent(id)}/figures`, { signal });
  const [height, width] = Array.isArray(answer.shape) ? answer.shape.map(numberOf) : [];
  return {
    width: width ?? null,
    height: height ?? null,
    type: textOf(answer.type),
    minimum: numberOf(answer.minimum),
    maximum: numberOf(answer.maximum),
    mean: numberOf(answer.mean),
    deviation: numberOf(answer.standard_deviation),
  };
}

export async function readBackground(camera: string, id: string, signal?: AbortSignal): Promise<ArrayBuffer> {
  const blob = await callBlob(
    CLUSTER,
    `${path(camera)}/${encodeURIComponent(id)}`,
    signal === undefined ? {} : { signal },
  );
  return blob.arrayBuffer();
}

/** The picture that the first version of the interface draws. */
export function pictureAddress(id: string): string {
  return `/api/v1/pipeline/background/${encodeURIComponent(id)}/image?colormap=viridis`;
}

/** Width and height of the published image; null when the camera does not tell. */
export async function cameraSize(
  camera: string,
  signal: AbortSignal,
): Promise<{ width: number; height: number } | null> {
  const answer = await callJson('cameras', `/api/v1/cam/${encodeURIComponent(camera)}/geometry`, { signal });
  const [width, height] = Array.isArray(answer.geometry) ? answer.geometry.map(numberOf) : [];
  return width == null || height == null ? null : { width, height };
}

export async function cameraOnline(
  camera: string,
  signal: AbortSignal,
): Promise<{ online: boolean; text: string }> {
  const answer = await callJson('cameras', `/api/v1/cam/${encodeURIComponent(camera)}/is_online`, { signal });
  return { online: answer.online === true, text: textOf(answer.status) ?? '' };
}

export async function captureBackground(camera: string, images: number): Promise<Task> {
  return readTask(
    await callJson(CLUSTER, `${path(camera)}/capture`, {
      method: 'POST',
      json: { images },
      deadline: 60_000,
    }),
  );
}

/** The newest picture of a running camera, as it is. */
export async function readCameraImage(camera: string, signal?: AbortSignal): Promise<ArrayBuffer> {
  const options = { deadline: 30_000, ...(signal === undefined ? {} : { signal }) };
  const blob = await callBlob('cameras', `${viewPath('cameras', camera)}/frame?format=npy`, options);
  return blob.arrayBuffer();
}

/** Where a background can be used. */
export interface UseTarget {
  readonly kind: 'instance' | 'configuration' | 'camera';
  readonly name: string;
}

/** Running pipelines take it over at once, configurations at their next start. A camera subtracts it for all of its clients. */
export async function applyBackground(id: string, { kind, name }: UseTarget): Promise<void> {
  const comment = `background ${id}`;
  const changes: JsonRecord =
    kind === 'camera' ? { image_background: id } : { image_background: id, image_background_enable: true };
  if (kind === 'instance') {
    await updateInstance(CLUSTER, name, changes, [], { save: false, comment });
    return;
  }
  const cluster = kind === 'camera' ? 'cameras' : CLUSTER;
  const { config, etag } = await readConfiguration(cluster, name);
  await saveConfiguration(cluster, name, JSON.stringify({ ...config, ...changes }, null, 1), comment, etag);
}

export async function uploadBackground(
  camera: string,
  id: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const response = await call(CLUSTER, `${path(camera)}/${encodeURIComponent(id)}`, {
    method: 'PUT',
    body: bytes,
    contentType: 'application/octet-stream',
    headers: { 'If-None-Match': '*' },
    deadline: 60_000,
  });
  if (response.ok) return;
  const problem = (await response.json().catch(() => ({}))) as { detail?: string; status?: string };
  throw new Error(problem.detail ?? problem.status ?? `The server answered ${response.status}.`);
}

/** `CAMERA_20261125_140211_000000`: the form that the servers give. */
export function newBackgroundId(camera: string, at: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`;
  return `${camera}_${day}_${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}_${String(at.getMilliseconds()).padStart(3, '0')}000`;
}
