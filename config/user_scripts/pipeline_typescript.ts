/**
 * A whole pipeline: the mean pixel of each image of a camera, and how much it changed. Use it in a pipeline of type script:
 *
 *     { "pipeline_type": "script", "pipeline_script": "pipeline_typescript.ts", "camera_name": "simulation" }
 */
import type { ScriptPipeline } from 'camserver/pipeline';

type Image = { readonly data: ArrayLike<number> };

export async function run(pipeline: ScriptPipeline): Promise<void> {
  const output = await pipeline.openOutput();
  let last: number | null = null;
  for await (const { data, pulseId, timestamp } of pipeline.messages()) {
    const { data: pixels } = data.image as unknown as Image;
    let sum = 0;
    for (let index = 0; index < pixels.length; index += 1) sum += pixels[index]!;
    const mean = sum / pixels.length;
    const change = last === null ? 0 : mean - last;
    await output.send({ mean, change }, { pulseId, timestamp });
    last = mean;
  }
}
