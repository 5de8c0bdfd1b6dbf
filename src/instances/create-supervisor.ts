import type { Logging } from '../common/logging.js';
import { Supervisor } from './supervisor.js';
import type { SupervisorOptions } from './supervisor-options.js';

/** A supervisor that logs where its server logs. */
export function createSupervisor(
  logging: Logging,
  options: Omit<SupervisorOptions, 'log' | 'onInstanceLog' | 'debug'>,
): Supervisor {
  const supervisor = new Supervisor({
    ...options,
    log: logging.logger('cam_server.instances'),
    onInstanceLog: (suffix, record) => logging.showInstanceRecord(suffix, record),
    debug: logging.level === 'DEBUG',
  });
  logging.onLevel((level) => supervisor.setDebug(level === 'DEBUG'));
  return supervisor;
}
