"""Calls the function of a script again and again, without CamServer around it. Prints milliseconds per call: elapsed, and of the processor.

Usage: function.py <folder with cam_server> <script> <file of uint16 pixels> <rows> <columns> <calls>
"""
import importlib.util
import sys
import time

import numpy

package, script, pixels, rows, columns, calls = sys.argv[1:]
sys.path.insert(0, package)
rows, columns = int(rows), int(columns)
image = numpy.fromfile(pixels, numpy.uint16).reshape(rows, columns)
spec = importlib.util.spec_from_file_location("script", script)
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
x_axis, y_axis = numpy.arange(columns, dtype=numpy.float32), numpy.arange(rows, dtype=numpy.float32)
# Images in turn, so that no cache holds the one that comes next.
images = [image.copy() for _ in range(8)]


def run(calls):
    for call in range(calls):
        module.process_image(images[call % 8], call, (1, 2), x_axis, y_axis, {}, {})


calls = int(calls)
run(calls // 10)
start, busy = time.perf_counter(), time.process_time()
run(calls)
elapsed, busy = time.perf_counter() - start, time.process_time() - busy
print(elapsed * 1000 / calls, busy * 1000 / calls)
