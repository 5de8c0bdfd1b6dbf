/**
 * Publishes a pipeline's messages as a bsread stream.
 */

import type { ChannelDefinition, SenderOptions } from '../../bsread/index.js';
import { type Compression, type EncodedDataHeader, encodeDataHeader, Sender } from '../../bsread/index.js';
import type { Sink } from './sink.js';

export interface BsreadSinkOptions extends SenderOptions {
  readonly headerCompression: Compression;
  /** Ends the waiting of a blocking send. */
  readonly stop: AbortSignal;
}

/** Binds or connects. @throws CamServerError `Unable to <bind|connect> to <address>` */
export async function openBsreadSink(options: BsreadSinkOptions): Promise<Sink> {
  const sender = new Sender(options);
  await sender.open();
  let encodedFor: readonly ChannelDefinition[] | null = null;
  let header: EncodedDataHeader | null = null;
  return {
    get clients() {
      return sender.statistics.clients;
    },
    get idleSince() {
      return sender.idleSince;
    },
    address: sender.address,
    async send({ definitions, values }, pulseId, timestamp) {
      if (header === null || encodedFor !== definitions) {
        header = encodeDataHeader(definitions, options.headerCompression);
        encodedFor = definitions;
      }
      return (await sender.send(header, values, pulseId, timestamp, options.stop)) === 'sent';
    },
    async close() {
      sender.close();
    },
  };
}
