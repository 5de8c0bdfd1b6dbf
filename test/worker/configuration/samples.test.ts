import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { formatJson, type JsonObject, parseJson } from '../../../src/common/json.js';
import { packageRoot } from '../../../src/common/package.js';
import { preparePipelineConfiguration } from '../../../src/worker/configuration/index.js';

const folder = join(packageRoot, 'config', 'pipeline_config');

describe('sample pipelines', () => {
  for (const file of readdirSync(folder).filter(
    (name) => name.endsWith('.json') && name !== 'permanent_instances.json',
  )) {
    it(`${file} can run and is stored in the form of the store`, () => {
      const text = readFileSync(join(folder, file), 'utf8');
      const config = parseJson(text) as JsonObject;
      expect(config.name).to.equal(file.replace(/\.json$/, ''));
      expect(() => preparePipelineConfiguration(config)).not.to.throw();
      expect(text.trimEnd()).to.equal(formatJson(config, 1));
    });
  }
});
