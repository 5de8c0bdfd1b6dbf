/** Users' Python functions of images, in real pipeline processes. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { type JsonObject, parseJson } from '../../src/common/json.js';
import { arrayValue, isArrayValue } from '../../src/common/values.js';
import { BackgroundStore } from '../../src/storage/index.js';
import { until } from '../support/until.js';
import { namesOf, numberOf, pulseIdsOf, type Rig, referenceImage, withRig } from '../worker/pipelines/rig.js';
import { PYTHON } from './support.js';

const range = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => from + index);

/** Runs a pipeline with the script `script.py`. */
function withScript(
  text: string,
  use: (rig: Rig, folder: string) => Promise<void>,
  config: JsonObject = {},
): Promise<void> {
  let folder = '';
  return withRig({ function: 'script.py', ...config }, (rig) => use(rig, folder), {
    options: { python: PYTHON },
    async prepare(scriptFolder) {
      folder = scriptFolder;
      await mkdir(join(folder, 'lib'));
      await writeFile(join(folder, 'script.py'), text);
      const background = arrayValue(new Uint16Array(480).fill(12), [20, 24]);
      await new BackgroundStore(folder).store('dark', background);
    },
  });
}

const SIGNATURE = 'def process_image(image, pulse_id, timestamp, x_axis, y_axis, parameters, bsdata):';

describe('Python functions of images', () => {
  it('run an existing script unchanged: the default channels and one more', async () => {
    const script = `
from cam_server.pipeline.data_processing import functions, processor

${SIGNATURE}
    channels = processor.process_image(image, pulse_id, timestamp, x_axis, y_axis, parameters, bsdata)
    channels["average_value"] = channels["intensity"] / channels["width"] / channels["height"]
    return channels
`;
    await withScript(script, async ({ camera, receive, instance, supervisor, exitCode }) => {
      await camera.sendImages(range(1, 5));
      const [message, ...others] = await receive(5);
      expect(namesOf(message!)).to.have.lengthOf(29);
      expect(message!.channel('image')!.decode()).to.deep.equal(referenceImage());
      expect(numberOf(message!, 'average_value')).to.equal(27720 / 480);
      expect(numberOf(message!, 'x_fit_mean')).to.be.closeTo(10.9999893759, 1e-6);
      const types = message!.channels.map(({ definition }) => [definition.name, definition.type]);
      expect(Object.fromEntries(types)).to.deep.include({
        ...{ width: 'int64', min_value: 'uint16', x_profile: 'int64', intensity: 'int64' },
        ...{ x_fit_gauss_function: 'float32', x_fit_mean: 'float64', x_axis: 'float32' },
      });
      expect(parseJson(String(message!.channel('processing_parameters')!.decode()))).to.deep.include({
        function: 'script.py',
        reload: false,
      });
      expect(pulseIdsOf(others)).to.deep.equal([2, 3, 4, 5]);
      expect(others.some(({ formatChanged }) => formatChanged)).to.equal(false);
      await supervisor.stop('pipeline');
      expect(await exitCode()).to.equal(0);
      expect(instance.lastSample).to.deep.include({ received: 5, sent: 5 });
    });
  });

  it('get the prepared image, which they may change, and the background of mode passive', async () => {
    const script = `${SIGNATURE}
    dark = parameters["background_data"]
    image[0, 0] = 999
    return {"image": image, "shape": list(image.shape), "x": x_axis, "dark": dark.sum(), "darks": list(dark.shape)}
`;
    const config = {
      binning_x: 2,
      mirror_x: true,
      image_background: 'dark',
      image_background_enable: 'passive',
      include: ['shape', 'x', 'dark', 'darks', 'image'],
    };
    await withScript(
      script,
      async ({ camera, receive }) => {
        await camera.sendImages([1]);
        const [message] = await receive(1);
        const image = message!.channel('image')!.decode();
        if (!isArrayValue(image)) throw new Error('no image');
        expect(image.shape).to.deep.equal([20, 12]);
        expect(image.data[0]).to.equal(999);
        expect(message!.channel('shape')!.decode()).to.deep.equal(arrayValue(BigInt64Array.of(20n, 12n)));
        expect(message!.channel('darks')!.decode()).to.deep.equal(arrayValue(BigInt64Array.of(20n, 12n)));
        expect(numberOf(message!, 'dark')).to.equal(480 * 12);
        const x = message!.channel('x')!.decode();
        expect(isArrayValue(x) && [x.data[0], x.data[11]]).to.deep.equal([22.5, 0.5]);
      },
      config,
    );
  });

  it('fail with line and trace, are skipped or end the pipeline, and null results are dropped', async () => {
    const script = `${SIGNATURE}
    if pulse_id == 2:
        return {"size": parameters["size"]}
    return None if pulse_id == 3 else {"id": pulse_id}
`;
    await withScript(
      script,
      async ({ camera, receive, logs }) => {
        await camera.sendImages([1, 2, 3, 4]);
        expect(pulseIdsOf(await receive(2))).to.deep.equal([1, 4]);
        await until(() => logs().join('\n').includes('in process_image'));
        expect(logs()).to.include(
          "Error processing PID 2 at proc 0 thread 0: script.py line 3: KeyError: 'size'.",
        );
      },
      { abort_on_error: false },
    );
    await withScript(script, async ({ camera, exitCode }) => {
      await camera.sendImages([2]);
      expect(await exitCode()).to.equal(2);
    });
  });

  it('are replaced while frames flow, and no frame is lost', async () => {
    const version = (number: number): string => `${SIGNATURE}\n    return {"version": ${number}}\n`;
    const count = 150;
    const replace = async ({ camera, receive, instance, supervisor }: Rig, folder: string): Promise<void> => {
      const sending = (async () => {
        for (let pulseId = 0; pulseId < count; pulseId += 1) {
          await camera.sendImages([pulseId]);
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      })();
      const first = await receive(10);
      await writeFile(join(folder, 'script.py'), version(2));
      supervisor.updateConfig('pipeline', { ...instance.config, reload: true });
      const messages = [...first, ...(await receive(count - 10))];
      await sending;
      expect(pulseIdsOf(messages)).to.deep.equal(range(0, count));
      const versions = messages.map((message) => numberOf(message, 'version'));
      expect([versions[0], versions.at(-1)]).to.deep.equal([1, 2]);
      expect(versions).to.deep.equal([...versions].sort());
    };
    // room for all, as a busy machine may have no time for the process
    await withScript(version(1), replace, { thread_buffer_size: count });
  });

  it('run in several processes with processing_threads, in the order of the frames', async () => {
    const script = `import os, time
${SIGNATURE}
    time.sleep(0.03 if pulse_id % 3 == 0 else 0.005)
    return {"process": os.getpid()}
`;
    await withScript(
      script,
      async ({ camera, receive }) => {
        await camera.sendImages(range(1, 20));
        const messages = await receive(20);
        expect(pulseIdsOf(messages)).to.deep.equal(range(1, 20));
        expect(new Set(messages.map((message) => numberOf(message, 'process'))).size).to.equal(2);
      },
      { processing_threads: 2 },
    );
  });

  it('that cannot be imported end the pipeline with code 2 and say why', async () => {
    await withScript('import nowhere\n', async ({ exitCode, logs }) => {
      expect(await exitCode()).to.equal(2);
      expect(logs()).to.include(
        "Could not import function script.py: script.py line 1: ModuleNotFoundError: No module named 'nowhere'.",
      );
    });
  });
});
