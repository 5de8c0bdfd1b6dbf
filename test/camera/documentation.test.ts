import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { expandCameraConfiguration } from '../../src/camera/configuration.js';
import { cameraConfigurationSchema } from '../../src/camera/configuration-schema.js';
import { readCameraSettings } from '../../src/camera/settings.js';
import { packageRoot } from '../../src/common/package.js';
import { FileConfigurationStore } from '../../src/storage/index.js';

const validate = new Ajv.default({ allowUnionTypes: true }).compile(cameraConfigurationSchema);

describe('camera, documents', () => {
  it('explains every key of the schema', () => {
    const text = readFileSync(join(packageRoot, 'docs', 'cameras.md'), 'utf8');
    for (const key of Object.keys(cameraConfigurationSchema.properties))
      expect(text).to.contain(`\`${key}\``);
  });

  it('has a schema that the defaults fit', () => {
    expect(
      validate(expandCameraConfiguration({ source: '', camera_calibration: {} })),
      JSON.stringify(validate.errors),
    ).to.equal(true);
    expect(validate({ source: '', rotate: 'left' })).to.equal(false);
  });

  it('comes with sample cameras that can run and that the schema describes completely', async () => {
    const store = new FileConfigurationStore(join(packageRoot, 'config', 'camera_config'));
    const names = await store.names();
    expect(names).to.include('simulation');
    for (const name of names) {
      const config = await store.get(name);
      expect(validate(config), `${name}: ${JSON.stringify(validate.errors)}`).to.equal(true);
      const known = ['name', ...Object.keys(cameraConfigurationSchema.properties)];
      expect(known).to.include.members(Object.keys(config));
      readCameraSettings(expandCameraConfiguration(config));
    }
  });
});
