// Makes a message of its own with a wave that moves.
// Pipeline: {"pipeline_type": "custom", "function": "custom_javascript.js", "max_frame_rate": 10, "points": 100}
let step = 0;

export function custom({ parameters, init }) {
  if (init) step = 0;
  step += 1;
  const points = Number(parameters.points ?? 100);
  const wave = Float32Array.from({ length: points }, (_, index) => Math.sin((index + step) / 10));
  return { data: { step: BigInt(step), wave }, size: wave.byteLength };
}
