import { PIPELINE_TYPES } from '../expansion.js';
import { anything, choice, flag, integer, nameOf, nameOrNames, text } from '../kinds.js';
import { type ParameterSection, parameter } from './parameter.js';

const ALL = 'PSCTOIX';

export const identity: ParameterSection = {
  title: 'Identity and management',
  parameters: [
    parameter(
      'pipeline_type',
      choice(PIPELINE_TYPES),
      '"processing"',
      ALL,
      'no',
      'What kind of pipeline this is.',
    ),
    parameter(
      'name',
      text,
      'set when saved',
      ALL,
      'yes',
      'Name of the configuration. When it ends with `_sp`, `notify_on_error` is on by default.',
    ),
    parameter(
      'camera_name',
      text,
      'mandatory for P and T',
      'PTO',
      'no',
      'The camera. For O it selects the camera instead of a stream. It cannot change while the instance runs.',
    ),
    parameter(
      'group',
      anything('a text or a list of texts', nameOrNames.schema),
      'none',
      ALL,
      'no',
      'Groups for the group listing.',
    ),
    parameter('port', integer(0, 65_535), 'next free port of the range', ALL, 'no', 'Fixed output port.'),
    parameter(
      'read_only',
      flag,
      'false',
      ALL,
      'no',
      'In the creation request: the configuration of the instance cannot be changed. Such instances are shared by "stream from configuration" when their configurations are equal.',
    ),
    parameter(
      'pipeline_script',
      nameOf('a stored script'),
      'mandatory for X',
      'X',
      'no',
      'The script that is the pipeline.',
    ),
    parameter(
      'libs',
      nameOrNames,
      'none',
      ALL,
      'new files only',
      'Library or data files that the manager copies to the worker before start and update. Their folder is on the module search path of the instance.',
    ),
    parameter('debug', flag, 'false', ALL, 'yes', 'More log output about lost and dropped pulse ids.'),
  ],
};
