import { expect } from 'chai';
import sharp from 'sharp';
import { CamServerError } from '../../src/common/errors.js';
import { arrayValue } from '../../src/common/values.js';
import { COLOR_MAP_NAMES, colorMap } from '../../src/processing/colormaps/index.js';
import { kernels } from '../../src/processing/native.js';
import { encodePng, renderPicture } from '../../src/processing/picture.js';
import { imageOf, viewOf } from '../../src/processing/views.js';
import { type ExpectedOutput, expectValue, inputArray, vectorCases } from '../support/vectors.js';

describe('processing/colormaps', () => {
  for (const entry of vectorCases('colormap_lut')) {
    it(`${entry.id}: the 256 colours`, () => {
      const table = colorMap(entry.params.colormap_name as string);
      const [expected] = entry.expected.outputs as ExpectedOutput[];
      expectValue(arrayValue(table, [256, 4]), expected!, entry.tolerance);
    });
  }

  it('reverses every map', () => {
    for (const name of COLOR_MAP_NAMES) {
      const [forward, backward] = [colorMap(name), colorMap(`${name}_r`)];
      expect([...backward.subarray(0, 4)], name).to.deep.equal([...forward.subarray(1020)]);
      expect([...backward.subarray(1020)], name).to.deep.equal([...forward.subarray(0, 4)]);
    }
  });

  it('does not take names of object properties for maps', () => {
    expect(() => colorMap('constructor')).to.throw(CamServerError, "colormap 'constructor'");
  });
});

describe('processing/picture', () => {
  for (const entry of vectorCases('png')) {
    it(`${entry.id}: pixels, and the same pixels from the PNG`, async () => {
      const { colormap_name, scale, min_value, max_value } = entry.params as {
        colormap_name?: string;
        scale?: number;
        min_value?: number;
        max_value?: number;
      };
      const render = () =>
        renderPicture(kernels, imageOf(inputArray(entry, 'image')!), {
          colorMap: colormap_name,
          scale,
          minimum: min_value,
          maximum: max_value,
        });
      if ('raises' in entry.expected) {
        const { message } = entry.expected.raises as { message: string };
        expect(render).to.throw(CamServerError, message);
        return;
      }
      const picture = render();
      const [expected] = entry.expected.outputs as ExpectedOutput[];
      expectValue(arrayValue(picture.rgba, [picture.height, picture.width, 4]), expected!, entry.tolerance);
      const decoded = await sharp(await encodePng(picture))
        .raw()
        .toBuffer();
      expect(decoded.equals(picture.rgba)).to.equal(true);
    });
  }

  it('colours 0...11 as the specification lists', () => {
    const image = viewOf(
      Uint16Array.from({ length: 12 }, (_, index) => index),
      3,
      4,
    );
    const { rgba } = renderPicture(kernels, image);
    expect([...rgba.subarray(0, 16)]).to.deep.equal([
      127, 0, 255, 255, 81, 71, 252, 255, 35, 136, 244, 255, 10, 191, 232, 255,
    ]);
    expect([...rgba.subarray(44)]).to.deep.equal([255, 0, 0, 255]);
  });

  it('refuses a scale that leaves nothing', () => {
    const image = viewOf(new Uint16Array(12), 3, 4);
    expect(() => renderPicture(kernels, image, { scale: 0.1 })).to.throw('leaves no pixel');
    expect(() => renderPicture(kernels, image, { scale: -1 })).to.throw('leaves no pixel');
  });
});
