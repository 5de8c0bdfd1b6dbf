/**
 * bsread: beam-synchronous streams over ZeroMQ. `Sender` publishes, `Receiver` receives; see `docs/protocol.md`.
 */
export { ClientCounter, NoClientTimer } from './client-counter.js';
export { CompressionError, compress, decompress, isCompression } from './compression.js';
export { type EncodedDataHeader, encodeDataHeader, HeaderError } from './headers.js';
export { MessageDecoder } from './message.js';
export { RawReceiver, type RawReceiverOptions } from './raw-receiver.js';
export { type ReceiveOptions, Receiver, type ReceiverOptions } from './receiver.js';
export { Sender, type SenderOptions, type SendResult } from './sender.js';
export { parseStreamAddress, type StreamAddress } from './sockets.js';
export type * from './types.js';
export { deriveDefinition, ValueError } from './values.js';
