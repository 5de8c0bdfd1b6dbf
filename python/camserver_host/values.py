"""Values of channels between messages and Python."""
import struct

import numpy

from .channel import text
from .memory import ALIGNMENT

NULL, BOOL, INT, FLOAT, TEXT, SCALAR, ARRAY, INPUT_ARRAY = range(8)

DTYPES = [
    numpy.dtype(name)
    for name in "bool int8 uint8 int16 uint16 int32 uint32 int64 uint64 float32 float64".split()
]
CODES = {dtype: code for code, dtype in enumerate(DTYPES)}

SMALL = 1 << 16
"""Bytes up to which arrays are copied, so that nobody need care whether a script keeps them."""


def read_value(reader, memory, views):
    """One value; arrays that are views of the shared memory are added to ``views``."""
    (kind,) = reader.unpack("B")
    if kind == NULL:
        return None
    if kind == BOOL:
        return bool(reader.unpack("B")[0])
    if kind == INT:
        return reader.unpack("q")[0]
    if kind == FLOAT:
        return reader.unpack("d")[0]
    if kind == TEXT:
        return reader.text()
    code, *_ = reader.unpack("B")
    dtype = DTYPES[code]
    if kind == SCALAR:
        return dtype.type(reader.unpack("d" if dtype.kind == "f" else "Q" if dtype.kind == "u" else "q")[0])
    (dimensions,) = reader.unpack("B")
    shape = reader.unpack(f"{dimensions}I")
    (offset,) = reader.unpack("q")
    array = memory.array(dtype, shape, offset)
    if array.nbytes <= SMALL:
        return array.copy()
    views.append(array)
    return array


class Unsendable(TypeError):
    """A value that no channel can carry."""


class Encoder:
    """Writes the values of one result; arrays go to the output memory, unless they lie in the input memory."""

    def __init__(self, slot):
        self._slot = slot
        self._parts = []
        self._arrays = []
        self._end = 0

    def add(self, name, value):
        self._parts.append(text(str(name)))
        if value is None:
            self._parts.append(b"\0")
        elif value is True or value is False or isinstance(value, numpy.bool_):
            self._parts.append(struct.pack("<BB", BOOL, bool(value)))
        elif type(value) is int:
            if not -(2**63) <= value < 2**63:
                raise Unsendable(f"Channel '{name}' is the integer {value}, which needs more than 64 bits")
            self._parts.append(struct.pack("<Bq", INT, value))
        elif type(value) is float:
            self._parts.append(struct.pack("<Bd", FLOAT, value))
        elif isinstance(value, str):
            self._parts.append(struct.pack("<B", TEXT) + text(value))
        elif isinstance(value, numpy.generic):
            self._scalar(name, value)
        elif isinstance(value, numpy.ndarray):
            self._array(name, value)
        elif isinstance(value, list):
            self._array(name, numpy.array(value) if value else numpy.zeros(0))
        else:
            raise Unsendable(
                f"Channel '{name}' is of type {type(value).__name__}; channels are numbers, texts, lists of numbers, arrays, or None"
            )

    def finish(self):
        """Writes the arrays and gives the bytes of all values."""
        output = self._slot.output
        output.reserve(self._end)
        for array, offset in self._arrays:
            output.array(array.dtype, array.shape, offset)[...] = array
        return b"".join(self._parts)

    def _scalar(self, name, value):
        code = self._code(name, value.dtype)
        layout = "d" if value.dtype.kind == "f" else "Q" if value.dtype.kind == "u" else "q"
        self._parts.append(struct.pack("<BB" + layout, SCALAR, code, value.item()))

    def _array(self, name, array):
        dtype = array.dtype.newbyteorder("=")
        code = self._code(name, dtype)
        offset = self._slot.input.offset_of(array)
        kind = INPUT_ARRAY
        if offset is None or dtype != array.dtype:
            kind = ARRAY
            offset = self._end
            self._arrays.append((array.astype(dtype, copy=False), offset))
            self._end += -(-array.nbytes // ALIGNMENT) * ALIGNMENT
        self._parts.append(struct.pack(f"<BBB{array.ndim}Iq", kind, code, array.ndim, *array.shape, offset))

    @staticmethod
    def _code(name, dtype):
        code = CODES.get(dtype)
        if code is None:
            raise Unsendable(f"Channel '{name}' has elements of type {dtype}, which no channel can carry")
        return code
