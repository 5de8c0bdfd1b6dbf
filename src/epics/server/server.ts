/**
 * A small Channel Access server: UDP search and TCP circuits; strings, numbers, enumerations, waveforms, monitors, put. It
 * serves simulated cameras and tests. EPICS base's own client library checks it in `test/epics`.
 */
import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { TypedArray } from '../../common/dtype.js';
import { timestampNow } from '../../common/values.js';
import {
  Command,
  ECA_NORMAL,
  encodeMessage,
  type Message,
  MessageAssembler,
  type MessageFields,
  PROTOCOL_MINOR_VERSION,
  parseDatagram,
  readText,
} from '../message.js';
import { type CaValue, decodeReading, NATIVE_TYPES, type NativeType } from '../values.js';
import { convertValue, lengthOf, readReply, toCaValue, type Variable } from './variable.js';

const ECA_NOWTACCESS = 376;
const MAXIMUM_PAYLOAD = 2 ** 28;
/** Bytes that may wait for one client; beyond, it misses updates of monitors. */
const MAXIMUM_BACKLOG = 64 * 1024 * 1024;

interface Subscription {
  readonly circuit: Socket;
  readonly variable: Variable;
  readonly dataType: number;
  readonly id: number;
}

export interface VariableOptions {
  readonly isWritable?: boolean;
}

export class ChannelAccessServer {
  private readonly variables = new Map<string, Variable>();
  private readonly subscriptions = new Set<Subscription>();
  private readonly circuits = new Set<Socket>();
  private missed = 0;
  /** Number of the channel that was created last, over all circuits. */
  private lastChannel = 0;
  private udp: DatagramSocket | null = null;
  private tcp: Server | null = null;
  private tcpPort = 0;

  /** Adds a variable; numbers take the native type given, texts are STRING. */
  add(
    name: string,
    type: NativeType,
    value: number[] | TypedArray | string[],
    options: VariableOptions = {},
  ): void {
    const variable: Variable = {
      type,
      isWritable: options.isWritable ?? false,
      value: toCaValue(type, value),
      timestamp: timestampNow(),
      status: 0,
      severity: 0,
    };
    this.variables.set(name, variable);
  }

  /** Changes a value and reports it to all monitors. */
  set(name: string, value: number[] | TypedArray | string[], stamp: Partial<Variable> = {}): void {
    const variable = this.variables.get(name);
    if (variable === undefined) throw new Error(`No variable ${name}`);
    Object.assign(variable, { timestamp: timestampNow() }, stamp, { value: toCaValue(variable.type, value) });
    for (const subscription of this.subscriptions) {
      if (subscription.variable === variable) this.report(subscription);
    }
  }

  valueOf(name: string): CaValue | undefined {
    return this.variables.get(name)?.value;
  }

  get connections(): number {
    return this.circuits.size;
  }

  /** Updates of monitors that clients were too slow for. */
  get updatesMissed(): number {
    return this.missed;
  }

  get monitors(): number {
    return this.subscriptions.size;
  }

  /**
   * @param port UDP port for searches (0: any); the TCP port is always any
   * @param host interface to listen on
   * @returns the UDP port
   */
  async start(port = 0, host = '127.0.0.1'): Promise<number> {
    this.tcp = createServer((socket) => this.accept(socket));
    await new Promise<void>((resolve) => this.tcp?.listen(0, host, resolve));
    this.tcpPort = (this.tcp.address() as AddressInfo).port;
    const udp = createSocket('udp4');
    this.udp = udp;
    udp.on('message', (datagram, sender) => {
      const replies = parseDatagram(datagram).flatMap((message) => this.answerSearch(message));
      if (replies.length > 0) udp.send(Buffer.concat(replies), sender.port, sender.address, () => {});
    });
    await new Promise<void>((resolve, reject) => {
      udp.once('error', reject);
      udp.bind(port, host, resolve);
    });
    return udp.address().port;
  }

  /** Ends all connections at once, as a killed IOC does. */
  async stop(): Promise<void> {
    for (const circuit of this.circuits) circuit.destroy();
    await new Promise((resolve) => this.tcp?.close(resolve) ?? resolve(null));
    await new Promise<void>((resolve) => (this.udp === null ? resolve() : this.udp.close(() => resolve())));
    this.tcp = null;
    this.udp = null;
    this.subscriptions.clear();
  }

