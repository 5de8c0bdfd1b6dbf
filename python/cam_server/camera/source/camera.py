"""The base of cameras that users write (``source_type: "script"``). Everything may be left out, but ``read`` or ``get_data``."""
import time

from cam_server.configuration import Configuration


class CameraConfig(Configuration):
    def get_source(self):
        return self.parameters.get("source")


class Camera:
    camera_config = None
    """The configuration, also a new one that arrives while the camera runs."""

    width_raw = 0
    height_raw = 0

    def __init__(self, camera_config):
        self.camera_config = camera_config

    def verify_camera_online(self):
        """Raises an error when the camera cannot be used; its text is given to whoever starts the camera."""

    def connect(self):
        """Called once before the first image."""

    def disconnect(self):
        """Called once at the end."""

    def read(self):
        """The next image, an array of [row, column]; None when there is none at the moment. It may wait for any time."""
        return None

    def get_raw_geometry(self):
        """Width and height of the images; 0 as long as they are not known."""
        return self.width_raw, self.height_raw

    def get_image(self, raw=False):
        """The next image. The instance mirrors, rotates and crops it, and subtracts the background."""
        return self.read()

    def get_data(self):
        """The next image with its time and its pulse id."""
        return self.get_image(), self.get_timestamp(), self.get_pulse_id()

    def get_timestamp(self):
        """Seconds since 1970 of the image that was just read, or (seconds, nanoseconds)."""
        return time.time()

    def get_pulse_id(self):
        """The pulse id of the image that was just read; None: the stream counts by itself."""
        return None

    def get_send_channels(self, default_channels):
        """The channels of the message, a dictionary in their order, made from image, width, height, timestamp, x_axis and y_axis.

        What is left of these is filled in by the instance, after mirroring and so on; other channels are sent as they are.
        """
        return default_channels
