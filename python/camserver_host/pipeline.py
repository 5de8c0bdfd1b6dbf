"""Runs a pipeline script: its function ``run`` is the whole pipeline. Speaks lines of JSON on descriptor 3."""
import json
import logging
import os
import socket
import sys
import threading

from cam_server import utils

from .limits import limit_memory
from .pipeline_objects import (
    BackgroundManager,
    CamClient,
    LogsQueue,
    ParameterQueue,
    PipelineConfig,
    Statistics,
    StopEvent,
    UserScriptsManager,
)
from .script import Script, ScriptError

PATIENCE = 5.0
"""Seconds that ``run`` gets to return when the server is gone."""


class Channel:
    def __init__(self, descriptor):
        self._socket = socket.socket(fileno=descriptor)
        self._lock = threading.Lock()
        self._lines = self._socket.makefile("r", encoding="utf-8")

    def send(self, kind, **content):
        line = json.dumps({"type": kind, **content}) + "\n"
        with self._lock:
            try:
                self._socket.sendall(line.encode())
            except OSError:
                pass  # the server is gone; the reader ends the process

    def __iter__(self):
        for line in self._lines:
            yield json.loads(line)


class LogHandler(logging.Handler):
    def __init__(self, channel):
        super().__init__(logging.INFO)
        self._channel = channel

    def emit(self, record):
        self._channel.send("log", level=record.levelname, text=self.format(record))


class PipelineScript(Script):
    functions = ("run",)


def follow(messages, stop_event, parameter_queue, config):
    for message in messages:
        if message["type"] == "config":
            config.update(message["config"])
            parameter_queue.put(message["config"])
        elif message["type"] == "stop":
            stop_event.request()
    stop_event.request()
    threading.Timer(PATIENCE, os._exit, (1,)).start()


def main():
    channel = Channel(3)
    messages = iter(channel)
    start = next(messages)
    logging.getLogger().setLevel(logging.INFO)
    logging.getLogger().addHandler(LogHandler(channel))
    utils.set_lib_folder(os.path.join(start["folder"], "lib"))
    config = PipelineConfig(start["config"])
    stop_event = StopEvent(channel)
    statistics = Statistics(channel)
    parameter_queue = ParameterQueue()
    reader = threading.Thread(target=follow, args=(messages, stop_event, parameter_queue, config), daemon=True)
    reader.start()
    code = 0
    try:
        script = PipelineScript(start["path"], os.path.basename(start["path"]), start["folder"])
        limit_memory(start["megabytes"])
        code = script.call(
            stop_event,
            statistics,
            parameter_queue,
            LogsQueue(channel),
            CamClient(start["camera_server"]),
            config,
            start["port"],
            BackgroundManager(start["background_folder"]),
            UserScriptsManager(start["folder"]),
        )
    except ScriptError as error:
        if isinstance(error.__context__, SystemExit):
            code = error.__context__.code
        else:
            channel.send("failed", message=error.message, trace=error.trace)
            code = 2
    statistics.close()
    sys.stdout.flush()
    # threads of the script that were left behind shall not keep the process
    os._exit(code if isinstance(code, int) and not isinstance(code, bool) else 0)


main()
