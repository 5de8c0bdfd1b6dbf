import {
  anyInteger,
  anything,
  choice,
  flag,
  integer,
  literalNumber,
  nameOf,
  number,
  rectangle,
  rotation,
  section,
  text,
} from '../kinds.js';
import { type ParameterSection, parameter } from './parameter.js';

export const imagePreparation: ParameterSection = {
  title: 'Image preparation',
  parameters: [
    parameter('binning_x', integer(undefined, 65_535), '1', 'P', 'yes', 'Columns per block.'),
    parameter('binning_y', integer(undefined, 65_535), '1', 'P', 'yes', 'Rows per block.'),
    parameter('binning_mean', flag, 'false', 'P', 'yes', 'Mean of each block instead of the clipped sum.'),
    parameter(
      'image_background_enable',
      anything('true, false, "signed" or "passive"', { enum: [true, false, 'signed', 'passive'] }),
      'false',
      'P',
      'yes',
      'true: subtract the background and clip at 0; `signed`: int32 difference; `passive`: the image stays, functions get the background. Everything else that is true counts as true.',
    ),
    parameter(
      'image_background',
      nameOf('a stored background'),
      'none',
      'P',
      'yes',
      'Background id. Enabled but empty: the newest one of the camera, if there is one.',
    ),
    parameter('mirror_x', flag, 'false', 'P', 'yes', 'Reverse the columns and the x axis.'),
    parameter('mirror_y', flag, 'false', 'P', 'yes', 'Reverse the rows and the y axis.'),
    parameter(
      'rotation',
      rotation,
      'none',
      'P',
      'yes',
      'Degrees counter-clockwise; as object with spline `order` (default 1) and `mode`: a fill value (default "0.0"), a boundary rule, or `ortho` for quarter turns.',
    ),
    parameter('image_region_of_interest', rectangle, 'none', 'P', 'yes', 'Crop.'),
    parameter('image_threshold', number, 'none', 'P', 'yes', 'Pixels below become 0; only if above 0.'),
    parameter(
      'image_averaging',
      number,
      'none',
      'P',
      'yes',
      'Above 1: running mean of the last n prepared images.',
    ),
    parameter(
      'image_scale',
      literalNumber,
      'none',
      'P',
      'yes',
      'Factor. A whole literal (2) keeps integer pixels, 2.0 makes them float64.',
    ),
    parameter('image_offset', literalNumber, 'none', 'P', 'yes', 'Added after the scale; literal as there.'),
    parameter(
      'averaging',
      anything('a whole number', { type: 'integer' }),
      'none',
      'P',
      'yes',
      'Before preparation. n above 0: one output per n images; below 0: running mean of the last |n|. What is not a number counts as absent.',
    ),
    parameter('copy', flag, 'false', 'P', 'yes', 'Give the function an image of its own that it may change.'),
  ],
};

export const processingFunction: ParameterSection = {
  title: 'Function',
  parameters: [
    parameter(
      'function',
      text,
      'P: built-in default',
      'PSC',
      'P and S',
      'Built-in function or stored script; a text with `/` is a path.',
    ),
    parameter(
      'reload',
      flag,
      'false',
      'PS',
      'yes',
      'Import the function again now. It has its effect once and does not stay in the configuration.',
    ),
    parameter(
      'function_timeout',
      number,
      '10',
      'PSC',
      'yes',
      "Seconds that one call of a user's function may take; then it is stopped and the frame has failed.",
    ),
    parameter(
      'function_memory',
      number,
      '1024',
      'PSC',
      'yes',
      "Megabytes that a user's function may use beyond what it has after loading (JavaScript: its heap).",
    ),
  ],
};

/** Without a function the default one runs. */
const STANDARD = ['', 'default', 'processor', 'merge'];
const orientation = choice(['vertical', 'horizontal']);

export const functionParameters: ParameterSection = {
  title: 'Parameters of built-in functions',
  parameters: [
    parameter(
      'image_good_region',
      section('null or an object {"threshold": number, "gfscale": number}', {
        threshold: number,
        gfscale: number,
      }),
      'none; {} means {"threshold": 0.3, "gfscale": 1.8}',
      'P',
      'yes',
      'Adds the good-region channels.',
      STANDARD,
    ),
    parameter(
      'image_slices',
      section(
        'null or an object {"number_of_slices": whole number, "scale": number, "orientation": "vertical" or "horizontal"}',
        { number_of_slices: integer(0, 10_000), scale: number, orientation },
      ),
      'none; {} means {"number_of_slices": 1, "scale": 2, "orientation": "vertical"}',
      'P',
      'yes',
      'Adds the slice channels; needs `image_good_region`. Even numbers are made odd.',
      STANDARD,
    ),
    parameter(
      'fw_threshold',
      number,
      'none',
      'P',
      'yes',
      'Adds `x_fw` and `y_fw`, the full widths at this fraction of the height.',
      STANDARD,
    ),
    parameter('prefix', text, 'mandatory', 'S', 'yes', 'Put in front of each channel name.', [
      'propagate_stream_with_prefix',
    ]),
    parameter('roi_signal', rectangle, 'none', 'P', 'yes', 'Region of the signal profile.', ['psen']),
    parameter('roi_background', rectangle, 'none', 'P', 'yes', 'Region of the background profile.', ['psen']),
    parameter('pixel_bkg', number, 'mandatory', 'P', 'yes', 'Subtracted from each pixel.', ['psss']),
  ],
};

export const parallelism: ParameterSection = {
  title: 'Parallel processing',
  parameters: [
    parameter(
      'processing_threads',
      integer(0, 256),
      '0',
      'PS',
      'no',
      'Worker threads; 0: all in the thread of the instance. The order of frames is kept.',
    ),
    parameter(
      'thread_buffer_size',
      integer(0),
      '20',
      'PS',
      'no',
      'Frames that wait per thread; the oldest is dropped.',
    ),
    parameter(
      'send_buffer_size',
      integer(0),
      '40',
      'PS',
      'no',
      'Results that wait for an earlier one; the lowest pulse id is dropped.',
    ),
    parameter(
      'multiprocessing',
      flag,
      'false',
      'PS',
      'no',
      'Same as threads here; kept for old configurations.',
    ),
    parameter(
      'processing_manager',
      flag,
      'false',
      'PS',
      'no',
      'Without effect; kept for old configurations.',
    ),
    parameter('spawn_send_thread', flag, 'true', 'PS', 'no', 'Without effect; kept for old configurations.'),
    parameter(
      'buffer_size',
      integer(0),
      'none',
      'PSOI',
      'no',
      'Messages that wait in front of the sender, also before the first client has connected; the oldest is dropped.',
    ),
    parameter(
      'pid_buffer',
      anyInteger,
      '0',
      'OI',
      'no',
      'From 2 on: hold back n - 1 messages and send them in the order of pulse ids.',
    ),
  ],
};
