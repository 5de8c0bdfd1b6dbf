/** The small JSON files beside the configurations in which a cluster keeps its own settings. */
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CamServerError, errorText } from '../common/errors.js';
import { formatJson, type JsonObject, parseJson } from '../common/json.js';
import { isJsonObject } from '../common/leniency.js';
import { writeFileDurably } from '../storage/index.js';

/**
 * The object in a file, or null when there is no such file.
 * @throws CamServerError naming the file and what is wrong with it
 */
export async function readControlFile(path: string): Promise<JsonObject | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new CamServerError('CONTROL_FILE', `'${path}' cannot be read: ${errorText(error)}`);
  }
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    throw new CamServerError('CONTROL_FILE', `'${path}' is not valid JSON: ${errorText(error)}`);
  }
  if (!isJsonObject(value as JsonObject)) {
    throw new CamServerError('CONTROL_FILE', `'${path}' does not hold a JSON object.`);
  }
  return value as JsonObject;
}

/** Writes atomically, with sorted keys and four blanks per level, as sites have these files in version control. */
export async function writeControlFile(path: string, document: JsonObject): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFileDurably(path, `${formatJson(sortedByKey(document), 4)}\n`);
}

export function sortedByKey(document: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(document).sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0)),
  );
}
