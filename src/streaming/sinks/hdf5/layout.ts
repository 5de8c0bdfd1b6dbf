/**
 * Where things are in a file, see `docs/pipelines.md`.
 */

import { CamServerError } from '../../../common/errors.js';
import { formatJson, type JsonValue } from '../../../common/json.js';
import { isTruthy } from '../../../common/leniency.js';

const LAYOUTS = ['DEFAULT', 'FLAT', 'BSH5'] as const;

export type LayoutName = (typeof LAYOUTS)[number];

/** Paths of the datasets of one generation. */
export interface GenerationPaths {
  readonly pulseId: string;
  readonly globalTimestamp: string;
  value(channel: string): string;
  timestamp(channel: string): string;
}

/** Upper or lower case; nothing means DEFAULT. @throws CamServerError for a layout that does not exist */
export function readLayout(value: JsonValue | undefined): LayoutName {
  const name = isTruthy(value) ? String(value).toUpperCase() : 'DEFAULT';
  if (LAYOUTS.includes(name as LayoutName)) return name as LayoutName;
  throw new CamServerError(
    'INVALID_CONFIGURATION',
    `Invalid value of 'layout': ${formatJson(value as JsonValue)}. It must be one of ${LAYOUTS.join(', ')}.`,
  );
}

/** @param generation from 1; each change of the format begins the next */
export function pathsOf(layout: LayoutName, generation: number): GenerationPaths {
  if (layout === 'BSH5') {
    const number = generation === 1 ? '' : String(generation);
    return {
      pulseId: `/pulse_id${number}`,
      globalTimestamp: `/global_timestamp${number}`,
      value: (channel) => `/${channel}${number}/data`,
      timestamp: (channel) => `/${channel}${number}/timestamp`,
    };
  }
  const data = `/data${generation}`;
  const isFlat = layout === 'FLAT';
  return {
    pulseId: `/header${generation}/pulse_id`,
    globalTimestamp: `/header${generation}/global_timestamp`,
    value: (channel) => (isFlat ? `${data}/${channel}` : `${data}/${channel}/value`),
    timestamp: (channel) => (isFlat ? `${data}/${channel}_timestamp` : `${data}/${channel}/timestamp`),
  };
}
