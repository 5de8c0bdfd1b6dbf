import { expect } from 'chai';
import { formatJson, type JsonObject, parseJson } from '../../../src/common/json.js';
import { preparePipelineConfiguration } from '../../../src/worker/configuration/index.js';
import { readPipelineInstanceOptions } from '../../../src/worker/pipelines/options.js';
import {
  addImageParameters,
  prepareParameters,
  readErrorPolicy,
} from '../../../src/worker/pipelines/parameters.js';

const options = readPipelineInstanceOptions({
  port: 0,
  camera_server: 'http://localhost:8888',
  background_folder: '/nowhere',
  script_folder: '/nowhere',
});

const prepare = (config: JsonObject): JsonObject => prepareParameters(config, options, 'PUB');

describe('pipeline parameters', () => {
  it('are published in the order of the contract', () => {
    const parameters = prepare(preparePipelineConfiguration({ camera_name: 'cam' }));
    addImageParameters(parameters, { functionImported: false, backgroundLoaded: null });
    expect(formatJson(parameters)).to.equal(
      '{"image_background_enable": false, "image_background": null, "image_threshold": null, ' +
        '"image_region_of_interest": null, "image_good_region": null, "image_slices": null, ' +
        '"pipeline_type": "processing", "camera_name": "cam", "no_client_timeout": 10, "queue_size": 10, ' +
        '"mode": "PUB", "block": true, "data_compression": null, "data_header_compression": null}',
    );
  });

  it('keep literal kinds and leave the configuration alone', () => {
    const config = parseJson(
      '{"image_scale": 2.0, "rotation": {"angle": 90.0, "mode": "ortho"}}',
    ) as JsonObject;
    const parameters = prepare(config);
    addImageParameters(parameters, { functionImported: true, backgroundLoaded: false });
    expect(formatJson(parameters)).to.equal(
      '{"image_scale": 2.0, "rotation": {"angle": 90.0, "mode": "ortho", "order": 1}, "no_client_timeout": 10, ' +
        '"queue_size": 10, "mode": "PUB", "block": true, "data_compression": null, ' +
        '"data_header_compression": null, "reload": false, "image_background_ok": false}',
    );
    expect(formatJson(config)).to.equal('{"image_scale": 2.0, "rotation": {"angle": 90.0, "mode": "ortho"}}');
  });

  it('normalise pulse id range, compression, rotation, averaging and the merging buffers', () => {
    const parameters = prepare({
      pid_range: ['5', 7.9],
      data_compression: true,
      data_header_compression: 'lz4',
      rotation: 17,
      averaging: '3',
      bsread_channels: [],
      bsread_image_buf: 9999,
    });
    addImageParameters(parameters, { functionImported: false, backgroundLoaded: true });
    expect(parameters).to.deep.include({
      pid_range: [5, 7],
      data_compression: 'bitshuffle_lz4',
      data_header_compression: 'lz4',
      rotation: { angle: 17, order: 1, mode: '0.0' },
      averaging: 3,
      image_background_ok: true,
      bsread_image_buf: 5000,
      bsread_data_buf: 1000,
    });
    expect(prepare({ pid_range: ['a', 1] }).pid_range).to.equal(null);
    expect(() => prepare({ data_compression: 'zip' })).to.throw('Data compression "zip" not supported.');
  });

  it('publish no rotation for an angle of 0 or none', () => {
    for (const rotation of [0, 'left', { order: 3 }, { angle: 0 }] as JsonObject[]) {
      const parameters = prepare({ rotation });
      addImageParameters(parameters, { functionImported: false, backgroundLoaded: null });
      expect(parameters.rotation || null, JSON.stringify(rotation)).to.equal(null);
    }
  });

  it('notify on errors when the name ends with _sp, or as notify_on_error says', () => {
    const notifies = (config: JsonObject): boolean => readErrorPolicy(config, options).notifyOnError;
    expect(notifies({ name: 'x_sp' })).to.equal(true);
    expect(notifies({ name: 'x_sp1' })).to.equal(false);
    expect(notifies({ name: null })).to.equal(false);
    expect(notifies({})).to.equal(false);
    expect(notifies({ name: 'x_sp', notify_on_error: false })).to.equal(false);
    expect(notifies({ name: 'x', notify_on_error: true })).to.equal(true);
  });

  it('take the defaults of the server for what is absent or null', () => {
    expect(readErrorPolicy({ camera_timeout: null }, options)).to.deep.equal({
      abortOnError: true,
      abortOnTimeout: false,
      notifyOnError: false,
      streamTimeout: 10,
      cameraTimeout: 10,
    });
    expect(readErrorPolicy({ abort_on_error: 0, camera_timeout: 0 }, options)).to.deep.include({
      abortOnError: false,
      cameraTimeout: 0,
    });
  });

  it('need complete options', () => {
    expect(() => readPipelineInstanceOptions({ port: 1 })).to.throw("'camera_server' must be a text");
    expect(() =>
      readPipelineInstanceOptions({ camera_server: '', background_folder: '', script_folder: '', port: -1 }),
    ).to.throw("'port' must be a whole number from 0 to 65535");
  });
});
