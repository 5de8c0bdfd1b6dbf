import { expect } from 'chai';
import fc from 'fast-check';
import {
  expandCameraConfiguration,
  prepareCameraConfiguration,
  validateCameraConfiguration,
} from '../../src/camera/configuration.js';
import { formatJson, type JsonObject, parseJson } from '../../src/common/json.js';

const parse = (text: string): JsonObject => parseJson(text) as JsonObject;

describe('camera/configuration', () => {
  it('completes a document, defaults first, unknown keys kept', () => {
    expect(
      formatJson(expandCameraConfiguration(parse('{"source": "P", "_roi": [1], "rotate": 1}'))),
    ).to.equal(
      '{"camera_calibration": null, "mirror_x": false, "mirror_y": false, "rotate": 1, "roi": null, ' +
        '"image_background": null, "source_type": "epics", "source": "P", "_roi": [1]}',
    );
  });

  it('completes a calibration, floats written as floats', () => {
    const expanded = expandCameraConfiguration(parse('{"camera_calibration": {"note": "x"}}'));
    expect(formatJson(expanded.camera_calibration)).to.equal(
      '{"reference_marker": [0, 0, 100, 100], "reference_marker_width": 100.0, ' +
        '"reference_marker_height": 100.0, "angle_horizontal": 0.0, "angle_vertical": 0.0, "note": "x"}',
    );
  });

  it('never shares a default between two documents', () => {
    const first = expandCameraConfiguration(parse('{"camera_calibration": {}}'));
    ((first.camera_calibration as JsonObject).reference_marker as number[])[0] = 7;
    const second = expandCameraConfiguration(parse('{"camera_calibration": {}}'));
    expect((second.camera_calibration as JsonObject).reference_marker).to.deep.equal([0, 0, 100, 100]);
  });

  it('refuses in the words of the contract', () => {
    const complete = expandCameraConfiguration({ source: 's' });
    const cases: [JsonObject, string][] = [
      [{}, 'Config object cannot be empty. Config: {}'],
      [{ source_type: 'simulation' }, "'source' not specified in configuration."],
      [
        { source: 's', source_type: 'epics', rotate: 0, roi: null, image_background: null },
        'The following mandatory attributes were not found in the configuration: ' +
          "['camera_calibration', 'mirror_x', 'mirror_y']",
      ],
      [
        { ...complete, camera_calibration: { reference_marker: [] } },
        'The following mandatory attributes were not found in the camera_calibration: ' +
          "['reference_marker_width', 'reference_marker_height', 'angle_horizontal', 'angle_vertical']",
      ],
      [{ ...complete, source_type: null }, 'Undefined source_type'],
      [
        { ...complete, source_type: 'x' },
        "Invalid source_type 'x'. Available: ['epics', 'simulation', 'bsread', 'area_detector', " +
          "'bsread_simulation', 'stream', 'hdf5', 'array10', 'bschannel', 'stddaq', 'script'].",
      ],
    ];
    for (const [config, text] of cases) expect(() => validateCameraConfiguration(config)).to.throw(text);
    expect(() => prepareCameraConfiguration({})).to.throw("'source' not specified in configuration.");
  });

  it('gives the same document when a complete one is completed again, and holds no null but defaults', () => {
    const keys = fc.constantFrom(
      'source',
      'roi',
      'rotate',
      'camera_calibration',
      'source_type',
      '_x',
      'alias',
    );
    fc.assert(
      fc.property(fc.dictionary(keys, fc.jsonValue({ maxDepth: 2 })), (config) => {
        const once = expandCameraConfiguration(config as JsonObject);
        expect(formatJson(expandCameraConfiguration(once))).to.equal(formatJson(once));
        for (const [key, value] of Object.entries(config)) {
          if (value === null)
            expect(once[key] ?? null, key).to.deep.equal(expandCameraConfiguration({})[key] ?? null);
          else if (key !== 'camera_calibration') expect(once[key], key).to.deep.equal(value);
        }
      }),
    );
  });
});
