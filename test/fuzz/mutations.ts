/**
 * Mutated messages: each recorded message with bytes changed, parts cut, dropped, doubled or exchanged.
 */
import { MessageDecoder } from '../../src/bsread/message.js';
import { vectorCases, vectorFile } from '../support/vectors.js';
import { randomGenerator } from './corpus.js';

function recordedMessages(): Buffer[][] {
  return vectorCases('bsread_wire').flatMap((entry) => {
    const file = vectorFile(entry.expected.messages_file as string).toString('utf8');
    const { messages } = JSON.parse(file) as { messages: { frames: string[] }[] };
    return messages.map(({ frames }) => frames.map((frame) => Buffer.from(frame, 'base64')));
  });
}

function mutate(parts: Buffer[], random: () => number): Buffer[] {
  const pick = (limit: number): number => Math.floor(random() * limit);
  const mutated: Buffer[] = parts.map((part) => Buffer.from(part));
  const at = pick(mutated.length);
  const part = mutated[at] as Buffer;
  switch (pick(6)) {
    case 0:
      mutated[at] = part.subarray(0, pick(part.length + 1));
      break;
    case 1:
      mutated.splice(at, 1);
      break;
    case 2:
      mutated.splice(at, 0, part);
      break;
    case 3:
      mutated[at] = mutated[pick(mutated.length)] as Buffer;
      break;
    case 4:
      for (let count = 0; count < 12 && part.length > 0; count += 1)
        part[pick(Math.min(part.length, 16))] = pick(256);
      break;
    default:
      for (let count = 1 + pick(4); count > 0 && part.length > 0; count -= 1)
        part[pick(part.length)] = pick(256);
  }
  return mutated;
}

export interface FuzzResult {
  readonly messages: number;
  readonly dropped: number;
  /** Values that were null because they could not be decoded. */
  readonly undecodable: number;
}

/**
 * Feeds `count` mutated messages to decoders.
 * @throws when a decoder throws anything but the errors that stand for a dropped message
 */
export function fuzzMessages(count: number, seed: number): FuzzResult {
  const random = randomGenerator(seed);
  const recorded = recordedMessages();
  let dropped = 0;
  let undecodable = 0;
  let decoder = new MessageDecoder();
  for (let index = 0; index < count; index += 1) {
    if (index % 50 === 0) decoder = new MessageDecoder(() => (undecodable += 1));
    const original = recorded[Math.floor(random() * recorded.length)] as Buffer[];
    try {
      const message = decoder.decode(mutate(original, random));
      for (const channel of message.channels) channel.decode();
    } catch (error) {
      const name = (error as Error).name;
      if (name !== 'HeaderError' && name !== 'CompressionError') throw error;
      dropped += 1;
    }
  }
  return { messages: count, dropped, undecodable };
}
