import { expect } from 'chai';
import fc from 'fast-check';
import { formatJson, type JsonObject, parseJson } from '../../../src/common/json.js';
import {
  expandPipelineConfiguration,
  loadPipelineConfiguration,
  mergePipelineUpdate,
} from '../../../src/worker/configuration/index.js';

const read = (json: string): JsonObject => parseJson(json) as JsonObject;

function expanded(json: string): string {
  return formatJson(expandPipelineConfiguration(read(json)));
}

function refusal(json: string): string {
  try {
    loadPipelineConfiguration(read(json));
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
}

describe('expansion of pipeline configurations', () => {
  it('puts the defaults of processing first and keeps the order of the other keys', () => {
    expect(expanded('{"camera_name": "cam", "image_threshold": 5, "zz": 1.0}')).to.equal(
      '{"image_background_enable": false, "image_background": null, "image_threshold": 5, ' +
        '"image_region_of_interest": null, "image_good_region": null, "image_slices": null, ' +
        '"pipeline_type": "processing", "camera_name": "cam", "zz": 1.0}',
    );
  });

  it('drops null of unknown keys and restores defaults for processing, and keeps null elsewhere', () => {
    expect(
      expandPipelineConfiguration(
        read('{"camera_name": "c", "function": null, "image_background_enable": null}'),
      ),
    )
      .to.include({ image_background_enable: false })
      .and.not.have.property('function');
    expect(expanded('{"pipeline_type": "stream", "function": null}')).to.equal(
      '{"pipeline_type": "stream", "function": null}',
    );
  });

  it('takes a missing, null or empty type for processing', () => {
    for (const json of ['{}', '{"pipeline_type": null}', '{"pipeline_type": ""}']) {
      expect(expandPipelineConfiguration(read(json)).pipeline_type).to.equal('processing');
    }
  });

  it('completes the sections, also empty ones', () => {
    const config = expandPipelineConfiguration(
      read('{"image_good_region": {}, "image_slices": {"number_of_slices": 3, "scale": null}}'),
    );
    expect(formatJson(config.image_good_region)).to.equal('{"threshold": 0.3, "gfscale": 1.8}');
    expect(formatJson(config.image_slices)).to.equal(
      '{"number_of_slices": 3, "scale": 2, "orientation": "vertical"}',
    );
  });

  it('leaves its argument alone, and a second expansion changes nothing', () => {
    const value = fc.oneof(
      fc.constant(null),
      fc.integer(),
      fc.double(),
      fc.string(),
      fc.boolean(),
      fc.constant({}),
    );
    const key = fc.oneof(
      fc.string(),
      fc.constantFrom('image_slices', 'image_good_region', 'image_threshold', '__proto__'),
    );
    const type = fc.constantFrom(null, '', 'processing', 'stream', 'store');
    fc.assert(
      fc.property(fc.dictionary(key, value), type, (keys, pipelineType) => {
        const config = { ...keys, pipeline_type: pipelineType } as JsonObject;
        const before = formatJson(config);
        const once = expandPipelineConfiguration(config);
        expect(formatJson(config)).to.equal(before);
        expect(formatJson(expandPipelineConfiguration(once))).to.equal(formatJson(once));
      }),
    );
  });
});

describe('validation of pipeline configurations', () => {
  it('speaks the texts of the contract', () => {
    expect(refusal('{}')).to.equal('Camera name not specified in configuration.');
    expect(refusal('{"pipeline_type": "store"}')).to.equal('Camera name not specified in configuration.');
    expect(refusal('{"pipeline_type": "x"}')).to.equal(
      "pipeline_type 'x' not present in mapping. Available: ['processing', 'store', 'stream', 'custom', 'fanout', 'fanin', 'script'].",
    );
    expect(refusal('{"camera_name": "c", "image_slices": {"number_of_slices": 1.0}}')).to.equal(
      'number_of_slices must be an integer.',
    );
    expect(refusal('{"camera_name": "c", "image_slices": {"orientation": "diagonal"}}')).to.equal(
      "Invalid slice orientation 'diagonal'. Slices orientation can be 'vertical' or 'horizontal'.",
    );
    expect(refusal('{"camera_name": "c", "mode": "FILE"}')).to.equal('File name not defined');
    expect(refusal('{"pipeline_type": "stream"}')).to.equal('accepted');
  });

  it('reports the first fault in the order of the original', () => {
    expect(refusal('{"image_slices": {"number_of_slices": "a"}}')).to.equal(
      'Camera name not specified in configuration.',
    );
    expect(
      refusal('{"camera_name": "c", "mode": "FILE", "image_slices": {"number_of_slices": "a"}}'),
    ).to.equal('number_of_slices must be an integer.');
  });
});

describe('update of a pipeline configuration', () => {
  const current = read(
    '{"pipeline_type": "processing", "camera_name": "c", "image_slices": {"number_of_slices": 3, "scale": 2.0, "orientation": "vertical"}, "image_good_region": null, "scale": 2.0}',
  );

  it('merges sections key by key and replaces everything else', () => {
    const merged = mergePipelineUpdate(
      current,
      read('{"image_slices": {"scale": 5}, "scale": 2, "extra": {"a": 1}}'),
    );
    expect(formatJson(merged.image_slices)).to.equal(
      '{"number_of_slices": 3, "scale": 5, "orientation": "vertical"}',
    );
    expect(formatJson(mergePipelineUpdate(merged, read('{"extra": {"b": 1}}')).extra)).to.equal('{"b": 1}');
    expect(formatJson({ all: merged })).to.contain('"scale": 2, "extra"');
  });

  it('keeps the literal kind of a section that is not touched', () => {
    const merged = mergePipelineUpdate(current, read('{"image_slices": {"orientation": "horizontal"}}'));
    expect(formatJson(merged.image_slices)).to.contain('"scale": 2.0');
  });

  it('takes a section as it is when there was none, and null switches it off', () => {
    expect(mergePipelineUpdate(current, read('{"image_good_region": {}}')).image_good_region).to.deep.equal(
      {},
    );
    expect(mergePipelineUpdate(current, read('{"image_slices": null}')).image_slices).to.equal(null);
  });
});
