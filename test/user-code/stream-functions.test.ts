import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { JsonObject } from '../../src/common/json.js';
import { arrayValue, type ChannelValues, TypedScalar } from '../../src/common/values.js';
import type { StreamCall } from '../../src/user-code/types.js';
import { rejection } from '../instances/support.js';
import { userFunctions } from './user-functions.js';

const message = (pulseId: number, values: ChannelValues = new Map()): StreamCall => ({
  pulseId: BigInt(pulseId),
  timestamp: { seconds: 1n, nanoseconds: 2n },
  values,
});

describe('JavaScript functions of streams', () => {
  const functions = userFunctions();
  const load = (
    name: string,
    text: string,
    kind: 'stream' | 'custom' = 'stream',
    parameters: JsonObject = {},
    parallel = 1,
  ) => functions.load(name, text, parameters, { kind, parallel });

  it('change and add channels; the types of the others stay', async () => {
    const script = `export function process({ data, pulseId, parameters }) {
      data.output = data.count * parameters.factor + pulseId;
      delete data.unwanted;
      return data;
    }`;
    const stream = await load('stream.js', script, 'stream', { factor: 2 });
    const values: ChannelValues = new Map();
    values.set('count', new TypedScalar('uint16', 4));
    values.set('unwanted', 1);
    values.set('waveform', arrayValue(Int16Array.of(1, 2, 3)));
    const result = await stream.process(message(100, values));
    expect([...result!]).to.deep.equal([
      ['count', new TypedScalar('uint16', 4)],
      ['waveform', arrayValue(Int16Array.of(1, 2, 3))],
      ['output', 108],
    ]);
    await stream.configure({ factor: 3 }, false);
    expect((await stream.process(message(100, values)))!.get('output')).to.equal(112);
  });

  it('stay as they are when the new file cannot be loaded, and are replaced when it can', async () => {
    const version = (text: string): string => `export const process = () => ({ version: ${text} });`;
    const stream = await load('version.ts', version('1'));
    await writeFile(join(functions.folder, 'version.ts'), version('('));
    expect((await rejection(stream.configure({}, true))).message).to.match(/^version.ts line 1: /);
    expect((await stream.process(message(1)))!.get('version')).to.equal(1);
    await writeFile(join(functions.folder, 'version.ts'), version('2'));
    await stream.configure({}, true);
    expect((await stream.process(message(1)))!.get('version')).to.equal(2);
  });

  it('fail with the line of the user, at their limits, and with values that cannot be sent', async () => {
    const script = `export async function process({ data, pulseId }) {
      if (pulseId === 1) throw new RangeError('too bright');
      while (pulseId === 2);
      return pulseId === 3 ? { beam: { size: 1 } } : pulseId === 4 ? 7 : null;
    }`;
    const stream = await load('faults.js', script, 'stream', { function_timeout: 3 });
    const fault = async (pulseId: number): Promise<string> =>
      (await rejection(stream.process(message(pulseId)))).message;
    expect(await fault(1)).to.equal('faults.js line 2: too bright');
    expect(await fault(2)).to.equal(
      "'faults.js' did not finish within 3 s (function_timeout) and was stopped",
    );
    expect(await fault(3)).to.contain("faults.js: Channel 'beam' is an object; channels are numbers");
    expect(await fault(4)).to.equal(
      'faults.js: The function returned a number; it must return an object of channels, or null',
    );
    expect(await stream.process(message(5))).to.equal(null);
  });

  it('make messages of their own', async () => {
    const script = `let calls = 0;
    export function custom({ parameters, init }) {
      calls += 1;
      if (calls === 3) return null;
      return { data: { init, calls, matrix: [1, 2] }, pulseId: 7, timestamp: { seconds: 5, nanoseconds: 6 }, size: 200 };
    }`;
    const custom = await load('custom.mjs', script, 'custom');
    const first = await custom.generate(true);
    expect(first).to.deep.include({
      pulseId: 7n,
      dataSize: 200,
      timestamp: { seconds: 5n, nanoseconds: 6n },
    });
    expect([...first.values!]).to.deep.equal([
      ['init', true],
      ['calls', 1],
      ['matrix', arrayValue(Float64Array.of(1, 2))],
    ]);
    expect((await custom.generate(false)).values!.get('init')).to.equal(false);
    expect(await custom.generate(false)).to.deep.equal({
      values: null,
      timestamp: null,
      pulseId: null,
      dataSize: 0,
    });
  });

  it('run as many calls at a time as they have threads', async () => {
    const script = `export const process = async ({ pulseId }) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return { pulseId };
    };`;
    const stream = await load('parallel.js', script, 'stream', {}, 3);
    expect(stream.parallel).to.equal(3);
    const pulseIds = Array.from({ length: 12 }, (_, index) => index);
    const results = await Promise.all(pulseIds.map((pulseId) => stream.process(message(pulseId))));
    expect(results.map((result) => result!.get('pulseId'))).to.deep.equal(pulseIds);
  });
});
