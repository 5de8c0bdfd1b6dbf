"""Helpers of scripts: process variables, libraries."""
import os
import sys
import threading

epics_lock = threading.Lock()
"""Held while a thread creates process variables."""

_lib_folder = None


def set_lib_folder(path):
    """Told by the host; scripts do not call it."""
    global _lib_folder
    _lib_folder = path


def get_lib_file(name):
    """The absolute path of a file in the library folder."""
    return os.path.join(_lib_folder or os.getcwd(), name)


def import_egg(name):
    """Puts an .egg of the library folder on the import path."""
    path = get_lib_file(name)
    if not os.path.exists(path):
        raise ImportError(f"There is no library '{name}' in {_lib_folder}")
    if path not in sys.path:
        sys.path.append(path)


def create_pv(name, **options):
    """A process variable of pyepics; options as for epics.PV."""
    try:
        import epics
    except ImportError:
        raise ImportError(
            "Process variables need pyepics: install the package python3-pyepics, or pyepics from PyPI"
        ) from None
    with epics_lock:
        if epics.ca.current_context() is None:
            epics.ca.use_initial_context()
        return epics.PV(name, auto_monitor=options.pop("auto_monitor", True), **options)


def create_thread_pvs(names, **options):
    """Process variables for several names; an empty name gives None."""
    return [create_pv(name, **options) if name else None for name in names]
