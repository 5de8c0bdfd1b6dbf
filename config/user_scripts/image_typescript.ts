// The brightest pixel of an image, and whether it is in the middle. Types are checked by an editor and stripped when it runs.
// Pipeline: {"camera_name": "simulation", "function": "image_typescript.ts", "centre_tolerance": 20}
import { type Channels, type ImageFrame, numberOf, processImage as defaultChannels } from 'camserver/processing';

export function processImage(frame: ImageFrame): Channels {
  const { image, parameters } = frame;
  const tolerance = Number(parameters.centre_tolerance ?? 10);
  const [rows = 0, columns = 0] = image.shape;
  let brightest = { row: 0, column: 0, value: Number.NEGATIVE_INFINITY };
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const value = image.get(row, column);
      if (value > brightest.value) brightest = { row, column, value };
    }
  }
  const channels = defaultChannels(frame);
  return {
    ...channels,
    peak_x: BigInt(brightest.column),
    peak_y: BigInt(brightest.row),
    peak_is_centred: Math.abs(brightest.column - columns / 2) < tolerance,
    peak_to_mean: brightest.value / (numberOf(channels.intensity) / image.size),
  };
}
