"""What a script prints and logs goes to the log of the instance, with the script's name and line."""
import logging
import os
import sys

from .channel import DEBUG, ERROR, INFO, WARNING

OWN_FOLDER = os.path.dirname(os.path.abspath(__file__))


class LogStream:
    """A text stream whose lines become log records."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, channel, level):
        self._channel = channel
        self._level = level
        self._rest = ""
        self._where = ""

    def write(self, text):
        self._where = self._position()
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._log(line)
        return len(text)

    def flush(self):
        """Of an unfinished line the rest may still come."""

    def finish(self):
        """At the end of a call an unfinished line is a line."""
        self._log(self._rest)
        self._rest = ""

    def _log(self, line):
        if line:
            self._channel.log(self._level, f"{self._where}: {line}")

    def isatty(self):
        return False

    def writable(self):
        return True

    def fileno(self):
        return 1 if self._level == INFO else 2

    @staticmethod
    def _position():
        frame = sys._getframe(2)
        while frame.f_back is not None and frame.f_code.co_filename.startswith(OWN_FOLDER):
            frame = frame.f_back
        return f"{os.path.basename(frame.f_code.co_filename)} line {frame.f_lineno}"


class LogHandler(logging.Handler):
    def __init__(self, channel):
        super().__init__(logging.INFO)
        self._channel = channel

    def emit(self, record):
        level = DEBUG
        for limit, code in ((logging.INFO, INFO), (logging.WARNING, WARNING), (logging.ERROR, ERROR)):
            if record.levelno >= limit:
                level = code
        self._channel.log(level, f"{record.filename} line {record.lineno}: {self.format(record)}")


def redirect(channel):
    """Returns the streams, because a script may put others in their place."""
    sys.stdout = LogStream(channel, INFO)
    sys.stderr = LogStream(channel, WARNING)
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    root.handlers = [LogHandler(channel)]
    return sys.stdout, sys.stderr
