"""What the function ``run`` of a pipeline script gets."""
import json
import logging
import os
import queue
import threading
import urllib.parse
import urllib.request

from cam_server.configuration import Configuration

SERVER_TIMEOUT = 100.0
"""Seconds for one call of the camera server, which may have to start a camera."""
REPORT_INTERVAL = 0.5


class StopEvent:
    """Set at first; the script clears it when it works, and sets it, or finds it set, when the pipeline shall end."""

    def __init__(self, channel):
        self._channel = channel
        self._event = threading.Event()
        self._event.set()
        self._is_requested = False

    def is_set(self):
        return self._event.is_set()

    isSet = is_set

    def wait(self, timeout=None):
        return self._event.wait(timeout)

    def clear(self):
        # a stop that was asked for before the script was ready still counts
        if not self._is_requested:
            self._event.clear()
        self._channel.send("ready")

    def set(self):
        self._event.set()
        self._channel.send("stopped")

    def request(self):
        """The server asks for the end."""
        self._is_requested = True
        self._event.set()


class Statistics:
    """Attributes that the script sets are shown in the statistics of the instance: ``total_bytes``, ``clients``, ``rx`` and
    ``tx`` (a count, or text such as ``"9.98Hz - 123"``), ``frame_shape``, ``header_changes``. Others are kept."""

    def __init__(self, channel):
        self.__dict__.update(_channel=channel, _values={}, _changed=False, _closed=threading.Event())
        threading.Thread(target=self._report, daemon=True).start()

    def __setattr__(self, name, value):
        self._values[name] = value
        self.__dict__["_changed"] = True

    def __getattr__(self, name):
        try:
            return self.__dict__["_values"][name]
        except KeyError:
            raise AttributeError(name) from None

    def close(self):
        self._closed.set()
        self._send()

    def _report(self):
        while not self._closed.wait(REPORT_INTERVAL):
            self._send()

    def _send(self):
        if not self._changed:
            return
        self.__dict__["_changed"] = False
        values = {name: value for name, value in self._values.items() if isinstance(value, (int, float, str))}
        self._channel.send("statistics", values=values)


class ParameterQueue(queue.Queue):
    """Each item is a complete new configuration."""


class LogsQueue:
    """Takes texts and records of ``logging``."""

    def __init__(self, channel):
        self._channel = channel

    def put(self, record, *_):
        if isinstance(record, logging.LogRecord):
            self._channel.send("log", level=record.levelname, text=record.getMessage())
        else:
            self._channel.send("log", level="INFO", text=str(record))

    put_nowait = put


class PipelineConfig(Configuration):
    def get_camera_name(self):
        return self.parameters.get("camera_name")

    def get_background_id(self):
        return self.parameters.get("image_background")


class CamClient:
    """The REST interface of the camera server."""

    def __init__(self, address):
        self.address = address.rstrip("/")

    def get_address(self):
        return self.address

    def get_cameras(self):
        return self._get("")["cameras"]

    def get_instance_stream(self, camera):
        """The address of the camera's stream; the camera is started when needed."""
        return self._get("/" + urllib.parse.quote(camera, safe=""))["stream"]

    def get_camera_geometry(self, camera):
        return self._get(f"/{urllib.parse.quote(camera, safe='')}/geometry")["geometry"]

    def get_camera_config(self, camera):
        return self._get(f"/{urllib.parse.quote(camera, safe='')}/config")["config"]

    def is_camera_online(self, camera):
        return self._get(f"/{urllib.parse.quote(camera, safe='')}/is_online")["online"]

    def _get(self, path):
        with urllib.request.urlopen(f"{self.address}/api/v1/cam{path}", timeout=SERVER_TIMEOUT) as reply:
            answer = json.load(reply)
        if answer.get("state") != "ok":
            raise ValueError(answer.get("status"))
        return answer


class BackgroundManager:
    def __init__(self, folder):
        self._folder = folder

    def get_background(self, name):
        """The image of a background, a numpy array."""
        import numpy

        return numpy.load(os.path.join(self._folder, f"{name}.npy"))

    def get_latest_background_id(self, camera):
        names = (name[:-4] for name in os.listdir(self._folder) if name.endswith(".npy"))
        found = sorted(name for name in names if name.rsplit("_", 3)[0] == camera)
        if not found:
            raise ValueError(f"No background matches for the specified prefix '{camera}'.")
        return found[-1]


class UserScriptsManager:
    def __init__(self, folder):
        self._folder = folder

    def get_home(self):
        return self._folder

    def get_lib_home(self):
        return os.path.join(self._folder, "lib")

    def get_path(self, name):
        return os.path.join(self._folder, name)

    def get_lib_path(self, name):
        return os.path.join(self._folder, "lib", name)
