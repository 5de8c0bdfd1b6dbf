// The change of a channel since the message before.
// Pipeline: {"pipeline_type": "stream", "input_pipeline": "simulation_sp", "function": "stream_typescript.ts", "channel": "intensity"}
import { type Channels, numberOf, type StreamMessage } from 'camserver/processing';

let previous: number | null = null;

export function process({ data, pulseId, parameters }: StreamMessage): Channels {
  const name = String(parameters.channel ?? 'intensity');
  const value = numberOf(data[name] ?? null);
  const change = previous === null ? 0 : value - previous;
  previous = value;
  return { [name]: data[name] ?? null, change, pulse_id: BigInt(pulseId) };
}
