# A camera of its own: a spot that moves over noise. In the place of the calculation a device would be read.
# Camera: {"source": "", "source_type": "script", "class": "camera_python", "frame_rate": 10}
import numpy
from cam_server.camera.source.camera import Camera


class camera_python(Camera):
    def connect(self):
        self.generator = numpy.random.default_rng(1)
        self.count = 0
        self.width_raw, self.height_raw = 320, 240

    def read(self):
        self.count += 1
        self.position = 160 + 80 * numpy.sin(self.count / 10)
        x, y = numpy.arange(self.width_raw), numpy.arange(self.height_raw)[:, None]
        spot = 4000 * numpy.exp(-((x - self.position) ** 2 + (y - 120) ** 2) / 800)
        return (spot + self.generator.integers(0, 100, spot.shape)).astype(numpy.uint16)

    def get_send_channels(self, default_channels):
        default_channels["position"] = float(self.position)
        return default_channels
