"""The steps of the processing, as functions of NumPy arrays; the same numbers as CamServer's own processing.

Images are indexed [row, column]; x runs along columns, y along rows.
"""
from math import isnan

import numpy

from cam_server.utils import create_pv, create_thread_pvs, epics_lock, get_lib_file, import_egg  # noqa: F401

from . import kernels
from .fits import (  # noqa: F401
    center_and_rms,
    estimate_gauss,
    fit_gauss,
    gauss,
    gauss_fit,
    linear_fit,
    quadratic_fit,
)
from .rotation import rotate  # noqa: F401


def is_number(value):
    """Whether a text or number can be read as a float."""
    try:
        float(value)
        return True
    except (TypeError, ValueError):
        return False


def copy_image(image):
    return image.copy()


# ---- preparation


def subtract_background(image, background):
    """max(pixel - background, 0) in the type of the image."""
    background = numpy.asarray(background)
    if _fits(image, background):
        return kernels.subtract(image, background, False)
    return numpy.where(background > image, 0, image - background).astype(image.dtype, copy=False)


def subtract_background_signed(image, background):
    """pixel - background as int32; floats are truncated first."""
    background = numpy.asarray(background)
    if _fits(image, background):
        return kernels.subtract(image, background, True)
    return image.astype(numpy.int32) - background.astype(numpy.int32)


def _fits(image, background):
    return kernels.takes(image) and background.dtype == numpy.uint16 and background.shape == image.shape


def apply_threshold(image, threshold=1):
    """Pixels below the truncated threshold become 0."""
    if threshold is None or not threshold > 0:
        return image
    if kernels.takes(image):
        return kernels.threshold(image, int(threshold))
    return numpy.where(image < int(threshold), 0, image).astype(image.dtype, copy=False)


def binning(image, x_axis, y_axis, bx, by, mean=False):
    """Sum (clipped to 16 bits) or mean of blocks of by rows and bx columns; uint16. Axes: mean of each group."""
    axes = bin_axis(x_axis, bx), bin_axis(y_axis, by)
    if kernels.takes(image) and bx > 0 and by > 0:
        return kernels.bin_image(image, bx, by, mean), *axes
    rows, columns = image.shape[0] // by, image.shape[1] // bx
    blocks = image[: rows * by, : columns * bx].reshape(rows, by, columns, bx)
    if mean:
        binned = blocks.mean(axis=(1, 3))
    else:
        kind = numpy.float64 if image.dtype.kind == "f" else numpy.int64
        binned = blocks.sum(axis=(1, 3), dtype=kind)
    binned = numpy.clip(binned, 0, 65535).astype(numpy.uint16)
    return binned, *axes


def bin_axis(axis, size):
    if axis is None:
        return None
    axis = numpy.asarray(axis)
    count = len(axis) // size
    return axis[: count * size].reshape(count, size).mean(axis=1).astype(axis.dtype)


def get_region_of_interest(image, offset_x, size_x, offset_y, size_y):
    """The region, moved and cut so that it lies inside."""
    rows, columns = image.shape
    size_x, size_y = min(size_x, columns), min(size_y, rows)
    offset_x = max(0, min(offset_x, columns - size_x))
    offset_y = max(0, min(offset_y, rows - size_y))
    return image[offset_y : offset_y + size_y, offset_x : offset_x + size_x]


# ---- statistics


def measure(image):
    """Smallest pixel, largest pixel, x profile and y profile, in one reading of the image."""
    if kernels.takes(image):
        return kernels.measure(image)
    return *get_min_max(image), get_x_profile(image), get_y_profile(image)


def get_min_max(image):
    """Smallest and largest pixel; NaN is ignored."""
    if image.dtype.kind == "f":
        return numpy.nanmin(image), numpy.nanmax(image)
    return image.min(), image.max()


def get_x_profile(image):
    """Column sums: int64 for integer images, the type of the image for floats."""
    return image.sum(axis=0, dtype=_sum_type(image))


def get_y_profile(image):
    """Row sums, type as get_x_profile."""
    return image.sum(axis=1, dtype=_sum_type(image))


def _sum_type(image):
    return image.dtype if image.dtype.kind == "f" else numpy.int64


def find_index(axis, item):
    """Index of a value on a monotonic axis: at or below it, limited to the axis."""
    axis = numpy.asarray(axis)
    last = len(axis) - 1
    if axis[0] > axis[-1]:
        if item > axis[0]:
            return 0
        return last if item < axis[-1] else int(numpy.argmax(axis <= item))
    if item < axis[0]:
        return 0
    return last if item > axis[-1] else int(numpy.searchsorted(axis, item, side="right")) - 1


