"""Rotation about the centre with spline interpolation.

After M. Unser, "Splines: a perfect fit for signal and image processing" (1999): recursive filters give the coefficients, centred
B-splines the values in between. The kernels do it where they are built, NumPy elsewhere.
"""
from math import cos, radians, sin, sqrt

import numpy

from . import kernels

POLES = {
    2: [sqrt(8) - 3],
    3: [sqrt(3) - 2],
    4: [sqrt(664 - sqrt(438976)) + sqrt(304) - 19, sqrt(664 + sqrt(438976)) - sqrt(304) - 19],
    5: [sqrt(67.5 - sqrt(4436.25)) + sqrt(26.25) - 6.5, sqrt(67.5 + sqrt(4436.25)) - sqrt(26.25) - 6.5],
}
HIGHEST_ORDER = 5
NEAREST_MARGIN = 12
"""``nearest`` with coefficients needs room beyond the border, filled with the pixels of the border."""


def rotate(image, degrees, order=1, mode="0.0"):
    """Rotates counter-clockwise; the result has the type and shape of the image, whole numbers are rounded and limited.

    mode: "ortho" (quarter turns), a number (what lies outside), or one of ``kernels.BOUNDARIES``. order: of the spline, 1 to 5.
    """
    if mode == "ortho":
        return numpy.rot90(image, int(degrees / 90))
    boundary, fill = read_mode(mode)
    order = int(order or 1)
    if not 1 <= order <= HIGHEST_ORDER:
        raise ValueError(f"spline order not supported: {order}. It must be from 1 to {HIGHEST_ORDER}")
    if kernels.takes(image):
        return kernels.rotate(image, degrees, order, boundary, fill)
    return rotate_in_numpy(image, degrees, order, boundary, fill)


def read_mode(mode):
    try:
        return "constant", float(mode)
    except ValueError:
        if mode in kernels.BOUNDARIES:
            return mode, 0.0
        names = ", ".join(kernels.BOUNDARIES)
        raise ValueError(f'boundary mode not supported: "{mode}". It must be ortho, {names} or a number') from None


def rotate_in_numpy(image, degrees, order, boundary, fill):
    margin = NEAREST_MARGIN if boundary == "nearest" and order > 1 else 0
    plane = numpy.pad(image.astype(numpy.float64), margin, mode="edge")
    for axis in (1, 0):
        plane = coefficients(plane, axis, order, rule_of(boundary))
    y, x = turned_grid(image.shape, degrees)
    rows, row_weights = support(fold_coordinates(y + margin, plane.shape[0], boundary), order, plane.shape[0], boundary)
    columns, column_weights = support(fold_coordinates(x + margin, plane.shape[1], boundary), order, plane.shape[1], boundary)
    result = numpy.zeros(image.shape)
    for row, row_weight in zip(rows, row_weights):
        for column, column_weight in zip(columns, column_weights):
            result += row_weight * column_weight * plane[row, column]
    if boundary == "constant":
        last_row, last_column = image.shape[0] - 1, image.shape[1] - 1
        result[(y < 0) | (y > last_row) | (x < 0) | (x > last_column)] = fill
    return converted(result, image.dtype)


def turned_grid(shape, degrees):
    """Where each pixel of the result lies in the image: rows, columns."""
    cosine, sine = cos(radians(degrees)), sin(radians(degrees))
    if degrees % 90 == 0:
        cosine, sine = round(cosine), round(sine)
    center_y, center_x = (shape[0] - 1) / 2, (shape[1] - 1) / 2
    row, column = numpy.ogrid[: shape[0], : shape[1]]
    y = cosine * row + sine * column + (center_y - (cosine * center_y + sine * center_x))
    x = -sine * row + cosine * column + (center_x - (-sine * center_y + cosine * center_x))
    return y, x


def rule_of(boundary):
    """How coefficients go on beyond the border."""
    if boundary in ("constant", "mirror", "wrap"):
        return "mirror"
    return "wrap" if boundary == "grid-wrap" else "reflect"


def coefficients(plane, axis, order, rule):
    """The recursive filters, along one axis for all lines at once."""
    c = numpy.moveaxis(plane.copy(), axis, 0)
    n = len(c)
    if n < 2 or order < 2:
        return plane
    for z in POLES[order]:
        c *= (1 - z) * (1 - 1 / z)
    for z in POLES[order]:
        c[0] = causal_start(c, z, rule)
        for i in range(1, n):
            c[i] += z * c[i - 1]
        c[n - 1] = anticausal_start(c, z, rule)
        for i in range(n - 2, -1, -1):
            c[i] = z * (c[i + 1] - c[i])
    return numpy.moveaxis(c, 0, axis)


