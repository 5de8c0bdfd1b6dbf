"""Times the default processing of an image in NumPy and SciPy: background, statistics, profiles, widths, moments, fits.

Written from docs/processing.md. The background is subtracted in two ways: "as described", bg > pixel ? 0 : pixel - bg, and as
NumPy is fastest. Prints both times, and the numbers for comparison.
"""
import json
import statistics
import sys
import time

import numpy
from scipy.optimize import curve_fit

folder, width, height, repetitions = sys.argv[1], *map(int, sys.argv[2:5])
received = numpy.fromfile(f"{folder}/image.bin", dtype="uint16").reshape(height, width)
received.flags.writeable = False
background = numpy.fromfile(f"{folder}/background.bin", dtype="uint16").reshape(height, width)
x_axis = numpy.arange(width, dtype="float32")
y_axis = numpy.arange(height, dtype="float32")


def gauss(x, offset, amplitude, center, sigma):
    return offset + amplitude * numpy.exp(-(x - center) ** 2 / (2 * sigma ** 2))


def fit(profile, axis):
    offset = profile.min()
    amplitude = profile.max() - offset
    center = axis[profile.argmax()]
    sigma = numpy.trapz(profile - offset, axis) / (amplitude * numpy.sqrt(2 * numpy.pi))
    start = [offset, amplitude, center, sigma]
    offset, amplitude, center, sigma = curve_fit(gauss, axis, profile.astype("float32"), p0=start)[0]
    sigma = abs(sigma)
    function = gauss(axis, *numpy.array([offset, amplitude, center, sigma], dtype="float32"))
    return function, offset, amplitude, center, sigma


def moments(profile, axis, offset, center, sigma):
    weights = profile - offset
    weights = weights / weights.sum()
    weights[numpy.abs(axis - center) > 5 * sigma] = 0
    mean = axis.dot(weights)
    return mean, numpy.sqrt(numpy.abs(((axis - mean) ** 2).dot(weights)))


def full_width(profile, axis, fraction):
    above = profile - profile.min()
    level = above.max() * fraction
    peak = above.argmax()
    below = numpy.flatnonzero(above[1:peak] <= level)
    left = below[-1] + 1 if len(below) else 0
    below = numpy.flatnonzero(above[peak + 1:] <= level)
    right = below[0] + peak + 1 if len(below) else len(above) - 1
    rising = (above[left + 1] - above[left]) / (axis[left + 1] - axis[left])
    falling = (above[right] - above[right - 1]) / (axis[right] - axis[right - 1])
    return abs(axis[right] + (level - above[right]) / falling - (axis[left] + (level - above[left]) / rising))


def subtract_as_described():
    return numpy.where(background > received, 0, received - background)


def subtract_fast():
    image = numpy.maximum(received, background)
    image -= background
    return image


def process(subtract):
    image = subtract()
    channels = {
        "x_axis": x_axis, "y_axis": y_axis, "image": image, "width": width, "height": height,
        "min_value": image.min(), "max_value": image.max(),
        "x_profile": image.sum(0, dtype="int64"), "y_profile": image.sum(1, dtype="int64"),
    }
    channels["intensity"] = channels["x_profile"].sum()
    for name, axis in (("x", x_axis), ("y", y_axis)):
        profile = channels[f"{name}_profile"]
        channels[f"{name}_fwhm"] = full_width(profile, axis, 0.5)
        function, offset, amplitude, center, sigma = fit(profile, axis)
        channels[f"{name}_center_of_mass"], channels[f"{name}_rms"] = moments(profile, axis, offset, center, sigma)
        channels[f"{name}_fit_gauss_function"] = function
        channels[f"{name}_fit_offset"] = offset
        channels[f"{name}_fit_amplitude"] = amplitude
        channels[f"{name}_fit_standard_deviation"] = sigma
        channels[f"{name}_fit_mean"] = center
    return channels


def median_time(subtract):
    times = []
    for _ in range(repetitions):
        start = time.perf_counter()
        process(subtract)
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


numbers = {name: float(value) for name, value in process(subtract_as_described).items() if numpy.ndim(value) == 0}
print(json.dumps({
    "described": median_time(subtract_as_described), "fast": median_time(subtract_fast), "numbers": numbers,
}))
