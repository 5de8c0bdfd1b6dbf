"""The memory that is shared with the instance: arrays are views of it."""
import ctypes
import mmap
import os

import numpy

ALIGNMENT = 64
STEP = 1 << 20

_libc = ctypes.CDLL(None, use_errno=True)
_libc.mmap.restype = ctypes.c_void_p
_libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
_FAILED = ctypes.c_void_p(-1).value
_MAP_FIXED = 0x10


class SharedMemory:
    def __init__(self, descriptor):
        self._descriptor = descriptor
        self._map = None
        self.address = 0
        self.size = 0

    def follow(self, size):
        """The other side made the memory larger."""
        if size > self.size:
            self._open(size)

    def reserve(self, size):
        """Makes room for at least so many bytes; earlier views stay valid, but are not of this memory any more."""
        if size > self.size:
            size = -(-size // STEP) * STEP
            # Without disk space for it, a write to the memory would be a bus error.
            os.posix_fallocate(self._descriptor, 0, size)
            self._open(size)

    def array(self, dtype, shape, offset):
        return numpy.ndarray(shape, dtype, buffer=self._map, offset=offset)

    def offset_of(self, array):
        """Where a contiguous array lies in this memory, or None."""
        if not array.flags.c_contiguous:
            return None
        offset = array.__array_interface__["data"][0] - self.address
        return offset if 0 <= offset and offset + array.nbytes <= self.size else None

    def detach(self):
        """Gives views that a script kept memory of their own, at the same address: the next call overwrites the shared one."""
        content = ctypes.string_at(self.address, self.size)
        protection = mmap.PROT_READ | mmap.PROT_WRITE
        flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _MAP_FIXED
        if _libc.mmap(self.address, self.size, protection, flags, -1, 0) == _FAILED:
            raise OSError(ctypes.get_errno(), "The memory of kept arrays cannot be made private")
        ctypes.memmove(self.address, content, self.size)
        self._open(self.size)

    def _open(self, size):
        # A former mapping lives as long as views of it.
        self._map = mmap.mmap(self._descriptor, size)
        self.size = size
        self.address = ctypes.addressof(ctypes.c_char.from_buffer(self._map))
