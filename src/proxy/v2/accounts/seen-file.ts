/** Keeps who was seen last across restarts, in `<state>/seen.json`; written at most once a minute. */
import { readFile } from 'node:fs/promises';
import { errorText } from '../../../common/errors.js';
import type { LastSeen, Seen } from '../../../http/index.js';
import { isMissing, writeFileDurably } from '../../../storage/index.js';

const INTERVAL = 60_000;

/** @returns ends it, and writes once more */
export async function keepSeen(
  path: string,
  seen: LastSeen,
  warn: (text: string) => void,
): Promise<() => Promise<void>> {
  let written = '';
  try {
    written = await readFile(path, 'utf8');
    for (const entry of JSON.parse(written) as unknown[]) if (isSeen(entry)) seen.note(entry);
  } catch (error) {
    if (!isMissing(error)) warn(`Who was here last is not known: '${path}': ${errorText(error)}`);
  }
  const save = async (): Promise<void> => {
    const text = JSON.stringify(seen.all());
    if (text === written || text === '[]') return;
    try {
      await writeFileDurably(path, text, 0o600);
      written = text;
    } catch (error) {
      warn(`Who was here last was not kept: ${errorText(error)}`);
    }
  };
  const timer = setInterval(() => void save(), INTERVAL);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await save();
  };
}

function isSeen(value: unknown): value is Seen {
  const entry = value as Partial<Seen> | null;
  return (
    typeof entry?.kind === 'string' &&
    typeof entry.name === 'string' &&
    typeof entry.role === 'string' &&
    typeof entry.address === 'string' &&
    typeof entry.time === 'number' &&
    Number.isFinite(entry.time)
  );
}
