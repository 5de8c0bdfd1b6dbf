/** A buffer that stores streams: what the console can ask of it, whatever stands behind it at a site. */
import { DispatcherClient } from '../../../bsread/index.js';

export type BufferName = 'data' | 'image';

export interface BufferAdapter {
  readonly kind: 'dispatcher' | 'simulated';
  /** Addresses of the streams that it reads, `tcp://host:port`. */
  sources(): Promise<readonly string[]>;
  addSources(addresses: readonly string[]): Promise<void>;
  removeSources(addresses: readonly string[]): Promise<void>;
}

/** By name; those that the site does not have are missing. */
export type Buffers = Partial<Readonly<Record<BufferName, BufferAdapter>>>;

/**
 * @param address base address of the dispatching layer of a buffer, or `simulated`; null: the site has none
 * @throws CamServerError `DISPATCHER_FAILED` from its calls
 */
export function openBuffer(address: string | null): BufferAdapter | null {
  if (address === null || address === '') return null;
  if (address === 'simulated') return simulatedBuffer();
  const client = new DispatcherClient({ baseUrl: address });
  return {
    kind: 'dispatcher',
    sources: () => client.sources(),
    addSources: (addresses) => client.addSources(addresses),
    removeSources: (addresses) => client.removeSources(addresses),
  };
}

/** Keeps the list of its sources, and reads none of them. */
export function simulatedBuffer(): BufferAdapter {
  const known = new Set<string>();
  return {
    kind: 'simulated',
    sources: async () => [...known],
    addSources: async (addresses) => {
      for (const address of addresses) known.add(address);
    },
    removeSources: async (addresses) => {
      for (const address of addresses) known.delete(address);
    },
  };
}
