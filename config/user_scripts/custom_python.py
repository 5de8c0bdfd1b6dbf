# Makes a message of its own with a random image.
# Pipeline: {"pipeline_type": "custom", "function": "custom_python.py", "max_frame_rate": 10}
import time

import numpy

generator = numpy.random.default_rng(1)


def process(parameters, init):
    image = generator.integers(1, 100, (10, 20), dtype=numpy.uint16)
    data = {"scalar": 10.0, "image": image, "first": init}
    return data, time.time(), None, image.nbytes
