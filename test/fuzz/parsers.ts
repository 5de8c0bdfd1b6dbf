/**
 * Everything that reads bytes or documents from outside, fed with the kept hostile inputs and with mutations of them and of
 * good ones.
 */

import { prepareCameraConfiguration } from '../../src/camera/configuration.js';
import { readCameraSettings } from '../../src/camera/settings.js';
import { parseArray10 } from '../../src/camera/sources/array10.js';
import { parsePackedMessage } from '../../src/camera/sources/packed-stream.js';
import { imageFromRows, parseImageObject } from '../../src/common/image-object.js';
import {
  formatJson,
  type JsonObject,
  type JsonValue,
  parseAnswer,
  parseJson,
} from '../../src/common/json.js';
import { isJsonObject } from '../../src/common/leniency.js';
import { parseNpy } from '../../src/common/npy.js';
import { parsePickledArray } from '../../src/common/pickle.js';
import { readViewerSettings } from '../../src/console/server/viewer-settings.js';
import { MessageAssembler, parseDatagram } from '../../src/epics/message.js';
import { decodeReading } from '../../src/epics/values.js';
import { parseSecurityRules } from '../../src/http/security/rules.js';
import { parsePermanentList } from '../../src/proxy/permanent-list.js';
import { parsePool } from '../../src/proxy/pool-configuration.js';
import { readGateSettings } from '../../src/streaming/gate.js';
import { readViewRequest } from '../../src/streaming/live-view/view-request.js';
import { preparePipelineConfiguration } from '../../src/worker/configuration/index.js';
import { readChannels } from '../../src/worker/pipelines/stream-source.js';
import { vectorCases, vectorFile } from '../support/vectors.js';
import { hostileInputs, mutateBytes, pickFrom, randomGenerator } from './corpus.js';

export interface Parser {
  readonly name: string;
  /** Kinds of kept inputs. */
  readonly corpora: readonly string[];
  /** Good inputs to start mutations from. */
  readonly good: () => readonly Buffer[];
  readonly parse: (bytes: Buffer) => unknown;
}

const text = (...documents: string[]): (() => Buffer[]) => {
  return () => documents.map((document) => Buffer.from(document));
};
const vectors = (kind: string, input: string) => (): Buffer[] =>
  vectorCases(kind).map((entry) => vectorFile(entry.inputs[input]!.file));
const document = (read: (value: JsonValue) => unknown) => (bytes: Buffer) =>
  read(parseJson(bytes.toString('utf8')));
const objectWith = (read: (value: JsonObject) => unknown) =>
  document((value) => (isJsonObject(value) ? read(value) : null));

const CAMERA =
  '{"source": "a.h5", "source_type": "hdf5", "roi": [0, 9, 0, 9], "rotate": 1, "timeout": 5, "dataset": "/image"}';
const PIPELINE =
  '{"camera_name": "a", "image_threshold": 3, "image_good_region": {"threshold": 0.3}, "image_slices": {"scale": 2}, "pid_range": [1, 2]}';

/** A 16-byte Channel Access header for a reading of two floats, and its payload. */
const CHANNEL_ACCESS = Buffer.from('000f0008000200020000000100000001' + '3f8000003f800000', 'hex');

/** The header of two pixels of one byte. */
const PACKED = Buffer.concat([
  Buffer.alloc(8),
  Buffer.from('0100000000000000' + '0200000000000000' + '0100', 'hex'),
  Buffer.alloc(14),
]);

