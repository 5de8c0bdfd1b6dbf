/**
 * bsread: beam-synchronous streams over ZeroMQ. `StreamSender` publishes values by name, `Receiver` receives; `Sender` is the
 * lower level for a header that is built once. See `docs/protocol.md`.
 */
export { ClientCounter, NoClientTimer } from './client-counter.js';
export { CompressionError, compress, decompress, isCompression } from './compression.js';
export {
  type ChannelStatus,
  type DataRange,
  DEFAULT_DISPATCHER_URL,
  DispatcherClient,
  type DispatcherOptions,
  type LiveChannel,
  type StreamRequest,
} from './dispatcher.js';
export { type EncodedDataHeader, encodeDataHeader, HeaderError } from './headers.js';
export { type DecoderLimits, MessageDecoder } from './message.js';
export { releaseParts } from './native.js';
export { type NativeList, type NativeValue, toChannelValue } from './native-values.js';
export { RawReceiver, type RawReceiverOptions } from './raw-receiver.js';
export { type ReceiveOptions, Receiver, type ReceiverOptions } from './receiver.js';
export { Sender, type SenderOptions, type SendResult } from './sender.js';
export { parseStreamAddress, type StreamAddress } from './sockets.js';
export { openSource, type Source, type SourceOptions } from './source.js';
export { type ChannelRequest, SourceConfigClient, type SourceConfiguration } from './source-config.js';
export {
  type ChannelFunction,
  type ChannelMetadata,
  type NamedValues,
  type NoClientOptions,
  type SendOptions,
  StreamSender,
  type StreamSenderOptions,
} from './stream-sender.js';
export { PulseIdChecker, RateMeter, type RateSample, type RateSummary } from './stream-tools.js';
export type * from './types.js';
export { deriveDefinition, ValueError } from './values.js';
