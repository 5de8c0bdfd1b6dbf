/**
 * Memory for arrays that are handed to ZeroMQ. Each frame needs its own, because a slow client may hold it for any time; nobody
 * tells when ZeroMQ has let go of it, only the garbage collector finds out. Left alone, the collector waits until tens of
 * megabytes have piled up, and memory that is new to the process costs more than the work on the image: 4.5 ms instead of
 * 0.4 ms for 11 MB. So it is told to look at the young objects, which takes a fraction of a millisecond, whenever a few
 * frames have gone out; then the same memory is used again and again.
 */
import { collectEvery } from '../common/collection.js';

/** Bytes handed out between two collections. */
const COLLECTION_INTERVAL = 16 * 1024 * 1024;

const count = collectEvery(COLLECTION_INTERVAL);

/** Uninitialised memory of its own. */
export function allocateOutgoing(bytes: number): ArrayBufferLike {
  count(bytes);
  return Buffer.allocUnsafeSlow(bytes).buffer;
}
