"""The script: importing it, calling its function, and saying where it failed."""
import importlib.machinery
import importlib.util
import os
import sys
import traceback

FUNCTIONS = ("process_image", "process")


class ScriptError(Exception):
    """What the user has to know: ``message`` with file and line, ``trace`` with the stack of the script."""

    def __init__(self, message, trace=""):
        super().__init__(message)
        self.message = message
        self.trace = trace


class CallTimeout(BaseException):
    """Raised in a call that takes too long; no Exception, so that scripts do not catch it by accident."""


class SourceLoader(importlib.machinery.SourceFileLoader):
    """Compiles what is in the file now: Python's cache takes a file for unchanged that was saved twice in a second."""

    def get_code(self, fullname):
        return self.source_to_code(self.get_data(self.path), self.path)


class Script:
    functions = FUNCTIONS

    def __init__(self, path, name, folder):
        self._name = os.path.basename(path)
        self._folders = [os.path.dirname(os.path.abspath(path)), os.path.abspath(folder)]
        prepare_path(folder)
        if path.endswith(".c"):
            path = compiled(path, folder)
        self._function = self._load(path, name)

    def call(self, *arguments):
        try:
            return self._function(*arguments)
        except (Exception, SystemExit, CallTimeout) as error:
            raise self.error(error) from None

    def close(self):
        """Called once at the end."""

    def error(self, error):
        """The error with the line of the user in front of its text."""
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if not frame.filename.startswith(os.path.dirname(__file__))]
        users = [frame for frame in own if any(frame.filename.startswith(folder) for folder in self._folders)]
        kind = type(error).__name__
        reason = f"{kind}: {error}" if str(error) else kind
        trace = "".join(["Traceback (most recent call last):\n", *traceback.format_list(own), reason])
        if isinstance(error, SyntaxError) and error.filename is not None:
            return ScriptError(f"{os.path.basename(error.filename)} line {error.lineno}: {reason}", trace)
        if not users:
            return ScriptError(f"{self._name}: {reason}", trace)
        return ScriptError(f"{os.path.basename(users[-1].filename)} line {users[-1].lineno}: {reason}", trace)

    def _load(self, path, name):
        module_name = os.path.basename(name).split(".")[0]
        try:
            if path.endswith(".so"):
                loader = importlib.machinery.ExtensionFileLoader(extension_name(path, module_name), path)
                spec = importlib.util.spec_from_loader(loader.name, loader)
            else:
                spec = importlib.util.spec_from_file_location(module_name, path, loader=SourceLoader(module_name, path))
            module = importlib.util.module_from_spec(spec)
            sys.modules[module_name] = module
            spec.loader.exec_module(module)
        except (Exception, SystemExit) as error:
            raise self.error(error) from None
        return self._find(module, name)

    def _find(self, module, name):
        for candidate in self.functions:
            function = getattr(module, candidate, None)
            if callable(function):
                return function
        names = " or ".join(f"'{name}'" for name in self.functions)
        raise ScriptError(f"{self._name} has no function {names}")


def compiled(path, folder):
    from .extension import CompilerError, compile_extension

    try:
        return compile_extension(path, folder)
    except CompilerError as error:
        raise ScriptError(str(error), error.trace) from None


def extension_name(path, module_name):
    """The name that an extension was compiled for: that of its function PyInit_<name>."""
    import re

    with open(path, "rb") as file:
        found = re.search(rb"PyInit_(\w+)", file.read())
    return found.group(1).decode() if found else module_name


def prepare_path(folder):
    """Libraries and the other scripts of the folder can be imported; no caches are left beside them."""
    sys.dont_write_bytecode = True
    libraries = os.path.join(folder, "lib")
    sys.path[:0] = [libraries, folder]
    if os.path.isdir(libraries):
        sys.path += sorted(
            os.path.join(libraries, name) for name in os.listdir(libraries) if name.endswith(".egg")
        )
