import { expect } from 'chai';
import type { ChannelDefinition } from '../../../src/bsread/index.js';
import type { JsonObject } from '../../../src/common/json.js';
import { arrayValue, type ChannelValue, TypedScalar } from '../../../src/common/values.js';
import { answerViewers, MessageTap } from '../../../src/streaming/live-view/index.js';
import { rejection } from '../../instances/support.js';

type Answer = JsonObject | { readonly result: JsonObject; readonly data: Uint8Array };
type Handler = (parameters: JsonObject) => Promise<Answer>;

const WIDTH = 40;
const HEIGHT = 30;
/** Pixel value = 100 y + x. */
const pixels = Uint16Array.from(
  { length: WIDTH * HEIGHT },
  (_, i) => 100 * Math.floor(i / WIDTH) + (i % WIDTH),
);

function desk() {
  const tap = new MessageTap();
  const handlers = new Map<string, Handler>();
  answerViewers({ onRequest: (name, handler) => void handlers.set(name, handler) }, tap);
  const ask = (name: string, parameters: JsonObject = {}) => handlers.get(name)!(parameters);
  const show = (pulseId: bigint, channels: Record<string, ChannelValue>) => {
    const definitions: ChannelDefinition[] = Object.keys(channels).map((name) => ({ name, type: 'float64' }));
    const timestamp = { seconds: 1_700_000_000n, nanoseconds: 5n };
    tap.observe({ pulseId, timestamp, definitions, values: Object.values(channels) });
  };
  /** Asks, then lets a message pass. */
  const view = async (
    parameters: JsonObject,
    pulseId = 1n,
    channels: Record<string, ChannelValue> = beam(),
  ) => {
    const answer = ask('view', parameters);
    show(pulseId, channels);
    return (await answer) as { result: JsonObject & { image: JsonObject }; data: Uint8Array };
  };
  return { tap, ask, show, view };
}

function beam(): Record<string, ChannelValue> {
  return {
    x_profile: arrayValue(Float32Array.of(1.5, 2.5, 3.5)),
    image: arrayValue(pixels, [HEIGHT, WIDTH]),
    intensity: new TypedScalar('float32', 4.5),
    large: 2n ** 60n,
    missing: null,
    comment: 'ok',
    broken: Number.NaN,
    long: arrayValue(new Float64Array(20_000)),
  };
}