export const PARSERS: readonly Parser[] = [
  {
    name: 'JSON',
    corpora: ['json', 'configurations'],
    good: text(CAMERA, PIPELINE, '[1.0, "\\u00e4\\n", true]'),
    parse: document(formatJson),
  },
  {
    name: 'answers of servers',
    corpora: ['json'],
    good: text('{"state": "ok", "info": {"a": [1.0, 2]}}'),
    parse: (bytes) => parseAnswer(bytes.toString('utf8')),
  },
  {
    name: 'pickled arrays',
    corpora: ['pickle'],
    good: vectors('pickle_array', 'pickle'),
    parse: parsePickledArray,
  },
  {
    name: 'NPY',
    corpora: ['npy'],
    good: () => [
      Buffer.concat([
        Buffer.from('\x93NUMPY\x01\0\x3e\0', 'latin1'),
        Buffer.from("{'descr': '<u2', 'fortran_order': True, 'shape': (2, 2), }\n   abcdefgh"),
      ]),
    ],
    parse: parseNpy,
  },
  {
    name: 'images in JSON',
    corpora: ['images', 'json'],
    good: text('{"bytes": "AAECAw==", "shape": [2, 2], "dtype": "|u1"}', '[[1, 2], [3, 4]]'),
    parse: document((value) => (Array.isArray(value) ? imageFromRows(value) : parseImageObject(value))),
  },
  {
    name: 'camera configurations, of HDF5 files too',
    corpora: ['configurations', 'json'],
    good: text(CAMERA),
    parse: objectWith((value) => readCameraSettings(prepareCameraConfiguration(value))),
  },
  {
    name: 'pipeline configurations',
    corpora: ['configurations', 'json'],
    good: text(PIPELINE),
    parse: objectWith((value) => {
      const prepared = preparePipelineConfiguration(value);
      readGateSettings(prepared);
      return readChannels(prepared.bsread_channels);
    }),
  },
  {
    name: 'lists of permanent instances',
    corpora: ['configurations', 'json'],
    good: text('{"a": "b", "#c": null}'),
    parse: document(parsePermanentList),
  },
  {
    name: 'pools of servers',
    corpora: ['configurations', 'json'],
    good: text('{"http://h:1": {"expanding": true, "instances": ["a:9000", "#b"], "max_load": 80}}'),
    parse: document((value) => parsePool(value)),
  },
  {
    name: 'security files',
    corpora: ['configurations', 'json'],
    good: text('{"anonymous": "viewer", "trusted_hops": ["10.0.0.0/8"], "session": {"idle_minutes": 3}}'),
    parse: document(parseSecurityRules),
  },
  {
    name: 'what a viewer wants',
    corpora: ['viewer-messages'],
    good: text('{"type": "view", "rate": 5, "width": 300, "region": [0, 0, 9, 9], "channels": ["a"]}'),
    parse: objectWith((value) => readViewRequest(readViewerSettings(value).view)),
  },
  {
    name: 'array10 messages',
    corpora: ['json', 'images'],
    good: text('{"shape": [2, 3], "type": "uint8"}'),
    parse: (bytes) => parseArray10(bytes, Buffer.alloc(6)),
  },
  {
    name: 'packed messages',
    corpora: ['npy'],
    good: () => [PACKED],
    parse: (bytes) => parsePackedMessage(bytes, Buffer.alloc(2)),
  },
  {
    name: 'Channel Access',
    corpora: ['npy', 'pickle'],
    good: () => [CHANNEL_ACCESS, Buffer.concat([CHANNEL_ACCESS, CHANNEL_ACCESS])],
    parse: (bytes) => {
      const decode = (message: { dataType: number; dataCount: number; payload: Buffer }): unknown =>
        decodeReading(message.dataType, message.dataCount, Buffer.from(message.payload));
      new MessageAssembler(100_000, decode).feed(Buffer.from(bytes));
      for (const message of parseDatagram(bytes)) decode(message);
    },
  },
];

export interface ParserResult {
  readonly accepted: number;
  readonly refused: number;
}

/** Errors of the language: the program met what nobody had thought of. */
const UNEXPECTED = [TypeError, RangeError, ReferenceError, SyntaxError, URIError];

/**
 * Feeds all kept inputs of the parser, then `count` mutations.
 * @throws when it fails in any way but with a message for people
 */
export function fuzzParser(parser: Parser, count: number, seed: number): ParserResult {
  const random = randomGenerator(seed);
  const kept = parser.corpora.flatMap(hostileInputs);
  const short = kept.map(({ bytes }) => bytes).filter(({ length }) => length < 2000);
  const good = parser.good();
  // about as many good ones as hostile ones
  const starts = [
    ...short,
    ...Array.from({ length: Math.ceil(short.length / good.length) }, () => good).flat(),
  ];
  let accepted = 0;
  let refused = 0;
  const feed = (name: string, bytes: Buffer): void => {
    try {
      parser.parse(bytes);
      accepted += 1;
    } catch (error) {
      const isExpected = error instanceof Error && !UNEXPECTED.some((kind) => error instanceof kind);
      if (!isExpected || error.message === '') {
        throw new Error(`${parser.name}: ${name} (${shown(bytes)}) was met by ${error}`, { cause: error });
      }
      refused += 1;
    }
  };
  for (const bytes of good) parser.parse(Buffer.from(bytes));
  for (const { name, bytes } of kept) feed(`'${name}'`, bytes);
  for (let index = 0; index < count; index += 1) {
    feed(`mutation ${index} of seed ${seed}`, mutateBytes(pickFrom(starts, random), random));
  }
  return { accepted, refused };
}

function shown(bytes: Buffer): string {
  return JSON.stringify(bytes.toString('latin1').slice(0, 300));
}
