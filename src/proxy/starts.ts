/** One start per name at a time, however many ask for it. */
import { CamServerError } from '../common/errors.js';

export class Starts<T> {
  private readonly pending = new Map<string, Promise<T>>();

  /** Joins a start of that name, or begins one. */
  shared(name: string, begin: () => Promise<T>): Promise<T> {
    return this.pending.get(name) ?? this.run(name, begin);
  }

  /** @throws CamServerError INSTANCE_EXISTS with the text that clients know, when one is under way */
  exclusive(name: string, begin: () => Promise<T>): Promise<T> {
    return this.pending.has(name) ? Promise.reject(alreadyRunning(name)) : this.run(name, begin);
  }

  private run(name: string, begin: () => Promise<T>): Promise<T> {
    const result = begin();
    this.pending.set(name, result);
    const done = (): boolean => this.pending.delete(name);
    result.then(done, done);
    return result;
  }
}

export function alreadyRunning(id: string): CamServerError {
  return new CamServerError(
    'INSTANCE_EXISTS',
    `Instance with id '${id}' is already present and running. Use another instance_id or stop the current instance if you want to reuse the same instance_id.`,
  );
}
