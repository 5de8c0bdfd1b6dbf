"""Waits for commands on descriptor 3 and carries them out, one after the other."""
import faulthandler
import json
import os
import signal
import struct
import sys

REAL_STDERR = 2

# Where a call hangs or crashes is printed by these, whatever Python is doing.
faulthandler.enable(file=REAL_STDERR, all_threads=False)
faulthandler.register(signal.SIGUSR2, file=REAL_STDERR, all_threads=False)
signal.signal(signal.SIGINT, signal.SIG_IGN)

from .channel import FAILED, LOADED, LOAD_FAILED, RESULT, Channel, Reader, text  # noqa: E402

channel = Channel(3)

try:
    import numpy
except ImportError:
    channel.send(
        LOAD_FAILED,
        text(
            f"Python functions need NumPy, which {sys.executable} does not have: install the package python3-numpy, "
            "or numpy from PyPI into the virtual environment that the option --python names"
        ),
        text(""),
    )
    sys.exit(1)

from cam_server import utils  # noqa: E402

from .camera import CameraScript  # noqa: E402
from .limits import limit_memory  # noqa: E402
from .memory import SharedMemory  # noqa: E402
from .output import redirect  # noqa: E402
from .script import CallTimeout, Script, ScriptError  # noqa: E402
from .values import Encoder, Unsendable, read_value  # noqa: E402

LOAD, PARAMETERS, CALL = range(1, 4)
HAS_VALUES, HAS_TIMESTAMP, HAS_PULSE_ID = 1, 2, 4


class Slot:
    def __init__(self, first):
        self.input = SharedMemory(first)
        self.output = SharedMemory(first + 1)


class Host:
    def __init__(self):
        self.slots = [Slot(4), Slot(6)]
        self.parameters = {}
        self.script = None
        self.kind = None
        self.in_call = False
        self.streams = ()
        signal.signal(signal.SIGUSR1, self.interrupt)

    def interrupt(self, *_):
        if self.in_call:
            raise CallTimeout()

    def run(self):
        try:
            while (message := channel.receive()) is not None and self.follow(message):
                pass
        except BrokenPipeError:
            pass  # the instance has gone
        if self.script is not None:
            self.script.close()

    def follow(self, message):
        """Carries a command out; False: there is nothing more to do."""
        reader = Reader(message)
        (command,) = reader.unpack("B")
        if command == CALL:
            self.answer(reader)
        elif command == PARAMETERS:
            self.parameters = read_parameters(reader)
        else:
            return self.load(json.loads(reader.text()))
        return True

    def load(self, request):
        self.kind = request["kind"]
        utils.set_lib_folder(os.path.join(request["folder"], "lib"))
        self.streams = redirect(channel)
        try:
            kind = CameraScript if self.kind == "camera" else Script
            self.script = kind(request["path"], request["name"], request["folder"])
        except ScriptError as error:
            channel.send(LOAD_FAILED, text(error.message), text(error.trace))
            return False
        limit_memory(request["megabytes"])
        channel.send(LOADED)
        return True

    def answer(self, reader):
        (number,) = reader.unpack("I")
        kind = FAILED
        try:
            parts = (self.call(reader),)
            kind = RESULT
        except ScriptError as error:
            parts = (text(error.message), text(error.trace))
        except CallTimeout:
            parts = (text("it took too long"), text(""))
        except (Exception, SystemExit) as error:
            error = self.script.error(error)
            parts = (text(error.message), text(error.trace))
        for stream in self.streams:
            stream.finish()
        channel.send(kind, struct.pack("<I", number), *parts)

    def call(self, reader):
        slot_number, first, input_size, pulse_id, seconds, nanoseconds = reader.unpack("BBqqqq")
        slot = self.slots[slot_number]
        slot.input.follow(input_size)
        error = reader.text()
        views = []
        (count,) = reader.unpack("H")
        values = {reader.text(): read_value(reader, slot.input, views) for _ in range(count)}
        timestamp = (seconds, nanoseconds)
        if self.kind == "image":
            arguments = self.image_arguments(values, pulse_id, timestamp, error)
        elif self.kind == "stream":
            arguments = (values, pulse_id, timestamp, self.parameters)
        else:
            arguments = (self.parameters, bool(first))
        try:
            self.in_call = True
            try:
                returned = self.script.call(*arguments)
            finally:
                self.in_call = False
            return encode_custom(returned, slot) if self.kind in ("custom", "camera") else encode(returned, slot)
        finally:
            self.parameters.pop("processing_error", None)
            values = arguments = returned = None
            # The list, the loop and the call count as three; more means that the script keeps an array.
            if any(sys.getrefcount(view) > 3 for view in views):
                slot.input.detach()

    def image_arguments(self, values, pulse_id, timestamp, error):
        image, x_axis, y_axis = (values.pop(name) for name in ("image", "x_axis", "y_axis"))
        if error:
            self.parameters["processing_error"] = error
        return image, pulse_id, timestamp, x_axis, y_axis, self.parameters, values


def encode(returned, slot, timestamp=None, pulse_id=None, size=0):
    flags = 0
    body = b""
    if returned is not None:
        if not isinstance(returned, dict):
            raise Unsendable(f"The function returned {type(returned).__name__}; it must return a dictionary or None")
        encoder = Encoder(slot)
        for name, value in returned.items():
            encoder.add(name, value)
        body = struct.pack("<H", len(returned)) + encoder.finish()
        flags |= HAS_VALUES
    seconds, nanoseconds = timestamp or (0, 0)
    flags |= HAS_TIMESTAMP if timestamp is not None else 0
    flags |= HAS_PULSE_ID if pulse_id is not None else 0
    return struct.pack("<Bqqqqq", flags, slot.output.size, seconds, nanoseconds, pulse_id or 0, size) + body


def encode_custom(returned, slot):
    if returned is None:
        return encode(None, slot)
    if not isinstance(returned, (tuple, list)) or len(returned) != 4:
        raise Unsendable("The function must return (data, timestamp, pulse_id, data_size)")
    data, timestamp, pulse_id, size = returned
    if isinstance(timestamp, (int, float)):
        timestamp = (int(timestamp), int((timestamp - int(timestamp)) * 1e9))
    elif timestamp is not None:
        timestamp = (int(timestamp[0]), int(timestamp[1]))
    return encode(data, slot, timestamp, None if pulse_id is None else int(pulse_id), int(size or 0))


def read_parameters(reader):
    parameters = json.loads(reader.text())
    path = reader.text()
    rows, columns = reader.unpack("II")
    if path:
        parameters["background_data"] = numpy.fromfile(path, numpy.uint16, rows * columns).reshape(rows, columns)
    return parameters


if __name__ == "__main__":
    Host().run()
