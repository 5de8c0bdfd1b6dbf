// The default channels of an image, and the mean of its pixels.
// Pipeline: {"camera_name": "simulation", "function": "image_javascript.js"}
import { numberOf, processImage as defaultChannels } from 'camserver/processing';

export function processImage(frame) {
  const channels = defaultChannels(frame);
  channels.average_value = numberOf(channels.intensity) / frame.image.size;
  return channels;
}
