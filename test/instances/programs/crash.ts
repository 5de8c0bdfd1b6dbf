import type { InstanceContext } from '../../../src/instances/types.js';

/**
 * Ends as `config.how` says: `throw`, `uncaught`, `rejection`, `return` (with `config.code`) or `abort` (by a signal),
 * before or after it was ready (`config.ready`).
 */
export async function run(context: InstanceContext): Promise<number> {
  const { how, ready, code } = context.config;
  context.log.info('about to end');
  if (ready === true) context.ready();
  if (how === 'throw') throw new Error('thrown by the program');
  if (how === 'uncaught') {
    setImmediate(() => {
      throw new Error('thrown in a callback');
    });
  } else if (how === 'rejection') {
    void Promise.reject(new Error('rejected by nobody'));
  } else if (how === 'print') {
    console.log('printed on stdout');
    console.error('printed on stderr');
    return 1;
  } else if (how === 'kill') {
    process.kill(process.pid, 'SIGKILL');
  } else {
    return code as number;
  }
  return new Promise(() => {});
}
