/**
 * Finds the server of a channel by UDP. Searches are repeated with growing intervals, from 30 ms to 5 s, so that a channel
 * whose server is down costs next to nothing and is found soon after the server is back.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { Command, encodeMessage, PROTOCOL_MINOR_VERSION, parseDatagram, textPayload } from './message.js';
import type { ServerAddress } from './settings.js';

const FIRST_INTERVAL = 30;
const LONGEST_INTERVAL = 5000;
const DO_NOT_REPLY_IF_UNKNOWN = 5;
/** Requests are packed into datagrams of at most this size, which passes every network unfragmented. */
const MAXIMUM_DATAGRAM = 1024;
const SENDER_ADDRESS = 0xffffffff;

interface PendingSearch {
  readonly request: Buffer;
  readonly onFound: (server: ServerAddress) => void;
  interval: number;
  due: number;
}

export class Search {
  private readonly pending = new Map<number, PendingSearch>();
  private socket: Socket | null = null;
  private isOpen = false;
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly addresses: readonly ServerAddress[]) {}

  /**
   * Asks until an answer comes, or `stop` is called.
   * @param id the client id of the channel
   * @param delay milliseconds before the first request
   */
  start(id: number, name: string, delay: number, onFound: (server: ServerAddress) => void): void {
    const request = encodeMessage({
      command: Command.search,
      dataType: DO_NOT_REPLY_IF_UNKNOWN,
      dataCount: PROTOCOL_MINOR_VERSION,
      parameter1: id,
      parameter2: id,
      payload: textPayload(name),
    });
    this.pending.set(id, { request, onFound, interval: FIRST_INTERVAL, due: performance.now() + delay });
    this.open();
    this.schedule();
  }

  stop(id: number): void {
    this.pending.delete(id);
    if (this.pending.size === 0) this.cancelTimer();
  }

  close(): void {
    this.pending.clear();
    this.cancelTimer();
    this.socket?.close();
    this.socket = null;
    this.isOpen = false;
  }

  private open(): void {
    if (this.socket !== null) return;
    const socket = createSocket('udp4');
    this.socket = socket;
    socket.on('message', (datagram, sender) => this.receive(datagram, sender));
    // an unreachable address must not end the search at the others; the next round tries again
    socket.on('error', () => {});
    socket.bind(0, () => {
      if (this.socket !== socket) return;
      socket.setBroadcast(true);
      this.isOpen = true;
      this.schedule();
    });
    socket.unref();
  }

  private schedule(): void {
    this.cancelTimer();
    if (!this.isOpen || this.pending.size === 0) return;
    const now = performance.now();
    const next = Math.min(...[...this.pending.values()].map((search) => search.due));
    this.timer = setTimeout(() => this.sendDue(), Math.max(0, next - now));
    this.timer.unref();
  }

  private cancelTimer(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private sendDue(): void {
    const now = performance.now();
    const requests: Buffer[] = [];
    for (const search of this.pending.values()) {
      if (search.due > now + 1) continue;
      requests.push(search.request);
      search.due = now + search.interval;
      search.interval = Math.min(search.interval * 2, LONGEST_INTERVAL);
    }
    for (const datagram of packDatagrams(requests)) {
      for (const { host, port } of this.addresses) this.socket?.send(datagram, port, host, () => {});
    }
    this.schedule();
  }

  private receive(datagram: Buffer, sender: RemoteInfo): void {
    for (const message of parseDatagram(datagram)) {
      if (message.command !== Command.search) continue;
      const search = this.pending.get(message.parameter2);
      if (search === undefined) continue;
      this.stop(message.parameter2);
      const host = message.parameter1 === SENDER_ADDRESS ? sender.address : formatAddress(message.parameter1);
      search.onFound({ host, port: message.dataType });
    }
  }
}

function packDatagrams(requests: readonly Buffer[]): Buffer[] {
  const version = encodeMessage({ command: Command.version, dataCount: PROTOCOL_MINOR_VERSION });
  const datagrams: Buffer[] = [];
  let parts: Buffer[] = [];
  let size = 0;
  for (const request of requests) {
    if (parts.length > 0 && size + request.length > MAXIMUM_DATAGRAM) {
      datagrams.push(Buffer.concat(parts));
      parts = [];
    }
    if (parts.length === 0) {
      parts.push(version);
      size = version.length;
    }
    parts.push(request);
    size += request.length;
  }
  if (parts.length > 0) datagrams.push(Buffer.concat(parts));
  return datagrams;
}

function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
}
