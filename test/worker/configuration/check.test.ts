import { expect } from 'chai';
import fc from 'fast-check';
import { CamServerError } from '../../../src/common/errors.js';
import { type JsonObject, type JsonValue, parseJson } from '../../../src/common/json.js';
import { checkParameters, preparePipelineConfiguration } from '../../../src/worker/configuration/index.js';
import { PARAMETERS, TYPE_LETTERS } from '../../../src/worker/configuration/parameters/index.js';

function verdict(json: string, others: JsonObject = {}): string {
  try {
    preparePipelineConfiguration({ camera_name: 'cam', ...others, ...(parseJson(json) as JsonObject) });
    return 'accepted';
  } catch (error) {
    return (error as Error).message;
  }
}

const accepted: [what: string, json: string][] = [
  ['numbers as text', '{"queue_size": "5", "no_client_timeout": "0", "image_threshold": "20.7"}'],
  ['1 for true', '{"mirror_x": 1, "abort_on_error": 0, "copy": "yes"}'],
  [
    'what is not convertible and therefore counts as absent',
    '{"pid_range": "abc", "averaging": [], "rotation": "x"}',
  ],
  ['other texts for the mode', '{"mode": "pub"}'],
  ['every value of enable that is true', '{"image_background_enable": "subtract"}'],
  ['a region that lies outside', '{"image_region_of_interest": [-5, 10, 1000, 7]}'],
  [
    'empty values for none',
    '{"image_region_of_interest": [], "include": null, "data_compression": "", "function": ""}',
  ],
  ['sections switched off', '{"image_good_region": false, "image_slices": null}'],
  ['all forms of a rotation', '{"rotation": {"angle": 5, "order": 0, "mode": "-3.5"}}'],
  ['a strange rotation without an angle', '{"rotation": {"mode": "nowhere"}}'],
  ['channels as JSON text', '{"bsread_channels": "[\\"A\\", {\\"name\\": \\"B\\", \\"modulo\\": 10}]"}'],
  ['libraries as text or list', '{"libs": ["a.py", "b.egg"], "group": "x"}'],
  ['unknown keys', '{"_mode": 5, "anything": {"a": [1]}}'],
  [
    'other uses of a name by a function of the user',
    '{"function": "mine.py", "prefix": 5, "image_slices": {}}',
  ],
];

const refused: [json: string, text: string][] = [
  [
    '{"image_region_of_interest": [1, 2, 3]}',
    "Invalid value of 'image_region_of_interest': [1, 2, 3]. It must be null or four whole numbers [x, width, y, height], width and height at least 1.",
  ],
  [
    '{"image_region_of_interest": [5, 0, 5, 5]}',
    "Invalid value of 'image_region_of_interest': [5, 0, 5, 5].",
  ],
  [
    '{"image_region_of_interest": [5, 1.5, 5, 5]}',
    "Invalid value of 'image_region_of_interest': [5, 1.5, 5, 5].",
  ],
  ['{"image_threshold": "high"}', `Invalid value of 'image_threshold': "high". It must be a number.`],
  ['{"image_scale": "2"}', `Invalid value of 'image_scale': "2". It must be a number.`],
  ['{"binning_x": [2]}', "Invalid value of 'binning_x': [2]. It must be a whole number of at most"],
  ['{"queue_size": -1}', "Invalid value of 'queue_size': -1. It must be a whole number of at least 0."],
  ['{"port": 70000}', "Invalid value of 'port': 70000. It must be a whole number from 0 to 65535."],
  ['{"include": "image"}', `Invalid value of 'include': "image". It must be a list of texts.`],
  ['{"data_compression": "zip"}', `Invalid value of 'data_compression': "zip". It must be true, false,`],
  ['{"rotation": {"angle": 5, "order": 7}}', "Invalid value of 'rotation'"],
  ['{"rotation": {"angle": 5, "mode": "nowhere"}}', "Invalid value of 'rotation'"],
  ['{"rotation": {"angle": "90", "mode": "ortho"}}', "Invalid value of 'rotation'"],
  ['{"image_good_region": {"threshold": "low"}}', "Invalid value of 'image_good_region'"],
  ['{"image_good_region": true}', "Invalid value of 'image_good_region'"],
  ['{"input_stream": "host:9999"}', `Invalid value of 'input_stream': "host:9999". It must be an address`],
  ['{"bsread_channels": "[A"}', "Invalid value of 'bsread_channels'"],
  [
    '{"image_background": 5}',
    `Invalid value of 'image_background': 5. It must be the name of a stored background.`,
  ],
  ['{"layout": "tree"}', `Invalid value of 'layout': "tree". It must be "DEFAULT" or "FLAT" or "BSH5".`],
];

describe('check of pipeline parameters', () => {
  for (const [what, json] of accepted) {
    it(`accepts ${what}`, () => {
      expect(verdict(json)).to.equal('accepted');
    });
  }

  for (const [json, text] of refused) {
    it(`refuses ${json}`, () => {
      expect(verdict(json)).to.satisfy((message: string) => message.startsWith(text), verdict(json));
    });
  }

  it('looks only at keys that the type of pipeline reads', () => {
    expect(verdict('{"image_threshold": "high"}', { pipeline_type: 'stream' })).to.equal('accepted');
    expect(verdict('{"modulo": "many"}', { pipeline_type: 'store' })).to.contain("'modulo'");
  });

  it('never fails otherwise than with a text for the user, whatever the value', () => {
    fc.assert(
      fc.property(fc.constantFrom(...PARAMETERS), fc.jsonValue(), (parameter, value) => {
        const type = TYPE_LETTERS[parameter.types[0] as string] as string;
        try {
          checkParameters({ camera_name: 'c', pipeline_type: type, [parameter.name]: value as JsonValue });
        } catch (error) {
          expect(error).to.be.instanceOf(CamServerError);
          expect((error as Error).message).to.contain(`'${parameter.name}'`);
        }
      }),
    );
  });

  it('knows each key once', () => {
    const names = PARAMETERS.map((parameter) => parameter.name);
    expect(names).to.have.lengthOf(new Set(names).size);
  });
});
