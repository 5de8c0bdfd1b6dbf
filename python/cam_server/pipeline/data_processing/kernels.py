"""CamServer's own kernels in C++, for NumPy arrays. ``available`` is False where they are not built; NumPy serves then.

Scripts do not import this module: the functions of ``functions`` use it.
"""
import ctypes
import os

import numpy

TYPES = [numpy.dtype(name) for name in "int8 uint8 int16 uint16 int32 uint32 int64 uint64 float32 float64".split()]
CODES = {kind: code for code, kind in enumerate(TYPES)}

BOUNDARIES = "constant nearest mirror reflect wrap grid-wrap grid-mirror grid-constant".split()
"""Rules for what lies outside of a rotated image, as scipy.ndimage names them; in the order of native/kernels/rotation.h."""


class View(ctypes.Structure):
    """ImageView of native/kernels/image.h."""

    _fields_ = [
        ("type", ctypes.c_int),
        ("first", ctypes.c_void_p),
        ("rows", ctypes.c_size_t),
        ("columns", ctypes.c_size_t),
        ("row_stride", ctypes.c_ssize_t),
        ("column_stride", ctypes.c_ssize_t),
    ]


def _load():
    if os.environ.get("CAMSERVER_NO_ADDON") == "1":
        return None
    root = os.path.abspath(os.path.join(os.path.dirname(__file__), *[os.pardir] * 4))
    try:
        library = ctypes.CDLL(os.path.join(root, "build", "Release", "camserver_kernels.node"))
    except OSError:
        return None
    pointer, size, real, whole = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_double, ctypes.c_int
    library.camserver_pass.argtypes = [pointer, pointer, whole, pointer, pointer, pointer, pointer, pointer]
    library.camserver_bin.argtypes = [pointer, size, size, whole, pointer]
    library.camserver_rotate.argtypes = [pointer, real, whole, whole, real, pointer]
    library.camserver_gaussian_fit.argtypes = [pointer, pointer, size, pointer]
    library.camserver_gaussian.argtypes = [pointer, size, pointer, pointer]
    return library


_library = _load()
available = _library is not None


def _check(status):
    if status != 0:
        raise MemoryError


def takes(image):
    """Whether the kernels know such pixels: two dimensions, at least one pixel, whole or real numbers in the order of the processor."""
    return available and image.ndim == 2 and image.size > 0 and image.dtype.isnative and image.dtype in CODES


def _view(image):
    """The view, and the array that holds its memory."""
    size = image.itemsize
    if image.strides[0] % size or image.strides[1] % size or not image.flags.aligned:
        image = numpy.ascontiguousarray(image)
    row, column = (stride // size for stride in image.strides)
    return View(CODES[image.dtype], image.ctypes.data, *image.shape, row, column), image


def measure(image):
    """Minimum, maximum, column sums, row sums in one reading; sums are int64, of real pixels in their type."""
    view, image = _view(image)
    is_real = image.dtype.kind == "f"
    rows, columns = image.shape
    column_sums, row_sums = (numpy.empty(n, image.dtype if is_real else numpy.int64) for n in (columns, rows))
    # 64 bits are given as they are, others as real numbers
    scalars = numpy.empty(3, image.dtype if image.dtype.kind in "iu" and image.itemsize == 8 else numpy.float64)
    pointers = (array.ctypes.data for array in (column_sums, row_sums, scalars))
    _check(_library.camserver_pass(ctypes.addressof(view), None, 0, None, None, *pointers))
    return image.dtype.type(scalars[0]), image.dtype.type(scalars[1]), column_sums, row_sums


def subtract(image, background, signed):
    """max(pixel - background, 0) in the type of the image, or with ``signed`` the difference as int32; background: uint16."""
    view, image = _view(image)
    other, background = _view(background)
    result = numpy.empty(image.shape, numpy.int32 if signed else image.dtype)
    arguments = (ctypes.addressof(view), ctypes.addressof(other), signed, None, result.ctypes.data)
    _check(_library.camserver_pass(*arguments, None, None, None))
    return result


def threshold(image, limit):
    """Pixels below the limit become 0."""
    view, image = _view(image)
    result = numpy.empty(image.shape, image.dtype)
    lowest = ctypes.c_double(limit)
    arguments = (ctypes.addressof(view), None, 0, ctypes.addressof(lowest), result.ctypes.data)
    _check(_library.camserver_pass(*arguments, None, None, None))
    return result


def bin_image(image, bx, by, mean):
    """Sum (clipped to 16 bits) or mean of blocks; uint16."""
    view, image = _view(image)
    result = numpy.empty((image.shape[0] // by, image.shape[1] // bx), numpy.uint16)
    _check(_library.camserver_bin(ctypes.addressof(view), bx, by, mean, result.ctypes.data))
    return result


def rotate(image, degrees, order, boundary, fill):
    """Rotates about the centre; the result has the type and shape of the image."""
    view, image = _view(image)
    result = numpy.empty(image.shape, image.dtype)
    code = BOUNDARIES.index(boundary)
    _check(_library.camserver_rotate(ctypes.addressof(view), degrees, order, code, fill, result.ctypes.data))
    return result


def gaussian_fit(points, positions):
    """offset, amplitude, center, standard deviation of a profile; float64, at least one point."""
    points, positions = numpy.ascontiguousarray(points), numpy.ascontiguousarray(positions)
    parameters = (ctypes.c_double * 4)()
    _check(_library.camserver_gaussian_fit(points.ctypes.data, positions.ctypes.data, len(points), parameters))
    return tuple(parameters)


def gaussian(axis, parameters):
    """The values of the Gaussian as float64."""
    axis = numpy.ascontiguousarray(axis, numpy.float64)
    result = numpy.empty(len(axis))
    _check(_library.camserver_gaussian(axis.ctypes.data, len(axis), (ctypes.c_double * 4)(*parameters), result.ctypes.data))
    return result
