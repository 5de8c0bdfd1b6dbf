import { expect } from 'chai';
import { prepareCameraConfiguration } from '../../src/camera/configuration.js';
import { cameraAxes, cameraGeometry } from '../../src/camera/geometry.js';
import type { GeometrySettings } from '../../src/camera/geometry-settings.js';
import { readCameraSettings } from '../../src/camera/settings.js';
import type { JsonObject } from '../../src/common/json.js';
import { arrayValue, type ChannelValue } from '../../src/common/values.js';
import { type ExpectedOutput, expectValue, vectorCases } from '../support/vectors.js';

const geometrySettings = (config: JsonObject): GeometrySettings =>
  readCameraSettings(prepareCameraConfiguration({ source: '', ...config })).geometry;

describe('camera/geometry', () => {
  for (const entry of vectorCases('camera_axes')) {
    it(`gives the axes of the original: ${entry.id}`, () => {
      const settings = geometrySettings(entry.params.config as JsonObject);
      const [width, height] = entry.params.raw_size as [number, number];
      const geometry = cameraGeometry({ width, height }, settings);
      const axes = cameraAxes(geometry, settings.calibration);
      const actual: Record<string, ChannelValue> = {
        width: geometry.region.width,
        height: geometry.region.height,
        x_axis: arrayValue(axes.x),
        y_axis: arrayValue(axes.y),
      };
      const outputs = entry.expected.outputs as ExpectedOutput[];
      expect(outputs.length).to.equal(4);
      for (const output of outputs) expectValue(actual[output.name]!, output, entry.tolerance);
    });
  }

  it('clips the region of interest once, for size and axes alike', () => {
    const settings = geometrySettings({ roi: [40, 20, 50, 30], rotate: 5 });
    const geometry = cameraGeometry({ width: 61, height: 47 }, settings);
    expect(geometry).to.deep.equal({
      full: { width: 47, height: 61 },
      region: { x: 40, y: 50, width: 7, height: 11 },
    });
    const axes = cameraAxes(geometry, null);
    expect([axes.x.length, axes.y.length, axes.x[0], axes.y[0]]).to.deep.equal([7, 11, 40, 50]);
  });

  it('says why no pixel is left', () => {
    expect(() =>
      cameraGeometry({ width: 10, height: 10 }, geometrySettings({ roi: [10, 5, 0, 5] })),
    ).to.throw('The region of interest [10, 5, 0, 5] lies outside of the image of 10x10 pixels.');
    expect(() => cameraGeometry({ width: 3, height: 3 }, geometrySettings({ binning_x: 4 }))).to.throw(
      'Binning by 4x1 leaves no pixel of the image.',
    );
  });

  it('names the direction whose calibration is impossible, and resets both scales', () => {
    const settings = geometrySettings({
      camera_calibration: { reference_marker: [0, 3, 4, 3], reference_marker_width: 8 },
    });
    const axes = cameraAxes(cameraGeometry({ width: 3, height: 4 }, settings), settings.calibration);
    expect(axes.invalid).to.deep.equal(['y']);
    expect(Array.from(axes.x)).to.deep.equal([2, 1, -0]);
    expect(Array.from(axes.y)).to.deep.equal([3, 2, 1, -0]);
  });
});
