import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { packageRoot } from '../../../src/common/package.js';
import { parameterDocumentation } from '../../../src/worker/configuration/documentation.js';

describe('documentation of pipeline parameters', () => {
  it('is up to date (else run: node scripts/pipeline-parameters.mjs)', () => {
    const page = readFileSync(join(packageRoot, 'docs', 'pipeline-parameters.md'), 'utf8');
    expect(page).to.equal(parameterDocumentation());
  });
});
