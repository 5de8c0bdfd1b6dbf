"""Times scipy's curve_fit on a profile from given start values."""
import json
import statistics
import sys
import time

import numpy
from scipy.optimize import curve_fit

data = json.load(sys.stdin)
axis = numpy.array(data["axis"])
profile = numpy.array(data["profile"]).astype("float32")


def gauss(x, offset, amplitude, center, sigma):
    return offset + amplitude * numpy.exp(-(x - center) ** 2 / (2 * sigma ** 2))


times = []
for _ in range(60):
    start = time.perf_counter()
    parameters, _ = curve_fit(gauss, axis, profile, p0=data["start"])
    times.append((time.perf_counter() - start) * 1000)
parameters[3] = abs(parameters[3])
print(json.dumps({"time": statistics.median(times), "parameters": list(parameters)}))
