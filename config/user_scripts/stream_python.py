# Adds the mean of the last values of a channel.
# Pipeline: {"pipeline_type": "stream", "input_pipeline": "simulation_sp", "function": "stream_python.py"}
from collections import deque

last = deque(maxlen=10)


def process(data, pulse_id, timestamp, parameters):
    last.append(float(data["intensity"]))
    return {"intensity": data["intensity"], "intensity_mean": sum(last) / len(last), "count": len(last)}
