import { expect } from 'chai';
import fc from 'fast-check';
import { prepareCameraConfiguration, SOURCE_TYPES } from '../../src/camera/configuration.js';
import { fixedPort, readCameraSettings } from '../../src/camera/settings.js';
import { CamServerError } from '../../src/common/errors.js';
import type { JsonObject } from '../../src/common/json.js';

const read = (config: JsonObject) =>
  readCameraSettings(prepareCameraConfiguration({ source: '', ...config }));

describe('camera/settings', () => {
  it('takes the documented defaults', () => {
    const settings = read({ source_type: 'simulation' });
    expect(settings.output).to.deep.equal({
      queueSize: 100,
      noClientTimeout: 10,
      protocol: 'tcp',
      imageCompression: 'none',
      scalarCompression: 'none',
      dataHeaderCompression: 'none',
      dtype: null,
      automaticHeader: false,
      simulatePulseId: false,
    });
    expect(settings.simulation).to.deep.equal({ width: 1280, height: 960, beam: true, still: false });
    expect(settings.forwarder).to.equal(null);
    expect(settings.frameRate).to.equal(null);
  });

  it('bounds the size of simulated images', () => {
    const huge = { source_type: 'simulation', size_x: 65_535, size_y: 65_535 };
    expect(() => read(huge)).to.throw('at most 2048 with a size_x of 65535');
  });

  it('turns by quarter turns modulo four, and cuts region coordinates to whole numbers', () => {
    expect([5, -1, 4, 3].map((rotate) => read({ rotate }).geometry.rotate)).to.deep.equal([1, 3, 0, 3]);
    expect(read({ roi: [1.9, 4.5, 0, '3'] }).geometry.regionOfInterest).to.deep.equal({
      offsetX: 1,
      sizeX: 4,
      offsetY: 0,
      sizeY: 3,
    });
  });

  it('reads flags, sizes and compressions as sites write them', () => {
    expect(read({ queue_size: 'many' }).output.queueSize).to.equal(100);
    expect(read({ queue_size: 0 }).output.queueSize).to.equal(1);
    expect(read({ connections: 'x' }).bsread.connections).to.equal(1);
    expect(read({ buffer_threshold: 7 }).bsread.bufferThreshold).to.equal(1);
    expect(read({ image_compression: true }).output.imageCompression).to.equal('bitshuffle_lz4');
    expect(read({ source_type: 'bsread' }).output.automaticHeader).to.equal(true);
    expect(read({ enforce_pid: false }).bsread.enforcePulseId).to.equal(false);
    expect(read({ forwarder_port: 9000 }).forwarder?.port).to.equal(9000);
    expect(fixedPort({ port: '4711' })).to.equal(4711);
    expect(fixedPort({ port: 0 })).to.equal(null);
  });

  it('says which value would break an instance, and what it should be', () => {
    const cases: [JsonObject, string][] = [
      [{ rotate: 0.5 }, "Invalid value of 'rotate': 0.5. It must be a whole number of quarter turns."],
      [{ roi: [1, 2] }, "Invalid value of 'roi': [1, 2]. It must be null or four numbers"],
      [{ roi: [0, 0, 0, 5] }, "Invalid value of 'roi': [0, 0, 0, 5]."],
      [{ binning_x: 'a' }, 'Invalid value of \'binning_x\': "a". It must be a whole number from 0 to 65535.'],
      [{ camera_calibration: 3 }, "Invalid value of 'camera_calibration': 3. It must be null or an object."],
      [{ image_compression: 'zip' }, 'Invalid value of \'image_compression\': "zip".'],
      [{ dtype: 'float16' }, 'Invalid value of \'dtype\': "float16".'],
      [{ size_x: 0 }, "Invalid value of 'size_x': 0."],
      [{ frame_rate: -1 }, "Invalid value of 'frame_rate': -1."],
      [{ no_client_timeout: 'soon' }, 'Invalid value of \'no_client_timeout\': "soon". It must be a number.'],
    ];
    for (const [config, text] of cases) expect(() => read(config)).to.throw(CamServerError, text);
  });

  it('either reads a document or refuses it with a text for the user', () => {
    const key = fc.constantFrom('rotate', 'roi', 'binning_x', 'dtype', 'size_y', 'queue_size', 'port', 'url');
    const type = fc.constantFrom(...SOURCE_TYPES);
    fc.assert(
      fc.property(type, fc.dictionary(key, fc.jsonValue({ maxDepth: 2 })), (source_type, config) => {
        try {
          const { geometry } = read({ ...(config as JsonObject), source_type });
          expect(geometry.rotate).to.be.within(0, 3);
        } catch (error) {
          expect(error).to.be.instanceOf(CamServerError);
        }
      }),
    );
  });
});
