import { address, anyInteger, anything, channels, flag, integer, number, text } from '../kinds.js';
import { type ParameterSection, parameter } from './parameter.js';

const STREAMS = 'PSOI';
/** Of pipelines that can merge two streams. */
const MERGERS = 'SOI';
const mode = anything('"SUB" or "PULL"', { enum: ['SUB', 'PULL'] });

export const source: ParameterSection = {
  title: 'Source',
  parameters: [
    parameter(
      'input_pipeline',
      text,
      'none',
      'PSO',
      'no',
      'Manager: the pipeline used as source, created when it does not run. Its address becomes `input_stream`.',
    ),
    parameter(
      'input_stream',
      address,
      'none',
      STREAMS,
      'at a camera reconnect',
      'Address of a stream used instead of the camera or of `bsread_address`. I: the address to bind.',
    ),
    parameter(
      'input_mode',
      mode,
      '"SUB", I: "PULL"',
      STREAMS,
      'no',
      'Socket mode of the source. Any other text: PULL for an address, SUB for the dispatcher.',
    ),
    parameter(
      'receive_timeout',
      integer(-1),
      '1000',
      STREAMS,
      'no',
      'Milliseconds until a receive is given up. Cameras always have 1000.',
    ),
    parameter(
      'bsread_address',
      address,
      'none',
      STREAMS,
      'no',
      'Address of a bsread stream; P: of the stream to merge with the images.',
    ),
    parameter(
      'bsread_channels',
      channels,
      'none',
      STREAMS,
      'no',
      'Channels of the stream; without an address they are requested from the dispatcher.',
    ),
    parameter(
      'dispatcher_url',
      text,
      '"https://dispatcher-api.psi.ch/sf-databuffer"',
      STREAMS,
      'no',
      'Where channels are requested.',
    ),
    parameter(
      'dispatcher_verify_request',
      flag,
      'true',
      STREAMS,
      'no',
      'The dispatcher shall refuse channels that it does not know.',
    ),
    parameter(
      'dispatcher_disable_compression',
      flag,
      'false',
      STREAMS,
      'no',
      'Ask the dispatcher for uncompressed channels.',
    ),
  ],
};

export const merging: ParameterSection = {
  title: 'Merging of streams',
  parameters: [
    parameter(
      'bsread_image_buf',
      integer(0),
      '1000, at most 5000',
      'P',
      'no',
      'Images that wait for their partner in the bsread stream.',
    ),
    parameter(
      'bsread_data_buf',
      integer(0),
      '1000, at most 10000',
      'P',
      'no',
      'Messages of the bsread stream that wait for their image.',
    ),
    parameter('input_pipeline2', text, 'none', MERGERS, 'no', 'As `input_pipeline`, for the second stream.'),
    parameter(
      'input_stream2',
      address,
      'none',
      MERGERS,
      'no',
      'Second stream; its presence switches merging by pulse id on.',
    ),
    parameter('input_mode2', mode, '"SUB"', MERGERS, 'no', 'Socket mode of the second stream.'),
    parameter(
      'bsread_address2',
      address,
      'none',
      MERGERS,
      'no',
      'As `bsread_address`, for the second stream.',
    ),
    parameter(
      'bsread_channels2',
      channels,
      'none',
      MERGERS,
      'no',
      'As `bsread_channels`, for the second stream.',
    ),
    parameter('merge_queue_size', integer(0), '100', MERGERS, 'no', 'Receive queue of both connections.'),
    parameter(
      'merge_buffer_size',
      integer(0),
      '100',
      MERGERS,
      'no',
      'Merged messages that wait to be processed; the oldest is dropped.',
    ),
  ],
};

export const receiveControl: ParameterSection = {
  title: 'Receive control',
  parameters: [
    parameter('pause', flag, 'false', STREAMS, 'yes', 'Discard received messages.'),
    parameter('paused', flag, 'false', STREAMS, 'yes', 'Other name of `pause`, which wins.'),
    parameter(
      'pid_range',
      anything('two pulse ids [first, last]', {
        type: 'array',
        items: { type: 'integer' },
        minItems: 2,
        maxItems: 2,
      }),
      'none',
      STREAMS,
      'yes',
      'First and last pulse id. Messages before are discarded, the first one after ends the pipeline with code 0; last 0 or below means open. What is not two numbers counts as absent.',
    ),
    parameter(
      'downsampling',
      anyInteger,
      'none',
      STREAMS,
      'yes',
      'Discard n messages after each one that passes: one of n + 1 is processed.',
    ),
    parameter('max_frame_rate', number, 'none', 'PSC', 'P and S', 'Upper limit in Hz.'),
    parameter('modulo', integer(0), 'none', 'T', 'no', 'Forward every n-th message.'),
    parameter(
      'camera_timeout',
      number,
      '10.0',
      'P',
      'yes',
      'Seconds of silence after which the camera stream is requested again; 0 and below: never.',
    ),
    parameter(
      'stream_timeout',
      number,
      '10.0',
      STREAMS,
      'yes',
      'Seconds of silence that end the pipeline when `abort_on_timeout` is on; 0 and below: never.',
    ),
  ],
};
