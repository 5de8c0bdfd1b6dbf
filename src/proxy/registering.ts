/** A worker's side of registration: it adds itself to the pool of a manager, and again when the manager has forgotten it. */
import { Connection } from '../client/index.js';
import { errorText } from '../common/errors.js';
import { REGISTRATION_PATH } from './registration.js';

export interface RegisteringOptions {
  /** Address of the manager. */
  readonly manager: string;
  /** Where the manager and clients reach this worker. */
  readonly address: string;
  readonly secret: string;
  readonly warn: (text: string) => void;
}

/** Milliseconds between two tries, and between two reminders. */
const RETRY = 2000;
const REMINDER = 10_000;

/** Registers until it is stopped. @returns stops it */
export function keepRegistered({ manager, address, secret, warn }: RegisteringOptions): () => void {
  const connection = new Connection(manager);
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let isRegistered = false;
  let lastFault = '';
  const register = async (): Promise<void> => {
    let delay = REMINDER;
    try {
      // a reminder does not undo what operators did meanwhile
      const json = { address, secret, reminder: isRegistered };
      await connection.envelope(REGISTRATION_PATH, { method: 'POST', json, signal: stop.signal });
      isRegistered = true;
      lastFault = '';
    } catch (error) {
      const fault = errorText(error);
      if (fault !== lastFault && !stop.signal.aborted) warn(`Not registered with ${manager}: ${fault}`);
      lastFault = fault;
      delay = RETRY;
    }
    if (stop.signal.aborted) return;
    timer = setTimeout(() => void register(), delay);
  };
  void register();
  return () => {
    stop.abort(new Error('The worker ends.'));
    clearTimeout(timer);
  };
}
