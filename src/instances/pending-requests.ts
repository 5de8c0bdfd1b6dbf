import { CamServerError } from '../common/errors.js';
import { type JsonObject, parseJson } from '../common/json.js';

/** What a program answered. */
export interface RequestAnswer {
  readonly result: JsonObject;
  /** Bytes that came with it, null for none. */
  readonly data: Uint8Array | null;
}

interface PendingRequest {
  readonly name: string;
  readonly resolve: (answer: RequestAnswer) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** More requests than this at a time mean that the program does not answer. */
const MAXIMUM_PENDING = 100;

/** The questions that a program has not answered yet. */
export class PendingRequests {
  private readonly pending = new Map<number, PendingRequest>();
  private lastId = 0;

  constructor(private readonly instance: string) {}

  /** @param timeout milliseconds */
  open(name: string, timeout: number): { id: number; answer: Promise<RequestAnswer> } {
    if (this.pending.size >= MAXIMUM_PENDING) {
      throw new CamServerError(
        'TOO_MANY_REQUESTS',
        `Instance '${this.instance}' has ${MAXIMUM_PENDING} unanswered requests.`,
      );
    }
    this.lastId += 1;
    const id = this.lastId;
    const answer = new Promise<RequestAnswer>((resolve, reject) => {
      const text = `Instance '${this.instance}' did not answer the request '${name}' within ${timeout / 1000} s.`;
      const timer = setTimeout(() => this.fail(id, 'REQUEST_TIMEOUT', text), timeout);
      this.pending.set(id, { name, resolve, reject, timer });
    });
    return { id, answer };
  }

  /** @param result JSON text */
  resolve(id: number, result: string, data: Uint8Array | null): void {
    this.take(id)?.resolve({ result: parseJson(result) as JsonObject, data });
  }

  /** An answer that comes too late finds no question and is ignored. */
  fail(id: number, code: string, message: string): void {
    this.take(id)?.reject(new CamServerError(code, message));
  }

  /** The process has ended. */
  failAll(): void {
    for (const [id, { name }] of this.pending) {
      const text = `Instance '${this.instance}' ended before it answered the request '${name}'.`;
      this.fail(id, 'INSTANCE_NOT_RUNNING', text);
    }
  }

  private take(id: number): PendingRequest | undefined {
    const request = this.pending.get(id);
    this.pending.delete(id);
    clearTimeout(request?.timer);
    return request;
  }
}
