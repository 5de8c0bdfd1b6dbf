"""Times the Python bitshuffle module on an image, and compares its bytes with ours."""
import json
import statistics
import sys
import time

import bitshuffle
import numpy

folder, width, height, repetitions = sys.argv[1], *map(int, sys.argv[2:5])
image = numpy.fromfile(f"{folder}/image.bin", dtype="uint16").reshape(height, width)
ours = open(f"{folder}/compressed.bin", "rb").read()


def median_time(call):
    times = []
    for _ in range(repetitions):
        start = time.perf_counter()
        call()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


compressed = bitshuffle.compress_lz4(image, 0)
print(json.dumps({
    "compress": median_time(lambda: bitshuffle.compress_lz4(image, 0)),
    "decompress": median_time(lambda: bitshuffle.decompress_lz4(compressed, image.shape, image.dtype, 0)),
    # the first 12 bytes are the header of bsread, which the module does not write
    "identical": compressed.tobytes() == ours[12:],
}))
