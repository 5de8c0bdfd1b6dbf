/** Background images of cameras. */

import { backgroundTime } from '../core/background-time.js';
import type { Cluster } from '../core/plant.js';
import { numberOf, recordsOf, textOf } from '../core/values.js';
import { call, callBlob, callJson } from './api.js';
import { readTask, type Task } from './tasks.js';

export interface Background {
  readonly id: string;
  readonly time: number | null;
}

const CLUSTER: Cluster = 'pipelines';
const path = (camera: string): string => `/api/v2/backgrounds/${encodeURIComponent(camera)}`;

/** Newest first. */
export async function listBackgrounds(camera: string, signal: AbortSignal): Promise<Background[]> {
  const answer = await callJson(CLUSTER, path(camera), { signal });
  return recordsOf(answer.backgrounds)
    .map((record) => ({ id: textOf(record.id) ?? '', time: backgroundTime(textOf(record.time) ?? '') }))
    .reverse();
}

export async function listCameras(signal: AbortSignal): Promise<string[]> {
  const answer = await callJson('pipelines', '/api/v2/configs/cameras', { signal });
  return recordsOf(answer.configs)
    .map((record) => textOf(record.name) ?? '')
    .sort((a, b) => a.localeCompare(b, 'en'));
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
