# A whole pipeline: the mean pixel of each image of a camera. It opens its sockets itself, with pyzmq (package python3-zmq).
# Pipeline: {"pipeline_type": "script", "pipeline_script": "pipeline_python.py", "camera_name": "simulation"}
import hashlib
import json

import numpy
import zmq

HEADER = json.dumps({"htype": "bsr_d-1.1", "channels": [{"name": "mean", "type": "float64", "shape": [1]}]}).encode()


def image_of(parts):
    """The image of a message: header, data header, then a value and its time for each channel; null without one."""
    channels = json.loads(parts[1])["channels"]
    index = [channel["name"] for channel in channels].index("image")
    pixels = numpy.frombuffer(parts[2 + 2 * index], channels[index]["type"])
    return pixels.reshape(channels[index]["shape"][::-1]) if pixels.size else None


def run(stop_event, statistics, parameter_queue, logs_queue, cam_client, pipeline_config, output_stream_port, background_manager, user_scripts_manager):
    context = zmq.Context()
    source, output = context.socket(zmq.SUB), context.socket(zmq.PUB)
    source.connect(cam_client.get_instance_stream(pipeline_config.get_camera_name()))
    source.subscribe(b"")
    output.bind(f"tcp://*:{output_stream_port}")
    count = 0
    stop_event.clear()  # the pipeline works
    while not stop_event.is_set():
        if not source.poll(200):
            continue
        parts = source.recv_multipart()
        image = image_of(parts)
        if image is None:
            continue
        header = {**json.loads(parts[0]), "hash": hashlib.md5(HEADER).hexdigest(), "dh_compression": "none"}
        output.send_multipart([json.dumps(header).encode(), HEADER, numpy.float64(image.mean()).tobytes(), parts[3]])
        count += 1
        statistics.rx = statistics.tx = count
    context.destroy(linger=0)
