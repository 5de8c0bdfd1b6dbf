/** Supervisors and specifications for the tests of this folder. */
import {
  CAMERA_MODES,
  PIPELINE_POLICY,
  Supervisor,
  type SupervisorOptions,
} from '../../src/instances/index.js';
import type { InstanceLog, InstanceSpecification } from '../../src/instances/types.js';
import { freePortRange } from '../support/ports.js';

export { CAMERA_MODES };

export const silentLog: InstanceLog = { debug() {}, info() {}, warning() {}, error() {} };

/** A supervisor without spares. */
export async function createSupervisor(options: Partial<SupervisorOptions> = {}): Promise<Supervisor> {
  return new Supervisor({
    portRange: await freePortRange(20),
    portPolicy: PIPELINE_POLICY,
    address: '127.0.0.1',
    log: silentLog,
    spares: 0,
    timeouts: { kill: 300 },
    ...options,
  });
}

/** @param program name of a file in `programs` */
export function specification(
  name: string,
  program: string,
  changes: Partial<InstanceSpecification> = {},
): InstanceSpecification {
  return {
    name,
    program: new URL(`./programs/${program}.js`, import.meta.url).href,
    logSuffix: `name:${name}`,
    config: {},
    options: {},
    port: 'allocate',
    kind: 'test',
    ...changes,
  };
}

/** What a promise was rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('The promise was fulfilled');
}
