/** A browser as far as the live view is concerned. */
import { expect } from 'chai';
import { WebSocket } from 'ws';
import type { FrameHeader, ServerMessage } from '../../../src/console/live-protocol.js';

export interface Frame {
  readonly header: FrameHeader;
  readonly data: Uint8Array;
}

export class Viewer {
  readonly socket: WebSocket;
  readonly #received: (Frame | ServerMessage)[] = [];
  #wake: () => void = () => {};

  constructor(url: string) {
    this.socket = new WebSocket(url.replace(/^http/, 'ws'));
    // a connection that is ended before it was made
    this.socket.on('error', () => {});
    this.socket.on('message', (data: Buffer, isBinary: boolean) => {
      this.#received.push(isBinary ? decode(data) : (JSON.parse(String(data)) as ServerMessage));
      this.#wake();
    });
  }

  send(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  /** The next message that fits; others are thrown away. */
  async next<T extends Frame | ServerMessage>(
    fits: (message: Frame | ServerMessage) => message is T,
  ): Promise<T> {
    for (;;) {
      const message = this.#received.shift();
      if (message === undefined) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      } else if (fits(message)) {
        return message;
      }
    }
  }

  async frame(): Promise<Frame> {
    const frame = await this.unacknowledged();
    this.send({ type: 'ack', frame: frame.header.frame });
    return frame;
  }

  unacknowledged(): Promise<Frame> {
    return this.next((message): message is Frame => 'header' in message);
  }

  text<K extends ServerMessage['type']>(type: K): Promise<Extract<ServerMessage, { type: K }>> {
    return this.next(
      (message): message is Extract<ServerMessage, { type: K }> => 'type' in message && message.type === type,
    );
  }

  get pending(): number {
    return this.#received.filter((message) => 'header' in message).length;
  }
}

function decode(message: Buffer): Frame {
  const length = message.readUInt32LE(0);
  const header = JSON.parse(message.toString('utf8', 4, 4 + length)) as FrameHeader;
  expect((4 + length) % 8).to.equal(0);
  return { header, data: new Uint8Array(message.subarray(4 + length)) };
}
