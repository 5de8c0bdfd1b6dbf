/** The example that comes with CamServer (`class: "custom_source"`): random pixels from 1 to 100. */
import { CustomCamera, type CustomImage } from './custom-camera.js';

const [WIDTH, HEIGHT] = [80, 40];

export class custom_source extends CustomCamera {
  override async rawGeometry(): Promise<readonly [number, number]> {
    return [WIDTH, HEIGHT];
  }

  override async read(): Promise<CustomImage> {
    // a camera waits for its next image; without, the loop would take the whole processor
    await new Promise((resolve) => setTimeout(resolve, 10));
    const data = Uint16Array.from({ length: WIDTH * HEIGHT }, () => 1 + Math.floor(Math.random() * 100));
    return { data, shape: [HEIGHT, WIDTH] };
  }
}
