"""A camera that a user wrote: a class with the methods of cam_server.camera.source.camera.Camera."""
import os

import numpy

from cam_server.camera.source.camera import Camera, CameraConfig

from .script import Script, ScriptError
from .values import Unsendable

SET, DEFAULT = "+", "="
"""In front of the name of a channel: its value is given, or the instance has it."""


class CameraScript(Script):
    """Its call is one image: ``(data, timestamp, pulse id, 0)``; the first call connects and gives the size."""

    _camera = None

    def _find(self, module, name):
        stem = os.path.basename(name).split(".")[0]
        found = getattr(module, stem, None)
        if not isinstance(found, type):
            raise ScriptError(f"{self._name} has no class '{stem}'")
        if "process" in dir(found):
            raise ScriptError(f"{self._name}: cameras with a loop of their own (process) cannot run; write read or get_data")
        self._class = found if issubclass(found, Camera) else type(stem, (found, Camera), {})
        return self._step

    def close(self):
        if self._camera is not None:
            self._camera.disconnect()

    def _step(self, parameters, first):
        if first:
            return self._connect(parameters), None, None, 0
        camera = self._camera
        camera.camera_config.update(parameters)
        image, timestamp, pulse_id = camera.get_data()
        if image is None:
            return None, None, None, 0
        image = numpy.asarray(image)
        if image.ndim != 2 or image.size == 0:
            raise Unsendable(f"an image has rows and columns; read gave an array of the shape {list(image.shape)}")
        if image.dtype == numpy.float16:
            image = image.astype(numpy.float32)
        return {"image": image, **self._channels(image, timestamp)}, timestamp, pulse_id, 0

    def _connect(self, parameters):
        config = CameraConfig(parameters)
        self._camera = camera = self._class(config)
        camera.camera_config = config
        camera.verify_camera_online()
        camera.connect()
        width, height = camera.get_raw_geometry() or (0, 0)
        return {"width": int(width or 0), "height": int(height or 0)}

    def _channels(self, image, timestamp):
        """What the class adds and takes away; nothing when it leaves the channels as they are."""
        if type(self._camera).get_send_channels is Camera.get_send_channels:
            return {}
        height, width = image.shape
        axes = (numpy.arange(n, dtype=numpy.float32) for n in (width, height))
        names = ("width", "height", "timestamp", "image", "x_axis", "y_axis")
        values = dict(zip(names, (width, height, timestamp, image, *axes)))
        channels = self._camera.get_send_channels(dict(values))
        if not isinstance(channels, dict):
            raise Unsendable(f"get_send_channels gave {type(channels).__name__}; it must give a dictionary")
        result = {}
        for name, value in channels.items():
            is_default = name in values and value is values[name]
            result[(DEFAULT if is_default else SET) + name] = None if is_default else value
        return result
