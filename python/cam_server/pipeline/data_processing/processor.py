"""The default processing: statistics, profiles, fits, on request good region and slices."""
import json

import numpy

from . import functions

FIT = ("gauss_function", "offset", "amplitude", "standard_deviation", "mean")


def process_image(image, pulse_id, timestamp, x_axis, y_axis, parameters, bsdata=None):
    """The channels of one image, in their order; with a processing error axes, a zero image, its size and the parameters."""
    error = parameters.get("processing_error")
    height, width = image.shape
    result = {
        "x_axis": x_axis,
        "y_axis": y_axis,
        "image": image if error is None else numpy.zeros_like(image),
        "width": width,
        "height": height,
        "processing_parameters": parameters_text(parameters),
    }
    if error is not None:
        return result
    if image.size == 0:
        raise ValueError(f"An image of {width}x{height} pixels cannot be processed")
    result["timestamp"] = to_seconds(timestamp)
    minimum, maximum, x_profile, y_profile = functions.measure(image)
    result["min_value"], result["max_value"] = minimum, maximum
    result["x_profile"], result["y_profile"] = x_profile, y_profile
    result["intensity"] = x_profile.sum()
    x_fit = functions.gauss_fit(x_profile, x_axis)
    y_fit = functions.gauss_fit(y_profile, y_axis)
    result["x_fwhm"] = functions.get_fwhm(x_axis, x_profile)
    result["y_fwhm"] = functions.get_fwhm(y_axis, y_profile)
    threshold = parameters.get("fw_threshold")
    if threshold is not None:
        result["x_fw"] = functions.get_fw(x_axis, x_profile, float(threshold))
        result["y_fw"] = functions.get_fw(y_axis, y_profile, float(threshold))
    for name, fit in (("x", x_fit), ("y", y_fit)):
        result[name + "_center_of_mass"], result[name + "_rms"] = fit[5], fit[6]
    add_fit(result, "x", x_fit)
    add_fit(result, "y", y_fit)
    if parameters.get("image_good_region"):
        add_good_region(result, image, x_axis, y_axis, parameters)
    return result


process = process_image


def parameters_text(parameters):
    """The parameters as JSON, without the pixels of the background."""
    return json.dumps({key: value for key, value in parameters.items() if key != "background_data"})


def to_seconds(timestamp):
    if isinstance(timestamp, (tuple, list)):
        return timestamp[0] + timestamp[1] / 1e9
    return float(timestamp)


def add_fit(result, prefix, fit):
    values = (None,) * 5 if fit is None else (fit[0], fit[1], fit[2], fit[4], fit[3])
    for name, value in zip(FIT, values):
        result[f"{prefix}_fit_{name}"] = value


def add_good_region(result, image, x_axis, y_axis, parameters):
    section = parameters["image_good_region"]
    threshold, scale = section.get("threshold", 0.3), section.get("gfscale", 1.8)
    left, right = functions.get_good_region_profile(result["x_profile"], threshold, scale)
    top, bottom = functions.get_good_region_profile(result["y_profile"], threshold, scale)
    is_there = left < right and top < bottom
    x_fit = y_fit = part = None
    names = ("good_region", "gr_x_axis", "gr_y_axis", "gr_x_profile", "gr_y_profile")
    values = (None,) * 5
    if is_there:
        part = image[top:bottom, left:right]
        x_axis, y_axis = x_axis[left:right], y_axis[top:bottom]
        x_profile, y_profile = functions.get_x_profile(part), functions.get_y_profile(part)
        x_fit = functions.gauss_fit(x_profile, x_axis, center_of_mass=False)
        y_fit = functions.gauss_fit(y_profile, y_axis, center_of_mass=False)
        values = ([left, top, right, bottom], x_axis, y_axis, x_profile, y_profile)
    result.update(zip(names, values))
    add_fit(result, "gr_x", x_fit)
    add_fit(result, "gr_y", y_fit)
    result["gr_intensity"] = x_profile.sum() if is_there else None
    if parameters.get("image_slices"):
        add_slices(result, part, x_axis, y_axis, x_fit, y_fit, parameters["image_slices"])


def add_slices(result, image, x_axis, y_axis, x_fit, y_fit, section):
    count = int(section.get("number_of_slices", 1))
    count += 1 - count % 2
    scale = section.get("scale", 2)
    orientation = str(section.get("orientation", "vertical"))
    x_slices, length, shown = [], None, []
    if image is not None and orientation in ("vertical", "horizontal"):
        x_slices, x_length = functions.get_x_slices_data(image, x_axis, y_axis, x_fit[3], x_fit[4], scale, count)
        if x_length is not None:
            y_slices, y_length = functions.get_y_slices_data(image, x_axis, y_axis, y_fit[3], y_fit[4], scale, count)
            shown, length = (y_slices, y_length) if orientation == "vertical" else (x_slices, x_length)
    result["slice_orientation"] = orientation
    result["slice_amount"] = count
    result["slice_length"] = None if length is None else float(length)
    for index in range(count):
        values = shown[index] if index < len(shown) else (None,) * 4
        for name, value in zip(("center_x", "center_y", "standard_deviation", "intensity"), values):
            result[f"slice_{index}_{name}"] = value
    slope, offset = functions.linear_fit([s[0] for s in x_slices], [s[1] for s in x_slices])
    result["coupling"] = None if slope is None else slope * x_fit[4] ** 2
    result["coupling_slope"], result["coupling_offset"] = slope, offset
