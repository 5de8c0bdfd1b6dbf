"""Checks the functions for Python scripts against the golden vectors. Prints a line per difference; the last line is JSON: cases by kind.

Usage: python3 vectors.py <folder of the vectors> <folder with cam_server>
"""
import json
import os
import sys

import numpy

folder, package = sys.argv[1:3]
sys.path.insert(0, package)

from cam_server.pipeline.data_processing import functions, processor  # noqa: E402

PREPARATION = ("binning_x", "binning_y", "image_background_enable", "mirror_x", "mirror_y", "rotation", "image_scale")
PREPARATION += ("image_region_of_interest", "image_threshold", "image_averaging", "image_offset", "averaging")


def array(entry):
    return None if entry is None else numpy.load(os.path.join(folder, entry["file"]))


def plain(value):
    if isinstance(value, str) and value in ("nan", "inf", "-inf"):
        return float(value)
    return value


def expected_value(output):
    if "file" in output:
        return numpy.load(os.path.join(folder, output["file"]))
    return plain(output["value"])


def agree(actual, expected, tolerance):
    if tolerance in ("not compared",):
        return True
    if expected is None or actual is None:
        return actual is None and expected is None
    if tolerance == "json":
        return json.loads(actual) == json.loads(expected)
    if isinstance(expected, str):
        return actual == expected
    actual = numpy.asarray(actual, dtype=numpy.float64)
    expected = numpy.asarray([plain(v) for v in expected] if isinstance(expected, list) else expected, dtype=numpy.float64)
    if actual.shape != expected.shape:
        return False
    if isinstance(tolerance, dict) and "max_mismatch_fraction" in tolerance:
        return float((actual != expected).mean()) <= tolerance["max_mismatch_fraction"] and numpy.abs(actual - expected).max() <= 1
    rtol, atol = (0, 0) if tolerance == "exact" else (tolerance.get("rtol", 0), tolerance.get("atol", 0))
    return bool(numpy.allclose(actual, expected, rtol=max(rtol, 1e-6), atol=max(atol, 1e-6 * (numpy.nanmax(numpy.abs(expected)) if expected.size and not numpy.isnan(expected).all() else 0)), equal_nan=True))


def slices(case, inputs, p):
    function = functions.get_x_slices_data if p["direction"] == "x" else functions.get_y_slices_data
    found, length = function(
        inputs["image"], inputs["x_axis"], inputs["y_axis"], p["center"], p["standard_deviation"], p["scaling"], p["number_of_slices"]
    )
    return [length, len(found), *(value for one in found for value in one)]


def background(case, inputs, p):
    if p["mode"] == "signed":
        return [functions.subtract_background_signed(inputs["image"], inputs["background"])]
    return [functions.subtract_background(inputs["image"], inputs["background"])]


def profile(case, inputs, p):
    image = inputs["image"]
    x = functions.get_x_profile(image)
    return [*functions.get_min_max(image), x, functions.get_y_profile(image), x.sum()]


def gauss_fit(case, inputs, p):
    if not p.get("remove_outliers", True):
        return None
    return functions.gauss_fit(inputs["profile"], inputs["axis"])


KINDS = {
    "profile": profile,
    "subtract_background": background,
    "threshold": lambda c, i, p: [functions.apply_threshold(i["image"], p["threshold"])],
    "binning": lambda c, i, p: functions.binning(i["image"], i["x_axis"], i["y_axis"], p["bx"], p["by"], p["mean"]),
    "rotate": lambda c, i, p: [functions.rotate(i["image"], p["degrees"], p["order"], p["mode"])],
    "gauss_fit": gauss_fit,
    "full_width": lambda c, i, p: [functions.get_fw(i["axis"], i["profile"], p.get("threshold", 0.5), p.get("interpolate", True))],
    "find_index": lambda c, i, p: [functions.find_index(i["axis"], item) for item in p["items"]],
    "good_region": lambda c, i, p: [functions.get_good_region_profile(i["profile"], p["threshold"], p["gfscale"])],
    "calculate_slices": lambda c, i, p: functions.calculate_slices(i["axis"], p["center"], p["standard_deviation"], p["scaling"], p["number_of_slices"]),
    "slices_data": slices,
    "linear_fit": lambda c, i, p: functions.linear_fit(i["x"], i["y"]),
    "quadratic_fit": lambda c, i, p: functions.quadratic_fit(i["x"], i["y"]),
}

IMAGES = ("profile", "subtract_background", "threshold", "binning", "slices_data")


def check(case):
    """Differences of one case, or None when it is not for us."""
    p = case["params"]
    outputs = case["expected"].get("outputs")
    if outputs is None:
        return None
    if case["kind"] == "process":
        parameters = dict(p["parameters"])
        if any(key in parameters for key in PREPARATION):
            return None
        image = array(case["inputs"]["frames"][-1])
        x, y = array(case["inputs"]["x_axis"]), array(case["inputs"]["y_axis"])
        actual = processor.process_image(image, p["pulse_id"], p["timestamp"], x, y, parameters, {})
        names = [output["name"] for output in outputs]
        if set(actual) != set(names):
            return [f"{case['id']}: channels {sorted(set(actual) ^ set(names))}"]
        values = [actual[name] for name in names]
    else:
        inputs = {name: array(entry) for name, entry in case["inputs"].items()}
        if any(name not in inputs or inputs[name] is None for name in ("image",) if case["kind"] in IMAGES):
            return None
        values = KINDS[case["kind"]](case, inputs, p)
        if values is None:
            return None
    faults = []
    for value, output in zip(values, outputs, strict=True):
        tolerance = output.get("tolerance", case["tolerance"])
        if not agree(value, expected_value(output), tolerance):
            faults.append(f"{case['id']} {output['name']}: {value}, expected {expected_value(output)}")
        elif "dtype" in output and hasattr(value, "dtype") and str(value.dtype) != output["dtype"]:
            faults.append(f"{case['id']} {output['name']}: {value.dtype}, expected {output['dtype']}")
    return faults


with open(os.path.join(folder, "manifest.json")) as file:
    manifest = json.load(file)
counts = {}
for case in manifest["cases"]:
    if case["kind"] in KINDS or case["kind"] == "process":
        faults = check(case)
        if faults is not None:
            counts[case["kind"]] = counts.get(case["kind"], 0) + 1
            for fault in faults:
                print(fault[:300])
print(json.dumps(counts))
