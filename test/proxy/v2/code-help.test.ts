import { expect } from 'chai';
import type { JsonObject } from '../../../src/common/json.js';
import { call, startTestPlant, type TestPlant } from './support.js';

describe('/api/v2/scripts: checks and templates', () => {
  let plant: TestPlant;

  before(async () => {
    plant = await startTestPlant();
  });

  after(() => plant.close());

  const check = (body: JsonObject) => call('POST', `${plant.pipelines.url}/api/v2/scripts/check`, body);

  it('says what is wrong with a text and where', async () => {
    const { status, body } = await check({ name: 'a.ts', text: 'export const process = 1;\nlet x: = 2;' });
    expect(status).to.equal(200);
    expect(body).to.deep.equal({
      valid: false,
      diagnostics: [{ severity: 'error', line: 2, column: 8, message: 'Unexpected "="' }],
    });
    expect((await check({ name: 'a.js', text: 'export const process = 1;' })).body).to.deep.equal({
      valid: true,
      diagnostics: [],
    });
  });

  it('refuses what it cannot check', async () => {
    expect((await check({ name: 'a.txt', text: '' })).status).to.equal(400);
    expect((await check({ name: 'a.js' })).body).to.include({ code: 'INVALID_BODY' });
  });

  it('has a template of each kind in each language that it can be written in', async () => {
    const { status, body } = await call('GET', `${plant.pipelines.url}/api/v2/scripts/templates`);
    expect(status).to.equal(200);
    const { templates } = body as { templates: Record<'name' | 'kind' | 'language' | 'text', string>[] };
    const languages = (wanted: string): string[] =>
      templates.filter(({ kind }) => kind === wanted).map(({ language }) => language);
    for (const kind of ['image', 'stream', 'custom']) {
      expect(languages(kind), kind).to.deep.equal(['c', 'javascript', 'python', 'typescript']);
    }
    expect(languages('camera')).to.deep.equal(['javascript', 'python', 'typescript']);
    expect(languages('pipeline')).to.deep.equal(['python', 'typescript']);
    const custom = templates.find(({ name }) => name === 'custom_c.c')!;
    expect(custom.kind).to.equal('custom');
    expect(custom.text).to.contain('camserver_process');
  });
});
