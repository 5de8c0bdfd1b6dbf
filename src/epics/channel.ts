/**
 * One process variable: found, connected and, whenever its server goes away, found and connected again, with its
 * monitors. Requests have time-outs; monitors simply pause while the server is away.
 */
import { CamServerError } from '../common/errors.js';
import type { Circuit, CircuitListener } from './circuit.js';
import { type RequestOptions, withDeadline } from './deadline.js';
import { Command, type Message } from './message.js';
import { type Connected, MonitorMask, Monitors } from './monitors.js';
import { PendingRequests } from './requests.js';
import type { ServerAddress } from './settings.js';
import {
  type CaValue,
  DBR_TIME,
  decodeReading,
  encodeReading,
  NATIVE_TYPES,
  type NativeType,
  type Reading,
} from './values.js';

/** What a channel needs from its context. */
export interface ChannelEnvironment {
  startSearch(id: number, name: string, delay: number, onFound: (server: ServerAddress) => void): void;
  stopSearch(id: number): void;
  circuit(server: ServerAddress): Circuit;
  nextId(): number;
  /** Called once when the channel is closed. */
  forget(id: number): void;
}

export interface GetOptions extends RequestOptions {
  /** `string`: as text, as the server formats it. Default: the native type. */
  readonly as?: 'native' | 'string';
  /** Number of elements; default all. */
  readonly count?: number;
}

interface Waiter {
  resolve(): void;
  reject(error: Error): void;
}

export class Channel implements CircuitListener {
  private circuit: Circuit | null = null;
  private connected: Connected | null = null;
  private isClosed = false;
  /** Connections in a row that ended before the channel was created. */
  private failures = 0;
  private readonly requests: PendingRequests;
  private readonly monitors: Monitors;
  private readonly waiters = new Set<Waiter>();
  private readonly connectionListeners = new Set<(isConnected: boolean) => void>();

  constructor(
    readonly name: string,
    private readonly id: number,
    private readonly environment: ChannelEnvironment,
  ) {
    this.requests = new PendingRequests(name);
    this.monitors = new Monitors(name);
    this.search();
  }

  get isConnected(): boolean {
    return this.connected !== null;
  }

  /** Native type and element count on the server; null while not connected. */
  get info(): { readonly type: NativeType; readonly count: number } | null {
    return this.connected;
  }

  /** Calls `listener` whenever the channel gets connected or loses its server. */
  onConnection(listener: (isConnected: boolean) => void): void {
    this.connectionListeners.add(listener);
  }

  /** @throws CamServerError `Could not connect to: <name>` */
  async connect(options: RequestOptions = {}): Promise<void> {
    if (this.isClosed) throw this.closedError();
    if (this.connected !== null) return;
    const waiter: Waiter = { resolve: () => {}, reject: () => {} };
    const waiting = new Promise<void>((resolve, reject) => Object.assign(waiter, { resolve, reject }));
    this.waiters.add(waiter);
    await withDeadline(waiting, options, `Could not connect to: ${this.name}`).finally(() =>
      this.waiters.delete(waiter),
    );
  }

  /**
   * Reads the value once, with alarm and time (texts asked for with `as: 'string'` have them too).
   * @throws CamServerError when the channel is not connected in time, does not answer, or refuses
   */
  async get(options: GetOptions = {}): Promise<Reading> {
    await this.connect(options);
    const { type, count } = this.connected as Connected;
    const code = DBR_TIME + NATIVE_TYPES.indexOf(options.as === 'string' ? 'STRING' : type);
    const dataCount = Math.min(options.count ?? count, count);
    const reply = await this.request(Command.readNotify, code, dataCount, undefined, options);
    return decodeReading(reply.dataType, reply.dataCount, reply.payload);
  }

  /**
   * Writes a value and waits until the server has processed it.
   * @param value converted to the native type of the channel by the caller, or texts
   */
  async put(value: CaValue, options: RequestOptions = {}): Promise<void> {
    await this.connect(options);
    const { type } = this.connected as Connected;
    const code = NATIVE_TYPES.indexOf(Array.isArray(value) ? 'STRING' : type);
    const count = Array.isArray(value) ? value.length : value.data.length;
    await this.request(Command.writeNotify, code, count, encodeReading(code, value), options);
  }

