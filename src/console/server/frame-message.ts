/**
 * The binary messages of the live view: the length of the header in 4 bytes (little-endian), the header as JSON in UTF-8, and
 * the bytes that it describes. The header is padded with blanks so that the bytes begin at a multiple of 8.
 */
import { formatJson, type JsonObject } from '../../common/json.js';

const LENGTH_BYTES = 4;
const ALIGNMENT = 8;

/** What comes before the bytes. */
export function encodeFrameHeader(header: JsonObject): Buffer {
  const text = Buffer.from(formatJson(header), 'utf8');
  const start = Math.ceil((LENGTH_BYTES + text.length) / ALIGNMENT) * ALIGNMENT;
  const encoded = Buffer.allocUnsafe(start);
  encoded.writeUInt32LE(start - LENGTH_BYTES);
  text.copy(encoded, LENGTH_BYTES);
  encoded.fill(' ', LENGTH_BYTES + text.length);
  return encoded;
}