def get_fw(axis, profile, threshold=0.5, interpolate=True):
    """Full width at a fraction of the height above the minimum."""
    axis = numpy.asarray(axis, dtype=numpy.float64)
    p = numpy.asarray(profile, dtype=numpy.float64)
    n = len(p)
    if n == 1:
        return 0.0
    low, high, peak = p.min(), p.max(), int(p.argmax())
    height = (high - low) * threshold
    below = p - low <= height
    left_of = numpy.flatnonzero(below[1:peak])
    left = int(left_of[-1]) + 1 if len(left_of) else 0
    right_of = numpy.flatnonzero(below[peak + 1 :])
    right = int(right_of[0]) + peak + 1 if len(right_of) else n - 1
    if not interpolate:
        return float(abs(axis[right] - axis[left]))
    with numpy.errstate(all="ignore"):
        rising = (p[left + 1] - p[left]) / (axis[left + 1] - axis[left])
        falling = (p[right] - p[right - 1]) / (axis[right] - axis[right - 1])
        left_edge = axis[left] + (low + height - p[left]) / rising
        right_edge = axis[right] + (low + height - p[right]) / falling
        return float(abs(right_edge - left_edge))


def get_fwhm(axis, profile):
    """Full width at half maximum."""
    return get_fw(axis, profile, 0.5)


def get_good_region_profile(profile, threshold=0.3, gfscale=1.8):
    """First and last index of the part around the peak, widened by gfscale."""
    p = numpy.asarray(profile, dtype=numpy.float64)
    peak = int(p.argmax())
    level = (p.max() - p.min()) * threshold + p.min()
    below = p < level
    left_of = numpy.flatnonzero(below[1 : peak + 1])
    start = int(left_of[-1]) + 1 if len(left_of) else peak
    right_of = numpy.flatnonzero(below[max(peak, 1) :])
    end = int(right_of[0]) + max(peak, 1) if len(right_of) else peak
    extension = (end - start) * gfscale - (end - start)
    return int(max(start - extension / 2, 0)), int(min(end + extension / 2, len(p) - 1))


# ---- slices


def calculate_slices(axis, center, standard_deviation, scaling=2, number_of_slices=9):
    """Borders of the slices around the centre, half a slice in pixels, and the length of a slice on the axis."""
    if number_of_slices % 2 == 0:
        raise ValueError("Number of slices must be odd.")
    middle = find_index(axis, center)
    edge = find_index(axis, center + scaling * standard_deviation / number_of_slices / 2)
    half = max(1, abs(edge - middle))
    first, last = middle - half, middle + half
    if isnan(center) or first < 0 or last >= len(axis):
        return [], half, None
    borders = [first, last]
    length = abs(axis[first] - axis[last])
    for _ in range((number_of_slices - 1) // 2):
        first, last = first - 2 * half, last + 2 * half
        if first < 0 or last >= len(axis):
            break
        borders = [first, *borders, last]
    return borders, half, length


def get_x_slices_data(image, x_axis, y_axis, x_center, x_standard_deviation, scaling=2, number_of_slices=9):
    """Cuts columns and fits along y. Returns [(center_x, center_y, standard_deviation, intensity), ...] and slice_length."""
    borders, half, length = calculate_slices(x_axis, x_center, x_standard_deviation, scaling, number_of_slices)
    slices = []
    for start, end in zip(borders, borders[1:]):
        profile = get_y_profile(image[:, start:end])
        _, _, _, center, sigma, _, _ = gauss_fit(profile, y_axis, center_of_mass=False)
        slices.append((float(x_axis[start + half]), center, sigma, float(profile.sum())))
    return slices, length


def get_y_slices_data(image, x_axis, y_axis, y_center, y_standard_deviation, scaling=2, number_of_slices=9):
    """Cuts rows and fits along x; returns as get_x_slices_data."""
    borders, half, length = calculate_slices(y_axis, y_center, y_standard_deviation, scaling, number_of_slices)
    slices = []
    for start, end in zip(borders, borders[1:]):
        profile = get_x_profile(image[start:end, :])
        _, _, _, center, sigma, _, _ = gauss_fit(profile, x_axis, center_of_mass=False)
        slices.append((center, float(y_axis[start + half]), sigma, float(profile.sum())))
    return slices, length