  private answerSearch(message: Message): Buffer[] {
    if (message.command !== Command.search || !this.variables.has(readText(message.payload))) return [];
    const version = Buffer.alloc(8);
    version.writeUInt16BE(PROTOCOL_MINOR_VERSION, 0);
    return [
      encodeMessage({
        command: Command.search,
        dataType: this.tcpPort,
        parameter1: 0xffffffff,
        parameter2: message.parameter2,
        payload: version,
      }),
    ];
  }

  private accept(socket: Socket): void {
    this.circuits.add(socket);
    const channels = new Map<number, Variable>();
    const assembler = new MessageAssembler(MAXIMUM_PAYLOAD, (message) =>
      this.handle(socket, channels, message),
    );
    socket.on('data', (chunk) => assembler.feed(chunk));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.circuits.delete(socket);
      for (const subscription of this.subscriptions) {
        if (subscription.circuit === socket) this.subscriptions.delete(subscription);
      }
    });
    send(socket, { command: Command.version, dataCount: PROTOCOL_MINOR_VERSION });
  }

  private handle(socket: Socket, channels: Map<number, Variable>, message: Message): void {
    const variable = channels.get(message.parameter1);
    switch (message.command) {
      case Command.echo:
        send(socket, { command: Command.echo });
        break;
      case Command.createChannel:
        this.createChannel(socket, channels, message);
        break;
      case Command.clearChannel:
        channels.delete(message.parameter1);
        send(socket, { ...message, payload: undefined });
        break;
      case Command.readNotify:
        if (variable !== undefined) send(socket, readReply(variable, message));
        break;
      case Command.write:
      case Command.writeNotify:
        if (variable !== undefined) this.write(socket, variable, message);
        break;
      case Command.eventAdd:
        if (variable !== undefined) this.subscribe(socket, variable, message);
        break;
      case Command.eventCancel:
        this.unsubscribe(socket, message);
        break;
      default:
    }
  }

  private createChannel(socket: Socket, channels: Map<number, Variable>, message: Message): void {
    const variable = this.variables.get(readText(message.payload));
    const clientId = message.parameter1;
    if (variable === undefined) {
      send(socket, { command: Command.createChannelFailed, parameter1: clientId });
      return;
    }
    this.lastChannel += 1;
    const serverId = this.lastChannel;
    channels.set(serverId, variable);
    const rights = variable.isWritable ? 3 : 1;
    send(socket, { command: Command.accessRights, parameter1: clientId, parameter2: rights });
    send(socket, {
      command: Command.createChannel,
      dataType: NATIVE_TYPES.indexOf(variable.type),
      dataCount: lengthOf(variable.value),
      parameter1: clientId,
      parameter2: serverId,
    });
  }

  private write(socket: Socket, variable: Variable, message: Message): void {
    let status = ECA_NOWTACCESS;
    if (variable.isWritable) {
      const { value } = decodeReading(message.dataType, message.dataCount, message.payload);
      variable.value = convertValue(value, variable.type);
      variable.timestamp = timestampNow();
      status = ECA_NORMAL;
      for (const subscription of this.subscriptions) {
        if (subscription.variable === variable) this.report(subscription);
      }
    }
    if (message.command === Command.writeNotify) {
      send(socket, { ...message, payload: undefined, parameter1: status });
    }
  }

  private subscribe(circuit: Socket, variable: Variable, message: Message): void {
    const subscription = { circuit, variable, dataType: message.dataType, id: message.parameter2 };
    this.subscriptions.add(subscription);
    this.report(subscription);
  }

  private unsubscribe(socket: Socket, message: Message): void {
    for (const subscription of this.subscriptions) {
      if (subscription.circuit === socket && subscription.id === message.parameter2) {
        this.subscriptions.delete(subscription);
      }
    }
    // the confirmation is an event without payload
    send(socket, { ...message, command: Command.eventAdd, payload: undefined });
  }

  private report({ circuit, variable, dataType, id }: Subscription): void {
    if (circuit.writableLength > MAXIMUM_BACKLOG) {
      this.missed += 1;
      return;
    }
    send(circuit, {
      ...readReply(variable, { dataType, dataCount: 0, parameter2: id }),
      command: Command.eventAdd,
    });
  }
}

function send(socket: Socket, fields: MessageFields): void {
  if (!socket.destroyed) socket.write(encodeMessage(fields));
}
