// A camera of its own: a ramp that moves. In the place of the calculation a device would be waited for.
// Camera: {"source": "", "source_type": "script", "class": "camera_javascript", "frame_rate": 10}
import { CustomCamera } from 'camserver/camera';

const [WIDTH, HEIGHT] = [320, 240];

export class camera_javascript extends CustomCamera {
  count = 0;

  async read() {
    this.count += 1;
    const data = Uint16Array.from({ length: WIDTH * HEIGHT }, (_, index) => (index + this.count) % WIDTH);
    return { data, shape: [HEIGHT, WIDTH] };
  }

  channels(defaults) {
    return defaults.set('count', this.count);
  }
}
