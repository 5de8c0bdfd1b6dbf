// Makes a message of its own: a small image with a spot that goes round.
// Pipeline: {"pipeline_type": "custom", "function": "custom_typescript.ts", "max_frame_rate": 10}
import { type CustomCall, type CustomMessage, toNdArray } from 'camserver/processing';

const SIZE = 64;
let angle = 0;

export function custom({ init }: CustomCall): CustomMessage {
  angle = init ? 0 : angle + 0.1;
  const pixels = new Uint16Array(SIZE * SIZE);
  const [x, y] = [SIZE / 2 + 20 * Math.cos(angle), SIZE / 2 + 20 * Math.sin(angle)];
  for (let index = 0; index < pixels.length; index += 1) {
    const distance = Math.hypot((index % SIZE) - x, Math.floor(index / SIZE) - y);
    pixels[index] = 1000 * Math.exp(-distance / 4);
  }
  const image = toNdArray({ type: 'uint16', data: pixels, shape: [SIZE, SIZE] });
  return { data: { image, angle }, size: pixels.byteLength };
}
