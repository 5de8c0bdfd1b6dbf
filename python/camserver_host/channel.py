"""The command channel: messages with their length in front, all numbers little endian."""
import os
import select
import signal
import socket
import struct
import threading
import time

LOADED, LOAD_FAILED, RESULT, FAILED, LOG = range(1, 6)
DEBUG, INFO, WARNING, ERROR = range(4)


class Channel:
    def __init__(self, descriptor):
        self._socket = socket.socket(fileno=descriptor)
        self._lock = threading.Lock()
        self._buffer = bytearray()
        threading.Thread(target=self._watch, daemon=True).start()

    def receive(self):
        """The next message without its length, or None when the instance has gone."""
        while True:
            if len(self._buffer) >= 4:
                (length,) = struct.unpack_from("<I", self._buffer)
                if len(self._buffer) >= 4 + length:
                    message = bytes(self._buffer[4 : 4 + length])
                    del self._buffer[: 4 + length]
                    return message
            chunk = self._socket.recv(65536)
            if not chunk:
                return None
            self._buffer += chunk

    def send(self, kind, *parts):
        body = b"".join(parts)
        with self._lock:
            self._socket.sendall(struct.pack("<IB", len(body) + 1, kind) + body)

    def log(self, level, line):
        try:
            self.send(LOG, struct.pack("<B", level), text(line))
        except OSError:
            pass

    def _watch(self):
        """Ends the process when the instance has gone while a function still works, which is asked to give up first."""
        poll = select.poll()
        poll.register(self._socket, select.POLLHUP | select.POLLRDHUP)
        poll.poll()
        os.kill(os.getpid(), signal.SIGUSR1)
        time.sleep(0.4)
        os._exit(0)


def text(value):
    encoded = value.encode("utf-8", "replace")
    return struct.pack("<I", len(encoded)) + encoded


class Reader:
    def __init__(self, message):
        self._message = message
        self._position = 0

    def unpack(self, layout):
        """Values of a struct layout without byte order."""
        layout = "<" + layout
        values = struct.unpack_from(layout, self._message, self._position)
        self._position += struct.calcsize(layout)
        return values

    def text(self):
        (length,) = self.unpack("I")
        start = self._position
        self._position += length
        return self._message[start : self._position].decode("utf-8")
