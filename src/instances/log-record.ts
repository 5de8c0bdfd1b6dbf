import { formatLogTime } from '../common/time.js';
import type { LogRecord } from './types.js';

/** A record with the present time. */
export function logRecord(logger: string, level: string, message: string): LogRecord {
  return [formatLogTime(new Date()), logger, level, message];
}
