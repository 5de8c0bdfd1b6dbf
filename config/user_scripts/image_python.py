# The default channels of an image, and the mean of its pixels.
# Pipeline: {"camera_name": "simulation", "function": "image_python.py"}
from cam_server.pipeline.data_processing import functions, processor


def process_image(image, pulse_id, timestamp, x_axis, y_axis, parameters, bsdata):
    channels = processor.process_image(image, pulse_id, timestamp, x_axis, y_axis, parameters, bsdata)
    channels["average_value"] = channels["intensity"] / channels["width"] / channels["height"]
    return channels
