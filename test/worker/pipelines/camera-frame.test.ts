import { expect } from 'chai';
import { arrayValue, type ChannelValue, TypedScalar } from '../../../src/common/values.js';
import { FrameAccount } from '../../../src/streaming/accounting.js';
import {
  type CameraFrame,
  decodedPixels,
  readCameraFrame,
} from '../../../src/worker/pipelines/camera-frame.js';
import { messageOf } from './messages.js';

const image = arrayValue(
  Uint16Array.from({ length: 600 }, (_, index) => index),
  [20, 30],
);

function camera(more: Record<string, ChannelValue> = {}): Record<string, ChannelValue> {
  return {
    image,
    timestamp: 1.5,
    width: new TypedScalar('int64', 30n),
    height: new TypedScalar('int64', 20n),
    x_axis: arrayValue(Float32Array.from({ length: 30 }, (_, index) => index / 2)),
    y_axis: arrayValue(Float32Array.from({ length: 20 }, (_, index) => -index)),
    ...more,
  };
}

function read(...parameters: Parameters<typeof messageOf>): CameraFrame | null {
  const account = new FrameAccount({ received: 0, sent: 0, bytesReceived: 0, dropped: {} });
  return readCameraFrame(messageOf(...parameters), account.receive(0));
}

describe('camera frame', () => {
  it('reads pixels without a copy, and copies of the axes', () => {
    const frame = read(7n, camera())!;
    expect(frame).to.deep.include({ pulseId: 7n, timestamp: { seconds: 1_700_000_000n, nanoseconds: 7n } });
    expect(frame.pixels).to.deep.include({ type: 'uint16', rows: 20, columns: 30, byteLength: 1200 });
    expect(frame.pixels.view()).to.deep.equal(image.data);
    expect(frame.extraChannels.size).to.equal(0);
    frame.pixels.release();
    expect(frame.xAxis[3]).to.equal(1.5);
    expect(frame.yAxis[3]).to.equal(-3);
  });

  it('decodes compressed and big-endian pixels', () => {
    for (const overrides of [
      { compression: 'bitshuffle_lz4' },
      { compression: 'lz4' },
      { encoding: 'big' },
    ] as const) {
      const frame = read(7n, camera(), overrides)!;
      expect(frame.pixels.view(), JSON.stringify(overrides)).to.equal(null);
      expect(decodedPixels(frame.pixels), JSON.stringify(overrides)).to.deep.equal(image.data);
    }
  });

  it('passes on the channels beyond the six of a camera', () => {
    const frame = read(7n, camera({ charge: 2.5, wave: arrayValue(Float64Array.of(1, 2)) }))!;
    frame.pixels.release();
    expect([...frame.extraChannels]).to.deep.equal([
      ['charge', new TypedScalar('float64', 2.5)],
      ['wave', arrayValue(Float64Array.of(1, 2))],
    ]);
  });

  it('counts pixels when there are no axes', () => {
    const frame = read(7n, { image })!;
    expect(Array.from(frame.xAxis.slice(0, 3))).to.deep.equal([0, 1, 2]);
    expect(frame.yAxis.length).to.equal(20);
  });

  it('is null without an image', () => {
    expect(read(7n, camera({ image: null }))).to.equal(null);
    expect(read(7n, { width: 1 })).to.equal(null);
  });

  it('refuses what is no image', () => {
    expect(() => read(7n, { image: 'text' })).to.throw("Images of type 'string' cannot be processed");
    expect(() => read(7n, { image: arrayValue(new Uint16Array(200)) })).to.throw(
      'this one has the shape [200]',
    );
  });
});
