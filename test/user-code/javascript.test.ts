/** Users' JavaScript and TypeScript functions of images, in real pipeline processes. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { JsonObject } from '../../src/common/json.js';
import { parseJson } from '../../src/common/json.js';
import { isArrayValue } from '../../src/common/values.js';
import { until } from '../support/until.js';
import { namesOf, numberOf, pulseIdsOf, type Rig, withRig } from '../worker/pipelines/rig.js';

const range = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => from + index);

/** Runs a pipeline with these scripts; `function` is the first one. */
function withScripts(
  scripts: Record<string, string>,
  use: (rig: Rig, folder: string) => Promise<void>,
  config: JsonObject = {},
): Promise<void> {
  let folder = '';
  return withRig({ function: Object.keys(scripts)[0]!, ...config }, (rig) => use(rig, folder), {
    async prepare(scriptFolder) {
      folder = scriptFolder;
      await mkdir(join(folder, 'lib'));
      for (const [name, text] of Object.entries(scripts)) await writeFile(join(folder, name), text);
    },
  });
}

describe('JavaScript and TypeScript functions of images', () => {
  it('get image, axes, parameters and bsdata, and give values of every kind', async () => {
    const script = `
      import { type Channels, type ImageFrame, TypedScalar } from 'camserver/processing';

      export function processImage(frame: ImageFrame): Channels {
        const { image, xAxis, yAxis, parameters, pulseId, timestamp } = frame;
        return {
          pixel: image.get(8, 11),
          size: [image.shape[1]!, image.shape[0]!],
          mirrored: image.step(1, -1),
          xAxis: xAxis.slice(0, 2), length: BigInt(yAxis.length),
          camera: parameters.camera_name as string,
          id: pulseId, nanoseconds: timestamp.nanoseconds,
          small: new TypedScalar('uint8', 7), flag: true, nothing: null,
        };
      }`;
    await withScripts({ 'kinds.ts': script }, async ({ camera, receive }) => {
      await camera.sendImages([42]);
      const [message] = await receive(1);
      const types = message!.channels.map(({ definition }) => [definition.name, definition.type]);
      expect(Object.fromEntries(types)).to.deep.equal({
        pixel: 'float64',
        size: 'float64',
        mirrored: 'uint16',
        xAxis: 'float32',
        length: 'int64',
        camera: 'string',
        id: 'float64',
        nanoseconds: 'float64',
        small: 'uint8',
        flag: 'bool',
      });
      expect(numberOf(message!, 'pixel')).to.equal(901);
      expect(numberOf(message!, 'length')).to.equal(20);
      expect(numberOf(message!, 'id')).to.equal(42);
      const mirrored = message!.channel('mirrored')!.decode();
      if (!isArrayValue(mirrored)) throw new Error('no array');
      expect(mirrored.shape).to.deep.equal([20, 24]);
      expect(mirrored.data[8 * 24 + 12]).to.equal(901);
    });
  });

  it('build on the default processing and on libraries', async () => {
    const script = `
      import { processImage as standard } from 'camserver/processing';
      import { mean } from 'statistics-library';
      export async function processImage(frame) {
        const channels = standard(frame);
        channels.average_value = mean(channels.intensity, frame.image.size);
        return channels;
      }`;
    const library = 'export const mean = (sum: number, count: number): number => Number(sum) / count;';
    const scripts = { 'average.mjs': script, 'lib/statistics-library.ts': library };
    await withScripts(scripts, async ({ camera, receive }) => {
      await camera.sendImages([1, 2]);
      const [message, second] = await receive(2);
      expect(namesOf(message!)).to.have.lengthOf(29);
      expect(numberOf(message!, 'average_value')).to.equal(27720 / 480);
      expect(message!.channel('max_value')!.definition.type).to.equal('uint16');
      expect(second!.formatChanged).to.equal(false);
      expect(parseJson(String(message!.channel('processing_parameters')!.decode()))).to.deep.include({
        function: 'average.mjs',
        reload: false,
      });
    });
  });

  it('fail with the line of the user, and end the pipeline only with abort_on_error', async () => {
    const script = `
interface Beam { size: number }
export function process({ pulseId }) {
  const beam: Beam | undefined = pulseId === 2 ? undefined : { size: pulseId };
  return { size: beam!.size };
}`;
    await withScripts(
      { 'failing.ts': script },
      async ({ camera, receive, logs }) => {
        await camera.sendImages([1, 2, 3]);
        expect(pulseIdsOf(await receive(2))).to.deep.equal([1, 3]);
        await until(() => logs().length >= 3);
        const text = logs().join('\n');
        expect(text).to.match(
          /Error processing PID 2 at proc 0 thread \d+: failing.ts line 5: Cannot read properties of undefined/,
        );
        expect(text).to.contain('TypeError: Cannot read properties').and.to.contain('failing.ts:5:');
      },
      { abort_on_error: false },
    );
    await withScripts({ 'failing.ts': script }, async ({ camera, exitCode }) => {
      await camera.sendImages([2]);
      expect(await exitCode()).to.equal(2);
    });
  });

  const greedy = (piece: string): string => `
    const kept = [];
    export function process({ pulseId }) {
      while (pulseId === 2) kept.push(${piece});
      return { pulseId };
    }`;
  const limits: [title: string, script: string, config: JsonObject, text: string][] = [
    [
      'at their time limit',
      'export function process({ pulseId }) { while (pulseId === 2); return { pulseId }; }',
      { function_timeout: 2 },
      'did not finish within 2 s (function_timeout) and was stopped',
    ],
    [
      'at their memory limit',
      greedy('new Array(1000).fill(String(kept.length))'),
      { function_memory: 64 },
      'needed more than 64 MB of memory (function_memory) and was stopped',
    ],
    [
      'when arrays outside of the heap take too much',
      greedy('new Float64Array(1_000_000).fill(kept.length)'),
      { function_memory: 16, function_timeout: 60 },
      'needed more than 16 MB of memory',
    ],
  ];
  for (const [title, script, config, text] of limits) {
    it(`are stopped ${title}, and the next frame finds a new thread`, async () => {
      await withScripts(
        { 'limited.js': script },
        async ({ camera, receive, logs }) => {
          await camera.sendImages([1, 2, 3]);
          expect(pulseIdsOf(await receive(2))).to.deep.equal([1, 3]);
          await until(() => logs().join('\n').includes(`'limited.js' ${text}`));
        },
        { abort_on_error: false, ...config },
      );
    });
  }

  it('are replaced while frames flow, and no frame is lost', async () => {
    const version = (number: number): string => `export const process = () => ({ version: ${number} });`;
    await withScripts(
      { 'live.js': version(1) },
      async ({ camera, receive, instance, supervisor }, folder) => {
        const count = 300;
        let sent = 0;
        const sending = (async () => {
          for (; sent < count; sent += 1) {
            await camera.sendImages([sent]);
            await new Promise((resolve) => setTimeout(resolve, 10));
          }
        })();
        const first = await receive(20);
        await writeFile(join(folder, 'live.js'), version(2));
        supervisor.updateConfig('pipeline', { ...instance.config, reload: true });
        const messages = [...first, ...(await receive(count - 20))];
        await sending;
        expect(pulseIdsOf(messages)).to.deep.equal(range(0, count));
        const versions = messages.map((message) => numberOf(message, 'version'));
        expect(versions[0]).to.equal(1);
        expect(versions.at(-1)).to.equal(2);
        expect(versions).to.deep.equal([...versions].sort());
      },
      // room for all, as a busy machine may have no time for the thread
      { thread_buffer_size: 300 },
    );
  });

  it('run in parallel with processing_threads, in the order of the frames', async () => {
    const script = `
      import { threadId } from 'node:worker_threads';
      export async function process({ pulseId }) {
        await new Promise((resolve) => setTimeout(resolve, pulseId % 3 === 0 ? 40 : 5));
        return pulseId % 7 === 0 ? null : { thread: threadId };
      }`;
    await withScripts(
      { 'parallel.js': script },
      async ({ camera, receive }) => {
        const pulseIds = range(1, 21);
        await camera.sendImages(pulseIds);
        const expected = pulseIds.filter((pulseId) => pulseId % 7 !== 0);
        const messages = await receive(expected.length);
        expect(pulseIdsOf(messages)).to.deep.equal(expected);
        expect(new Set(messages.map((message) => numberOf(message, 'thread'))).size).to.be.greaterThan(1);
      },
      { processing_threads: 3 },
    );
  });
});
