import { expect } from 'chai';
import type { JsonObject } from '../../src/common/json.js';
import {
  type ChannelValues,
  isArrayValue,
  type Timestamp,
  TypedScalar,
  timestampFromSeconds,
} from '../../src/common/values.js';
import { RunningMean } from '../../src/processing/averaging.js';
import type { Axis } from '../../src/processing/profiles.js';
import { imageOf } from '../../src/processing/views.js';
import {
  type ExpectedOutput,
  expectValue,
  inputArray,
  type VectorCase,
  vectorCases,
} from '../support/vectors.js';
import { runFunction } from './run-function.js';
import { implementations, inputFrames, uint16Image } from './support.js';

/** Names, order, values and the types on the wire. */
function expectChannels(channels: ChannelValues, entry: VectorCase, expectedOrder?: readonly string[]): void {
  const outputs = entry.expected.outputs as (ExpectedOutput & {
    channel?: { type: string; shape: number[] };
  })[];
  expect([...channels.keys()]).to.deep.equal(expectedOrder ?? outputs.map(({ name }) => name));
  for (const output of outputs) {
    const value = channels.get(output.name) ?? null;
    expectValue(value, output, entry.tolerance);
    if (output.channel !== undefined) expect(wireType(value), output.name).to.equal(output.channel.type);
  }
}

function wireType(value: ReturnType<ChannelValues['get']> | null): string {
  if (value instanceof TypedScalar) return value.type;
  if (typeof value === 'bigint') return 'int64';
  if (typeof value === 'number') return 'float64';
  return typeof value === 'object' && value !== null && isArrayValue(value) ? value.type : typeof value;
}

/** Seconds, or seconds and nanoseconds. */
function timestampOf(recorded: number | [number, number]): Timestamp {
  if (typeof recorded === 'number') return timestampFromSeconds(recorded);
  const [seconds, nanoseconds] = recorded;
  return { seconds: BigInt(seconds), nanoseconds: BigInt(nanoseconds) };
}

/** Even numbers of slices: the original sends the added slice behind the coupling, here it has its place (N8). */
const NATURAL_ORDER = ['process.slices_even'];

function naturalOrder(entry: VectorCase): string[] {
  const names = (entry.expected.outputs as ExpectedOutput[]).map(({ name }) => name);
  const isCoupling = (name: string): boolean => name.startsWith('coupling');
  return [...names.filter((name) => !isCoupling(name)), ...names.filter(isCoupling)];
}

for (const kernels of implementations) {
  describe(`processing/functions with ${kernels.name} kernels: golden vectors`, () => {
    for (const entry of vectorCases('process')) {
      it(entry.id, () => {
        const parameters = entry.params.parameters as JsonObject;
        const axes = {
          x: inputArray(entry, 'x_axis')!.data as Axis,
          y: inputArray(entry, 'y_axis')!.data as Axis,
        };
        const timestamp = timestampOf(entry.params.timestamp as number | [number, number]);
        const options = {
          axes,
          background: inputArray(entry, 'background'),
          runningMean: new RunningMean(),
          input: { timestamp },
        };
        let channels: ChannelValues | null = null;
        for (const image of inputFrames(entry))
          channels = runFunction(kernels, 'default', image, parameters, options);
        if (channels === null) throw new Error('no result');
        expectChannels(channels, entry, NATURAL_ORDER.includes(entry.id) ? naturalOrder(entry) : undefined);
      });
    }

    for (const entry of vectorCases('psen')) {
      it(entry.id, () => {
        const image = imageOf(inputArray(entry, 'image')!);
        const channels = runFunction(kernels, 'psen', image, entry.params.parameters as JsonObject);
        expectChannels(channels!, entry);
      });
    }

    for (const entry of vectorCases('psss')) {
      it(entry.id, () => {
        const image = imageOf(inputArray(entry, 'image')!);
        const warnings: string[] = [];
        const background = inputArray(entry, 'background');
        const channels = runFunction(kernels, 'psss', image, entry.params.parameters as JsonObject, {
          input: {
            background: background && uint16Image(background),
            spectrometer: {
              rowLimits: entry.params.roi as [number, number],
              energyAxis: (inputArray(entry, 'axis')?.data as Float64Array | undefined) ?? null,
              warn: (message) => warnings.push(message),
            },
          },
        });
        if (entry.expected.outputs === null) {
          expect(channels).to.equal(null);
          expect(warnings[0]).to.match(/^Energy axis (not connected|length 300 < image width 320)$/);
        } else expectChannels(channels!, entry);
      });
    }
  });
}
