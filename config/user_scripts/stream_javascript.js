// Adds the ratio of two channels of a stream and passes the others on.
// Pipeline: {"pipeline_type": "stream", "input_pipeline": "simulation_sp", "function": "stream_javascript.js"}
import { numberOf } from 'camserver/processing';

export function process({ data }) {
  const { intensity, max_value } = data;
  return { intensity, max_value, sharpness: numberOf(max_value) / numberOf(intensity) };
}