  /**
   * Reports the present value and every change, with alarm and time, over all reconnections, until the returned function
   * is called. All elements that the server sends are delivered, also when their number varies.
   */
  monitor(
    onReading: (reading: Reading) => void,
    onError: (error: Error) => void,
    mask: number = MonitorMask.value | MonitorMask.alarm,
  ): () => void {
    const id = this.environment.nextId();
    this.monitors.add(id, { onReading, onError, mask }, this.connected);
    return () => this.monitors.remove(id, this.connected);
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.environment.stopSearch(this.id);
    if (this.connected !== null) {
      const { circuit, serverId } = this.connected;
      circuit.send({ command: Command.clearChannel, parameter1: serverId, parameter2: this.id });
    }
    const circuit = this.circuit;
    this.circuit = null;
    this.connected = null;
    circuit?.removeListener(this);
    this.requests.failAll(this.closedError());
    for (const waiter of this.waiters) waiter.reject(this.closedError());
    this.waiters.clear();
    this.monitors.clear();
    this.environment.forget(this.id);
  }

  onMessage(message: Message): void {
    switch (message.command) {
      case Command.createChannel:
        if (message.parameter1 === this.id) this.becomeConnected(message);
        break;
      case Command.createChannelFailed:
      case Command.serverDisconnect:
        if (message.parameter1 === this.id)
          this.loseServer(`the server does not serve ${this.name} any more`);
        break;
      case Command.readNotify:
      case Command.writeNotify:
        this.requests.complete(message);
        break;
      case Command.eventAdd:
        this.monitors.deliver(message);
        break;
      default:
    }
  }

  onClosed(reason: string): void {
    this.circuit = null;
    this.loseServer(reason);
  }

  private search(): void {
    // a server that answers searches but refuses connections must not be asked in a tight loop
    const delay = this.failures === 0 ? 0 : Math.min(5000, 100 * 2 ** this.failures);
    this.environment.startSearch(this.id, this.name, delay, (server) => this.join(server));
  }

  private join(server: ServerAddress): void {
    const circuit = this.environment.circuit(server);
    this.circuit = circuit;
    circuit.addListener(this);
    circuit.send({
      command: Command.createChannel,
      parameter1: this.id,
      parameter2: 13,
      payload: Buffer.from(`${this.name}\0`, 'latin1'),
    });
  }

  private becomeConnected(message: Message): void {
    const type = NATIVE_TYPES[message.dataType];
    if (this.circuit === null || type === undefined) return;
    this.failures = 0;
    this.connected = {
      circuit: this.circuit,
      serverId: message.parameter2,
      type,
      count: message.dataCount,
    };
    this.monitors.subscribeAll(this.connected);
    for (const waiter of this.waiters) waiter.resolve();
    this.waiters.clear();
    for (const listener of this.connectionListeners) listener(true);
  }

  private loseServer(reason: string): void {
    const wasConnected = this.connected !== null;
    this.connected = null;
    this.circuit?.removeListener(this);
    this.circuit = null;
    this.requests.failAll(
      new CamServerError('CHANNEL_DISCONNECTED', `Channel ${this.name} disconnected: ${reason}`),
    );
    if (wasConnected) for (const listener of this.connectionListeners) listener(false);
    if (this.isClosed) return;
    this.failures += wasConnected ? 0 : 1;
    this.search();
  }

  private request(
    command: number,
    dataType: number,
    dataCount: number,
    payload: Buffer | undefined,
    options: RequestOptions,
  ): Promise<Message> {
    const { circuit, serverId } = this.connected as Connected;
    const id = this.environment.nextId();
    const reply = this.requests.reply(id);
    circuit.send({ command, dataType, dataCount, parameter1: serverId, parameter2: id, payload });
    return withDeadline(reply, options, `Channel ${this.name} does not answer`).finally(() =>
      this.requests.forget(id),
    );
  }

  private closedError(): CamServerError {
    return new CamServerError('CHANNEL_CLOSED', `Channel ${this.name} is closed`);
  }
}
