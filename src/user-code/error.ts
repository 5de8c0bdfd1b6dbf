import { CamServerError } from '../common/errors.js';

/**
 * What a user's code did wrong. The message says where (`beam.py line 12: ...`), `trace` has the whole stack of the user's
 * side for the log of the instance.
 */
export class UserCodeError extends CamServerError {
  override name = 'UserCodeError';

  constructor(
    /** `load`: it cannot be imported. `call`: it threw. `limit`: time or memory. `crash`: its process ended. */
    readonly reason: 'load' | 'call' | 'limit' | 'crash',
    message: string,
    readonly trace: string | null = null,
  ) {
    super('USER_CODE', message);
  }
}
