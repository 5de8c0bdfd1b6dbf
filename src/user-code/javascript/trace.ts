/** Where in a user's script an error comes from. */
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorText } from '../../common/errors.js';
import { UserCodeError } from '../error.js';
import type { ScriptModule } from './build.js';

const POSITION = /\(?((?:file:\/\/)?\/[^()]*):(\d+):\d+\)?$/;

/** The error with the user's line in front of its text, and the part of the stack that is the user's. */
export function userError(error: unknown, script: ScriptModule, reason: 'load' | 'call'): UserCodeError {
  if (error instanceof UserCodeError) return error;
  const text = errorText(error);
  const stack = error instanceof Error ? (error.stack ?? '').split('\n') : [];
  const lines = stack.filter((line) => /^\s+at /.test(line));
  const users = lines.filter((line) => positionIn(script, line) !== null);
  const first = users.length === 0 ? null : positionIn(script, users[0]!);
  const message = first === null ? `${script.name}: ${text}` : `${first.file} line ${first.line}: ${text}`;
  const kind = error instanceof Error ? error.name : 'Error';
  return new UserCodeError(reason, message, [`${kind}: ${text}`, ...users].join('\n'));
}

function positionIn(script: ScriptModule, stackLine: string): { file: string; line: string } | null {
  const match = POSITION.exec(stackLine);
  if (match === null) return null;
  const path = match[1]!.startsWith('file:') ? fileURLToPath(match[1]!) : match[1]!;
  const file = relative(script.folder, path);
  return file.startsWith('..') ? null : { file, line: match[2]! };
}