def causal_start(c, z, rule):
    n = len(c)
    powers = z ** numpy.arange(n, dtype=numpy.float64)
    if rule == "mirror":
        line = c[0] + powers[-1] * c[-1] + powers[1 : n - 1] @ (c[1 : n - 1] + powers[-1] * c[n - 2 : 0 : -1])
        return line / (1 - z ** (2 * n - 2))
    if rule == "wrap":
        return (c[0] + powers[1:] @ c[:0:-1]) / (1 - z**n)
    mirrored = c[::-1].copy()
    line = c[0] + z**n * mirrored[0] + powers[1 : n - 1] @ (c[1 : n - 1] + z**n * mirrored[1 : n - 1])
    # in the last term c[0] is the sum so far
    line = line + powers[n - 1] * (c[n - 1] + z**n * line)
    return c[0] + line * z / (1 - z ** (2 * n))


def anticausal_start(c, z, rule):
    n = len(c)
    if rule == "mirror":
        return (z * c[n - 2] + c[n - 1]) * z / (z * z - 1)
    if rule == "reflect":
        return c[n - 1] * z / (z - 1)
    powers = z ** numpy.arange(1, n, dtype=numpy.float64)
    return (c[n - 1] + powers @ c[: n - 1]) * z / (z**n - 1)


def fold_coordinates(t, n, boundary):
    """Into [0, n - 1] as the boundary says; the rules of a grid into one period."""
    if n == 1:
        return numpy.zeros_like(t)
    if boundary == "nearest":
        return numpy.clip(t, 0, n - 1)
    if boundary == "mirror":
        phase = t % (2 * n - 2)
        return numpy.where(phase > n - 1, 2 * n - 2 - phase, phase)
    if boundary in ("reflect", "grid-mirror"):
        phase = (t + 0.5) % (2 * n)
        return numpy.where(phase > n, 2 * n - phase, phase) - 0.5
    if boundary == "wrap":
        below = t + (n - 1) * (numpy.trunc(-t / (n - 1)) + 1)
        above = t - (n - 1) * numpy.trunc(t / (n - 1))
        return numpy.where(t < 0, below, numpy.where(t > n - 1, above, t))
    return t % n if boundary == "grid-wrap" else t


def fold_indices(index, n, boundary):
    if n == 1:
        return numpy.zeros_like(index)
    if boundary == "nearest":
        return numpy.clip(index, 0, n - 1)
    rule = rule_of(boundary)
    if rule == "wrap":
        return index % n
    period = 2 * n - 2 if rule == "mirror" else 2 * n
    phase = index % period
    return numpy.where(phase < n, phase, period - (0 if rule == "mirror" else 1) - phase)


def support(t, order, n, boundary):
    """The points that each coordinate touches, and their weights (recursion of Cox and de Boor on whole knots)."""
    base = numpy.floor(t) if order % 2 else numpy.floor(t + 0.5)
    u = t - base if order % 2 else t + 0.5 - base
    weights = [numpy.ones_like(t)]
    for degree in range(1, order + 1):
        saved = 0.0
        for i in range(degree):
            share = weights[i] / degree
            weights[i] = saved + (i + 1 - u) * share
            saved = (u + (degree - i - 1)) * share
        weights.append(saved)
    first = base.astype(numpy.int64) - ((order - 1) // 2 if order % 2 else order // 2)
    return [fold_indices(first + i, n, boundary) for i in range(order + 1)], weights


def converted(values, dtype):
    """Whole numbers are rounded half away from zero and limited to their type."""
    if dtype.kind not in "iu":
        return values.astype(dtype)
    limits = numpy.iinfo(dtype)
    whole = numpy.nan_to_num(numpy.trunc(values + numpy.copysign(0.5, values)), nan=0.0)
    # the largest 64-bit numbers are no doubles: what reaches them is set afterwards
    result = numpy.where(whole >= float(limits.max), 0, numpy.clip(whole, limits.min, limits.max)).astype(dtype)
    result[whole >= float(limits.max)] = limits.max
    return result
