/**
 * A camera of its own: a spot that moves over noise. In the place of the calculation a device would be waited for.
 *
 *     { "source": "", "source_type": "script", "class": "camera_typescript", "frame_rate": 10 }
 */
import { CustomCamera, type CustomImage } from 'camserver/camera';

const [WIDTH, HEIGHT] = [320, 240];

export class camera_typescript extends CustomCamera {
  private count = 0;
  private position = 0;

  override async rawGeometry(): Promise<readonly [number, number]> {
    return [WIDTH, HEIGHT];
  }

  override async read(): Promise<CustomImage> {
    this.count += 1;
    this.position = 160 + 80 * Math.sin(this.count / 10);
    const data = new Uint16Array(WIDTH * HEIGHT);
    for (let y = 0; y < HEIGHT; y += 1) {
      for (let x = 0; x < WIDTH; x += 1) {
        const spot = 4000 * Math.exp(-((x - this.position) ** 2 + (y - 120) ** 2) / 800);
        data[y * WIDTH + x] = spot + 100 * Math.random();
      }
    }
    return { data, shape: [HEIGHT, WIDTH] };
  }

  override channels(defaults: Parameters<CustomCamera['channels']>[0]) {
    return defaults.set('position', this.position);
  }
}
