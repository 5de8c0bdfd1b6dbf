import { errorText } from '../common/errors.js';
import type { Logger } from '../common/logging.js';
import type { ClusterEvent } from './cluster-view.js';

/** Hands the events of a cluster to whoever listens; a listener that fails harms nobody else. */
export class ClusterEvents {
  private readonly listeners = new Set<(event: ClusterEvent) => void>();

  constructor(private readonly log: Logger) {}

  readonly emit = (event: ClusterEvent): void => {
    for (const listener of this.listeners) {
      try {
        listener(event);
      } catch (error) {
        this.log.error(`A listener failed at '${event.type}': ${errorText(error)}`, error);
      }
    }
  };

  listen(listener: (event: ClusterEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
