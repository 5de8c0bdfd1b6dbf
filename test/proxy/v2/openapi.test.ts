import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { packageRoot } from '../../../src/common/package.js';
import { documentSchemas } from '../../../src/proxy/v2/schema-routes.js';
import { call, startTestPlant, type TestPlant } from './support.js';

// biome-ignore lint/suspicious/noExplicitAny: the document is what the test is about
type Document = any;

describe('the document of version 2', () => {
  let plant: TestPlant;
  let document: Document;
  before(async () => {
    plant = await startTestPlant();
    document = (await call('GET', `${plant.pipelines.url}/api/v2/openapi.json`)).body;
  });
  after(() => plant.close());

  const operations = (): [string, string, Document][] =>
    Object.entries<Document>(document.paths).flatMap(([path, methods]) =>
      Object.entries<Document>(methods).map(([method, operation]): [string, string, Document] => [
        method.toUpperCase(),
        path,
        operation,
      ]),
    );

  it('has every route below /api/v2 and none of version 1', async () => {
    expect(document.openapi).to.equal('3.1.0');
    expect(Object.keys(document.paths)).to.include.members([
      '/api/v2/snapshot',
      '/api/v2/configs/{cluster}/{configuration_name}',
      '/api/v2/permanent/{cluster}',
      '/api/v2/openapi.json',
    ]);
    expect(Object.keys(document.paths).filter((path) => !path.startsWith('/api/v2'))).to.deep.equal([]);
    const first = (await call('GET', `${plant.pipelines.url}/api/v1/openapi.json`)).body;
    expect(Object.keys(first.paths).filter((path) => path.startsWith('/api/v2'))).to.deep.equal([]);
  });

  it('names action and role of everything that changes something', () => {
    const changing = operations().filter(([, , operation]) => operation['x-role'] !== undefined);
    expect(changing.length).to.be.greaterThan(20);
    for (const [method, path, operation] of changing) {
      expect(operation['x-role'], path).to.match(/^(none|viewer|operator|admin)$/);
      expect(operation['x-action'], `${method} ${path}`).to.match(/^[a-z_]+\.[a-z_]+$/);
    }
  });

  it('has examples that fit their schemas', () => {
    const ajv = new Ajv2020({ strict: false });
    let count = 0;
    for (const [method, path, operation] of operations()) {
      const contents = [operation.requestBody?.content, operation.responses[200].content];
      for (const content of contents) {
        const { schema, example } = content?.['application/json'] ?? {};
        if (example === undefined) continue;
        count += 1;
        const isValid = ajv.validate(schema, example);
        expect(isValid, `${method} ${path}: ${ajv.errorsText()}`).to.equal(true);
      }
    }
    expect(count).to.be.greaterThan(15);
  });

  it('is told in words in docs/api-v2.md, route by route', () => {
    const page = readFileSync(join(packageRoot, 'docs', 'api-v2.md'), 'utf8');
    const missing = Object.keys(document.paths).filter((path) => {
      const words = path
        .replace('/api/v2', '')
        .split('/')
        .filter((part) => part !== '' && !part.startsWith('{'));
      return !words.every((word) => page.includes(word));
    });
    expect(missing).to.deep.equal([]);
  });

  it('offers sound schemas of the documents, which the samples fit', () => {
    const ajv = new Ajv2020({ strict: false });
    const validate = Object.fromEntries(
      Object.entries(documentSchemas()).map(([kind, schema]) => [kind, ajv.compile(schema)]),
    );
    expect(validate.pipeline!({ camera_name: 'a', image_threshold: 3 })).to.equal(true);
    expect(validate.pipeline!({ camera_name: 'a', image_threshold: [] })).to.equal(false);
    expect(validate.camera!({ source: 'a' })).to.equal(true);
    expect(validate.camera!({})).to.equal(false);
    expect(validate.servers!({ 'http://h:1': { expanding: true, instances: ['a:9000', '#b'] } })).to.equal(
      true,
    );
    expect(validate.servers!({ 'http://h:1': { instances: ['a:b:c'] } })).to.equal(false);
    expect(validate.permanent!({ a: 'a', '#b': null })).to.equal(true);
    expect(validate.permanent!({ a: 1 })).to.equal(false);
  });
});
