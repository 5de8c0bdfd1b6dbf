/**
 * Channel Access client (EPICS). No native library, no repeater, no background process:
 *
 *     const channelAccess = new ChannelAccess();
 *     const channel = channelAccess.channel('CAM1:WIDTH');
 *     const { value } = await channel.get({ timeout: 1 });
 *     const stop = channel.monitor((reading) => …, (error) => …);
 *     channelAccess.close();
 */
import { Channel } from './channel.js';
import { Circuit } from './circuit.js';
import { Search } from './search.js';
import { type CaSettings, readCaSettings, type ServerAddress } from './settings.js';

export { Channel, type GetOptions } from './channel.js';
export type { RequestOptions } from './deadline.js';
export { MonitorMask } from './monitors.js';
export { type CaSettings, readCaSettings } from './settings.js';
export type { CaValue, NativeType, Reading } from './values.js';

/** Owns the search socket and the connections; closing it closes everything that was made with it. */
export class ChannelAccess {
  private readonly settings: CaSettings;
  private readonly search: Search;
  private readonly circuits = new Map<string, Circuit>();
  private readonly channels = new Map<number, Channel>();
  private lastId = 0;

  /** @throws CamServerError when an environment variable cannot be understood */
  constructor(settings: CaSettings = readCaSettings()) {
    this.settings = settings;
    this.search = new Search(settings.addresses);
  }

  /** A new channel; the search for its server begins at once. */
  channel(name: string): Channel {
    const id = this.nextId();
    const channel = new Channel(name, id, {
      startSearch: (...request) => this.search.start(...request),
      stopSearch: (searchId) => this.search.stop(searchId),
      circuit: (server) => this.circuit(server),
      nextId: () => this.nextId(),
      forget: (channelId) => this.channels.delete(channelId),
    });
    this.channels.set(id, channel);
    return channel;
  }

  close(): void {
    for (const channel of [...this.channels.values()]) channel.close();
    for (const circuit of [...this.circuits.values()]) circuit.close('the client is closed');
    this.search.close();
  }

  private nextId(): number {
    this.lastId = (this.lastId + 1) >>> 0;
    return this.lastId;
  }

  private circuit(server: ServerAddress): Circuit {
    const key = `${server.host}:${server.port}`;
    let circuit = this.circuits.get(key);
    if (circuit === undefined) {
      const { maximumArrayBytes, connectionTimeout } = this.settings;
      circuit = new Circuit(server, maximumArrayBytes, connectionTimeout, () => this.circuits.delete(key));
      this.circuits.set(key, circuit);
    }
    return circuit;
  }
}
