/**
 * The keys of a camera configuration as JSON Schema, for documentation and editors. Checks are made by `settings.ts`, which
 * takes numbers in texts and the like as well.
 */
import { SOURCE_TYPES } from './configuration.js';

const flag = (description: string, value = false) => ({ type: 'boolean', default: value, description });
const whole = (description: string, value: number, minimum = 1) => ({
  type: 'integer',
  minimum,
  default: value,
  description,
});
const texts = (description: string) => ({
  oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
  description,
});
const compression = (what: string) => ({
  enum: [true, false, null, 'none', 'lz4', 'bitshuffle_lz4'],
  default: false,
  description: `Compression of ${what}; true is bitshuffle_lz4`,
});

export const cameraConfigurationSchema = {
  type: 'object',
  required: ['source'],
  additionalProperties: true,
  properties: {
    source: { type: 'string', description: 'Prefix of process variables, address or file, by source type' },
    source_type: { enum: SOURCE_TYPES, default: 'epics' },
    mirror_x: flag('Flip left-right'),
    mirror_y: flag('Flip up-down'),
    rotate: { type: 'integer', default: 0, description: 'Quarter turns counter-clockwise' },
    roi: {
      type: ['array', 'null'],
      items: { type: 'number' },
      minItems: 4,
      maxItems: 4,
      default: null,
      description: '[offset_x, size_x, offset_y, size_y] in pixels after binning and rotation',
    },
    binning_x: whole('Columns that become one', 1),
    binning_y: whole('Rows that become one', 1),
    binning_mean: flag('Mean instead of the clipped sum'),
    camera_calibration: {
      type: ['object', 'null'],
      default: null,
      properties: {
        reference_marker: {
          type: 'array',
          items: { type: 'number' },
          minItems: 4,
          maxItems: 4,
          default: [0, 0, 100, 100],
          description: 'Corners of the marker in pixels: left, top, right, bottom',
        },
        reference_marker_width: { type: 'number', default: 100 },
        reference_marker_height: { type: 'number', default: 100 },
        angle_horizontal: { type: 'number', default: 0, description: 'Degrees' },
        angle_vertical: { type: 'number', default: 0, description: 'Degrees' },
      },
    },
    image_background: {
      type: ['string', 'boolean', 'null'],
      default: null,
      description: 'Name of a stored background; true is the latest one of this camera',
    },
    alias: texts('Other names of the camera'),
    group: texts('Groups of the camera'),
    port: { type: ['integer', 'null'], description: 'Fixed port of the stream' },
    protocol: { enum: ['tcp', 'ipc'], default: 'tcp' },
    queue_size: whole('Messages that may wait for one client', 100),
    no_client_timeout: {
      type: 'number',
      default: 10,
      description: 'Seconds without client and viewer after which the instance ends; 0 or less: never',
    },
    image_compression: compression('the image'),
    scalar_compression: compression('the other channels'),
    data_header_compression: compression('the data header'),
    dtype: {
      type: ['string', 'null'],
      description: 'Element type to announce; of another size: to convert to',
    },
    check_data: flag('Automatic header'),
    simulate_pulse_id: flag('Pulse ids from the clock, 100 per second'),
    debug: flag('Log rejected messages'),
    frame_rate: {
      type: ['number', 'null'],
      description:
        'Images per second: of a simulation, default 10; most of sources that are read image by image, default any',
    },
    size_x: whole('Width of a simulation', 1280),
    size_y: whole('Height of a simulation', 960),
    image_type: { enum: ['beam', 'raw', 'static_beam', 'static_raw'], default: 'beam' },
    url: {
      type: 'string',
      description:
        'Stream of a bsread camera, instead of what its IOC says; host:port of the redis server for stddaq',
    },
    mode: { enum: ['SUB', 'PULL'], default: 'SUB', description: 'Socket of array10, bschannel, stddaq' },
    channel: { type: 'string', description: 'Image channel of bschannel, stddaq' },
    timeout: {
      type: 'number',
      default: -1,
      description: 'Milliseconds that an image of bschannel, stddaq may take',
    },
    db: { type: ['string', 'integer'], default: '0', description: 'Database of redis for stddaq' },
    class: { type: 'string', description: 'Class, and file, of a script' },
    function_timeout: {
      type: 'number',
      default: 10,
      description: 'Seconds for which a script may compute without awaiting anything',
    },
    function_memory: {
      type: 'number',
      default: 4096,
      description: 'Megabytes by which the process of a script may grow; default for Python 1024',
    },
    connections: whole('Connections to the stream of a bsread camera', 1),
    buffer_size: whole('Above 0: messages are put into order in a buffer of this size', 0, 0),
    buffer_threshold: { type: 'number', minimum: 0, maximum: 1, default: 0.5 },
    abort_on_error: flag('End when the connections of a buffered camera stay misaligned', true),
    enforce_pid: flag('Drop messages whose pulse id does not increase', true),
    enforce_timestamp: flag('Drop messages whose time does not increase', true),
    check_timestamp: flag('Drop messages whose nanoseconds do not encode the pulse id', true),
    forwarder_port: { type: ['integer', 'null'], description: 'Port of the second output (PUSH)' },
    forwarder_compression: compression('the forwarded image'),
    forwarder_data_header_compression: compression('the data header of the second output'),
  },
} as const;
