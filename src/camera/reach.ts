/**
 * Asking a camera something without running it, within a time that is always kept: a device that hangs must not hold up a server.
 */
import { CamServerError } from '../common/errors.js';
import type { ArrayValue } from '../common/values.js';
import type { Size } from './geometry.js';
import { sourceDefinition } from './sources/index.js';
import type { SourceRequest } from './sources/source.js';

/** A question takes up to so many values of Channel Access, one after the other, each with its own time-out. */
const VALUES = 3;

/** @throws CamServerError saying why the camera is not online */
export function checkOnline(request: SourceRequest): Promise<void> {
  return within(
    request,
    'did not answer',
    sourceDefinition(request.settings.sourceType).checkOnline(request),
  );
}

/** The raw size; null when it cannot be told. @throws CamServerError */
export function readSize(request: SourceRequest): Promise<Size | null> {
  return within(
    request,
    'did not tell its size',
    sourceDefinition(request.settings.sourceType).readSize(request),
  );
}

/** One raw image. @throws CamServerError */
export function readImage(request: SourceRequest): Promise<ArrayValue> {
  return within(
    request,
    'delivered no image',
    sourceDefinition(request.settings.sourceType).readImage(request),
  );
}

/** The image that the device holds, also while an instance takes its stream; null when it holds none. @throws CamServerError */
export async function readHeldImage(request: SourceRequest): Promise<ArrayValue | null> {
  const { readHeldImage: read } = sourceDefinition(request.settings.sourceType);
  return read === undefined ? null : within(request, 'delivered no image', read(request));
}

async function within<T>(
  { name, settings, timeout }: SourceRequest,
  what: string,
  work: Promise<T>,
): Promise<T> {
  const limit = timeout + VALUES * settings.channelAccessTimeout;
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new CamServerError('CAMERA_TIMEOUT', `Camera ${name} ${what} within ${limit / 1000} s`));
    }, limit);
  });
  work.catch(() => {});
  return Promise.race([work, tooLate]).finally(() => clearTimeout(timer));
}
