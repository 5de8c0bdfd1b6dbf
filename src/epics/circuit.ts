/**
 * One TCP connection to one server, shared by all channels there. It keeps itself alive with echoes and tells its
 * channels when it is gone; who reconnects is not its business.
 */
import { connect, type Socket } from 'node:net';
import { hostname, userInfo } from 'node:os';
import {
  Command,
  encodeMessage,
  type Message,
  MessageAssembler,
  type MessageFields,
  PROTOCOL_MINOR_VERSION,
  textPayload,
} from './message.js';
import type { ServerAddress } from './settings.js';

/** What a channel hears from its circuit. */
export interface CircuitListener {
  onMessage(message: Message): void;
  onClosed(reason: string): void;
}

export class Circuit {
  private readonly socket: Socket;
  private readonly listeners = new Set<CircuitListener>();
  private readonly assembler: MessageAssembler;
  private lastHeard = performance.now();
  private isEchoSent = false;
  private isClosed = false;
  private readonly watchdog: NodeJS.Timeout;

  /**
   * @param connectionTimeout seconds of silence before an echo is sent, and again before the circuit is given up
   * @param onClosed called once, before the listeners hear of it
   */
  constructor(
    readonly server: ServerAddress,
    maximumPayload: number,
    private readonly connectionTimeout: number,
    private readonly onClosed: () => void,
  ) {
    this.assembler = new MessageAssembler(maximumPayload, (message) => this.dispatch(message));
    this.socket = connect({ host: server.host, port: server.port, noDelay: true, keepAlive: true });
    this.socket.on('data', (chunk) => this.receive(chunk));
    this.socket.on('error', (error) => this.close(error.message));
    this.socket.on('close', () => this.close('the server closed the connection'));
    const period = Math.min(1000, (connectionTimeout * 1000) / 4);
    this.watchdog = setInterval(() => this.watch(), period);
    this.watchdog.unref();
    this.greet();
  }

  addListener(listener: CircuitListener): void {
    this.listeners.add(listener);
  }

  /** The last channel that leaves closes the circuit. */
  removeListener(listener: CircuitListener): void {
    this.listeners.delete(listener);
    if (this.listeners.size === 0) this.close('no channel is left');
  }

  send(fields: MessageFields): void {
    if (!this.isClosed) this.socket.write(encodeMessage(fields));
  }

  close(reason: string): void {
    if (this.isClosed) return;
    this.isClosed = true;
    clearInterval(this.watchdog);
    this.socket.destroy();
    this.onClosed();
    for (const listener of [...this.listeners]) listener.onClosed(reason);
    this.listeners.clear();
  }

  private greet(): void {
    this.send({ command: Command.version, dataCount: PROTOCOL_MINOR_VERSION });
    this.send({ command: Command.hostName, payload: textPayload(hostname()) });
    this.send({ command: Command.clientName, payload: textPayload(userInfo().username) });
  }

  private receive(chunk: Buffer): void {
    this.lastHeard = performance.now();
    this.isEchoSent = false;
    try {
      this.assembler.feed(chunk);
    } catch (error) {
      this.close((error as Error).message);
    }
  }

  private dispatch(message: Message): void {
    if (message.command === Command.echo || message.command === Command.version) return;
    for (const listener of [...this.listeners]) listener.onMessage(message);
  }

  private watch(): void {
    const silence = (performance.now() - this.lastHeard) / 1000;
    if (silence > 2 * this.connectionTimeout) this.close('the server does not answer any more');
    else if (silence > this.connectionTimeout && !this.isEchoSent) {
      this.isEchoSent = true;
      this.send({ command: Command.echo });
    }
  }
}
