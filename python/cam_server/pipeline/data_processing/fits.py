"""Fits of profiles: Gaussian, straight line, parabola."""
from math import isnan, sqrt

import numpy

from . import kernels
from .minimiser import minimise


def gauss(x, offset, amplitude, center, standard_deviation):
    """The model, in the type of x."""
    x = numpy.asarray(x)
    kind = x.dtype if x.dtype.kind == "f" else numpy.float64
    if kernels.available and x.ndim == 1:
        return kernels.gaussian(x, (offset, amplitude, center, standard_deviation)).astype(kind)
    distance = x.astype(numpy.float64) - center
    with numpy.errstate(all="ignore"):
        bell = numpy.exp(-(distance * distance) / (2 * standard_deviation * standard_deviation))
        return (offset + amplitude * bell).astype(kind)


def gauss_fit(profile, axis, center_of_mass=True):
    """Fits a Gaussian.

    Returns gauss_function, offset, amplitude, center, standard_deviation, center_of_mass, rms. A fit that fails gives the start
    values: minimum, height, position of the first highest point, and the width that gives the same area.
    """
    if len(axis) != len(profile):
        raise RuntimeError(f"Invalid axis passed {len(axis)} {len(profile)}")
    points = numpy.asarray(profile, dtype=numpy.float64)
    positions = numpy.asarray(axis, dtype=numpy.float64)
    offset, amplitude, center, sigma = fit_profile(points, positions)
    sigma = abs(sigma)
    function = gauss(axis, offset, amplitude, center, sigma)
    com, rms = center_and_rms(points, positions, offset, center, sigma) if center_of_mass else (None, None)
    return function, offset, amplitude, center, sigma, com, rms


def fit_profile(points, positions):
    """offset, amplitude, center, standard deviation; the profile is rounded to float32 for the fit, not for its start."""
    if kernels.available and len(points) > 0:
        return kernels.gaussian_fit(points, positions)
    rounded = points.astype(numpy.float32).astype(numpy.float64)
    return fit_gauss(rounded, positions, estimate_gauss(points, positions))


def estimate_gauss(points, positions):
    with numpy.errstate(all="ignore"):
        offset = float(points.min())
        amplitude = float(points.max()) - offset
        center = float(positions[int(points.argmax())])
        above = points - offset
        surface = float(((positions[1:] - positions[:-1]) * (above[:-1] + above[1:])).sum() / 2)
        sigma = surface / (amplitude * sqrt(2 * numpy.pi)) if amplitude != 0 else 1.0
    return offset, amplitude, center, sigma


def fit_gauss(points, positions, start, maximum_evaluations=1000):
    n = len(points)
    jacobian = numpy.ones((4, n))

    def residuals(parameters):
        offset, amplitude, center, sigma = parameters
        distance = positions - center
        return offset + amplitude * numpy.exp(distance * distance * (-0.5 / (sigma * sigma))) - points

    def derivatives(parameters):
        _, amplitude, center, sigma = parameters
        distance = positions - center
        numpy.exp(distance * distance * (-0.5 / (sigma * sigma)), out=jacobian[1])
        numpy.multiply(jacobian[1], distance * (amplitude / (sigma * sigma)), out=jacobian[2])
        numpy.multiply(jacobian[2], distance * (1 / sigma), out=jacobian[3])
        return jacobian

    if not numpy.isfinite(positions).all() or any(map(isnan, start)):
        return start
    try:
        with numpy.errstate(all="ignore"):
            return tuple(minimise(residuals, derivatives, n, start, maximum_evaluations)[0])
    except (ZeroDivisionError, OverflowError, ValueError):
        return start


def center_and_rms(profile, axis, offset, center, standard_deviation):
    """Centre of mass and root mean square above the offset; points beyond 5 sigma are removed after the normalisation."""
    axis = numpy.asarray(axis, dtype=numpy.float64)
    weights = numpy.asarray(profile, dtype=numpy.float64) - offset
    total = weights.sum()
    if total != 0:
        weights = weights / total
    weights[numpy.abs(axis - center) > 5 * standard_deviation] = 0
    com = float((axis * weights).sum())
    distance = axis - com
    return com, sqrt(abs(float((distance * distance * weights).sum()))) if not isnan(com) else float("nan")


def linear_fit(x, y):
    """slope, offset; None, None when the points do not determine a line."""
    return _polynomial_fit(x, y, 1)


def quadratic_fit(x, y):
    """a, b, c of a x^2 + b x + c; None when the points do not determine a parabola."""
    return _polynomial_fit(x, y, 2)


def _polynomial_fit(x, y, degree):
    x, y = numpy.asarray(x, dtype=numpy.float64), numpy.asarray(y, dtype=numpy.float64)
    powers = numpy.array([x ** (degree - k) for k in range(degree + 1)]).reshape(degree + 1, len(x))
    count = degree + 1
    parameters, converged = minimise(
        lambda p: numpy.asarray(p) @ powers - y, lambda p: powers, len(x), [1.0] * count, 200 * (count + 1)
    )
    return tuple(parameters) if converged else (None,) * count