describe('answers to viewers', () => {
  it('gives the region reduced to the screen, in values of the image', async () => {
    const { view } = desk();
    const { result, data } = await view({ region: [10, 4, 30, 20], width: 10, height: 10 });
    expect(result).to.include({ state: 'frame', pulse_id: 1, timestamp_exact: '1700000000.000000005' });
    expect(result.image).to.deep.include({
      channel: 'image',
      width: WIDTH,
      height: HEIGHT,
      type: 'uint16',
      region: [10, 4, 30, 20],
      factor: 2,
      plane: { width: 10, height: 8, type: 'uint16', low: 0, scale: 1 },
      minimum: 0,
      maximum: 2939,
      saturated: 0,
      not_finite: 0,
    });
    const plane = new Uint16Array(data.buffer, data.byteOffset, 80);
    // mean of 410, 411, 510, 511 rounded
    expect(plane[0]).to.equal(461);
    expect(plane[79]).to.equal(Math.round((1828 + 1829 + 1928 + 1929) / 4));
  });

  it('stays as fine as the screen when the viewer does the rest of the reduction itself', async () => {
    const { view } = desk();
    const factorOf = async (request: JsonObject): Promise<unknown> =>
      (await view(request)).result.image.factor;
    // 40 × 30 pixels on 25 × 25: one and a half per pixel of the screen
    expect(await factorOf({ width: 25, height: 25 })).to.equal(2);
    expect(await factorOf({ width: 25, height: 25, fit: 'outside' })).to.equal(1);
    expect(await factorOf({ width: 15, height: 100, fit: 'outside' })).to.equal(2);
    expect(await factorOf({ width: 400, height: 300, fit: 'outside' })).to.equal(1);
  });

  it('spreads 8 bits over the values from smallest to largest when asked for them in full', async () => {
    const { view } = desk();
    const { result, data } = await view({ encoding: 'uint8', range: 'full' });
    expect(result.image.plane).to.deep.include({ low: 0, scale: 255 / 2939 });
    expect([data[0], data[WIDTH * HEIGHT - 1]]).to.deep.equal([0, 255]);
  });

  it('takes percentiles and histogram of the whole image, whatever region is shown', async () => {
    const { view } = desk();
    const { result } = await view({ region: [0, 0, 2, 2] });
    const { histogram, automatic } = result.image as unknown as {
      histogram: { low: number; bin_width: number; counts: number[] };
      automatic: number[];
    };
    expect(histogram.counts.reduce((sum, count) => sum + count)).to.equal(WIDTH * HEIGHT);
    expect(histogram.low).to.equal(0);
    const sorted = [...pixels].sort((a, b) => a - b);
    expect(automatic[0]).to.equal(sorted[Math.ceil(0.001 * pixels.length) - 1]);
    expect(automatic[1]).to.equal(sorted[Math.ceil(0.999 * pixels.length) - 1]);
  });

  it('spreads 8 bits over the range asked for', async () => {
    const { view } = desk();
    const { result, data } = await view({ encoding: 'uint8', range: [100, 355], width: 40, height: 30 });
    expect((result.image.plane as JsonObject).scale).to.equal(1);
    expect([data[0], data[WIDTH], data[WIDTH + 7], data[29 * WIDTH]]).to.deep.equal([0, 0, 7, 255]);
  });

  it('sends small values as JSON and arrays as bytes, and only describes long ones', async () => {
    const { view } = desk();
    const { result, data } = await view({ width: 3, height: 3 });
    expect(result.scalars).to.deep.equal({
      intensity: 4.5,
      large: String(2n ** 60n),
      missing: null,
      comment: 'ok',
      broken: 'NaN',
    });
    const [profile, long] = result.arrays as JsonObject[];
    expect(profile).to.deep.include({ name: 'x_profile', type: 'float32', shape: [3] });
    expect((profile!.offset as number) % 8).to.equal(0);
    const bytes = data.slice(profile!.offset as number, (profile!.offset as number) + 12);
    expect([...new Float32Array(bytes.buffer)]).to.deep.equal([1.5, 2.5, 3.5]);
    expect(long).to.deep.equal({ name: 'long', type: 'float64', shape: [20_000], offset: null });
    const few = await view({ channels: ['intensity'] });
    expect([few.result.scalars, few.result.arrays]).to.deep.equal([{ intensity: 4.5 }, []]);
  });

  it('shows any type of image, and says so when there is none', async () => {
    const { view } = desk();
    const floats = arrayValue(Float64Array.of(-1, 0, 1, Number.POSITIVE_INFINITY), [2, 2]);
    const { result, data } = await view({}, 2n, { image: floats });
    expect(result.image).to.deep.include({ minimum: -1, maximum: 1, not_finite: 1, saturated: null });
    expect([...new Uint16Array(data.buffer, data.byteOffset, 3)]).to.deep.equal([0, 32_768, 65_535]);
    const without = await view({}, 3n, { intensity: 1 });
    expect(without.result.image).to.equal(null);
  });

  it('does nothing while nobody asks, and says that nothing came', async () => {
    const { tap, ask } = desk();
    expect(tap.isWanted).to.equal(false);
    expect(await ask('view', { timeout: 5 })).to.deep.equal({ state: 'waiting' });
    expect(tap.isWanted).to.equal(false);
  });

  it('keeps what was shown for exact pixels and downloads, and held pictures longer', async () => {
    const { ask, show, view } = desk();
    await view({}, 5n);
    expect(await ask('view_hold', { pulse_id: 5 })).to.deep.equal({ held: true });
    for (let pulseId = 6n; pulseId < 12n; pulseId += 1n) await view({}, pulseId);
    expect(await ask('view_pixel', { pulse_id: 5, x: 3, y: 7 })).to.include({ pulse_id: 5, value: 703 });
    expect((await ask('view_pixel', { pulse_id: 5, x: 40, y: 7 })) as JsonObject).to.include({ value: null });
    const frame = (await ask('view_frame', { pulse_id: 11 })) as { result: JsonObject; data: Uint8Array };
    expect(frame.result).to.deep.include({ pulse_id: 11, type: 'uint16', shape: [HEIGHT, WIDTH] });
    expect(Buffer.from(frame.data).equals(Buffer.from(pixels.buffer))).to.equal(true);
    expect((await rejection(ask('view_frame', { pulse_id: 6 }))).message).to.equal(
      'The image of pulse 6 is not kept any more; freeze the picture to keep it.',
    );
    const next = ask('view_frame');
    show(20n, beam());
    expect(((await next) as { result: JsonObject }).result.pulse_id).to.equal(20);
  });

  it('describes the channels of a message for people', async () => {
    const { ask, show } = desk();
    const answer = ask('view_message', { elements: 2 });
    show(4n, beam());
    const { channels } = (await answer) as { channels: JsonObject[] };
    expect(channels.find(({ name }) => name === 'x_profile')).to.deep.equal({
      name: 'x_profile',
      type: 'float64',
      shape: null,
      compression: 'none',
      value: [1.5, 2.5],
      elements: 3,
    });
  });

  it('refuses nonsense with a text that says what would be right', async () => {
    const { ask } = desk();
    const text = async (parameters: JsonObject) => (await rejection(ask('view', parameters))).message;
    expect(await text({ width: 0 })).to.equal(
      "The view's 'width' is 0; it must be a number of screen pixels from 1 to 8192.",
    );
    expect(await text({ region: [1, 2, 3] })).to.equal(
      "The view's 'region' is [1,2,3]; it must be four numbers [left, top, right, bottom], or null.",
    );
    expect(await text({ range: [5, 5] })).to.contain('two numbers [low, high] with low < high');
    expect(await text({ encoding: 'jpeg' })).to.contain("'uint8' or 'uint16'");
    expect(await text({ channels: 'all' })).to.contain('a list of at most 200 channel names');
    expect((await rejection(ask('view_pixel', { pulse_id: 'x' }))).message).to.equal(
      '\'pulse_id\' is "x"; it must be a whole number.',
    );
  });
});
