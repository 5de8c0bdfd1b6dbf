import { CamServerError } from '../common/errors.js';
import { ECA_NORMAL, type Message } from './message.js';

interface PendingRequest {
  resolve(message: Message): void;
  reject(error: Error): void;
}

/** The requests of one channel that wait for their replies. */
export class PendingRequests {
  private readonly pending = new Map<number, PendingRequest>();

  constructor(private readonly channel: string) {}

  /** The reply to request `id`. @throws CamServerError when the server refuses, or the connection ends */
  reply(id: number): Promise<Message> {
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
    });
  }

  complete(message: Message): void {
    const request = this.pending.get(message.parameter2);
    if (request === undefined) return;
    if (message.parameter1 === ECA_NORMAL) request.resolve(message);
    else {
      const text = `Channel ${this.channel} refused the request: Channel Access status ${message.parameter1}`;
      request.reject(new CamServerError('CHANNEL_REFUSED', text));
    }
  }

  /** The reply is not wanted any more. */
  forget(id: number): void {
    this.pending.delete(id);
  }

  failAll(error: Error): void {
    for (const request of this.pending.values()) request.reject(error);
    this.pending.clear();
  }
}
