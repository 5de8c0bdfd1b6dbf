/**
 * Names that come from outside (instances, configurations, scripts, libraries, backgrounds) become paths and map keys,
 * so they are checked once, here.
 */
import { CamServerError } from './errors.js';

/** Longer names would not fit into a file name together with an extension and a revision. */
export const maximumNameBytes = 200;

/**
 * Says what is wrong with a name, or returns null when it is good: one to 200 bytes of UTF-8 without `/`, `\` and control
 * characters, and neither `.` nor `..`.
 */
export function nameFault(name: string): string | null {
  if (name === '') return 'it is empty';
  if (name === '.' || name === '..') return 'it stands for a folder';
  if (/[/\\]/.test(name)) return 'it contains a slash or a backslash';
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(name)) return 'it contains a control character';
  if (/\p{Cs}/u.test(name)) return 'it is not valid Unicode';
  const bytes = Buffer.byteLength(name);
  if (bytes > maximumNameBytes) return `it is ${bytes} bytes long, at most ${maximumNameBytes} are allowed`;
  return null;
}

/**
 * Returns the name when it is good.
 * @param kind what is named, for the message: `camera`, `instance`, `script`
 * @throws CamServerError INVALID_NAME
 */
export function validName(kind: string, name: string): string {
  const fault = nameFault(name);
  if (fault === null) return name;
  const shown = name.length > 60 ? `${name.slice(0, 60)}…` : name;
  throw new CamServerError('INVALID_NAME', `Invalid ${kind} name ${JSON.stringify(shown)}: ${fault}.`);
}
