/** What every configuration store does. */
import { expect } from 'chai';
import fc from 'fast-check';
import { formatJson, isFloatLiteral, parseJson } from '../../src/common/json.js';
import { nameFault } from '../../src/common/names.js';
import type { ConfigurationStore } from '../../src/storage/index.js';
import { failure } from './support.js';

export interface StoreUnderTest {
  readonly store: ConfigurationStore;
  /** Whether saving puts `name` into the configuration. */
  readonly forcesName: boolean;
  notFoundText(name: string): string;
}

export function configurationStoreConformance(create: () => Promise<StoreUnderTest>): void {
  let subject: StoreUnderTest;
  let store: ConfigurationStore;

  beforeEach(async () => {
    subject = await create();
    store = subject.store;
  });

  it('returns what was saved, with key order and literal kinds', async () => {
    const config = parseJson('{"z": 2.0, "a": 2, "name": "old", "s": {"x": [1.0]}}') as never;
    const stored = await store.put('CAM', config);
    const expected = `{"z": 2.0, "a": 2, "name": "${subject.forcesName ? 'CAM' : 'old'}", "s": {"x": [1.0]}}`;
    expect(formatJson(stored)).to.equal(expected);
    expect(formatJson(await store.get('CAM'))).to.equal(expected);
    expect(isFloatLiteral(await store.get('CAM'), 'z')).to.equal(true);
    expect((await store.getText('CAM')).text).to.equal(formatJson(parseJson(expected), 1));
  });

  it('keeps nothing of the objects that go in and come out', async () => {
    const config = { a: { b: 1 } };
    const stored = await store.put('CAM', config);
    config.a.b = 2;
    (stored.a as { b: number }).b = 3;
    ((await store.get('CAM')).a as { b: number }).b = 4;
    expect((await store.get('CAM')).a).to.deep.equal({ b: 1 });
  });

  it('says which configuration is missing', async () => {
    for (const name of ['nothing', 'servers', '../x', '']) {
      expect((await failure(store.get(name))).message).to.equal(subject.notFoundText(name));
      expect((await failure(store.getText(name))).message).to.equal(subject.notFoundText(name));
      expect(await store.has(name)).to.equal(false);
      expect(await store.delete(name)).to.equal(false);
    }
  });

  it('lists sorted names, without parameters and backgrounds', async () => {
    for (const name of ['b', 'a', 'x_parameters', 'x_background', 'my.json.cam']) await store.put(name, {});
    expect(await store.names()).to.deep.equal(['a', 'b', 'my.json.cam']);
    expect(await store.has('x_parameters')).to.equal(true);
  });

  it('deletes once', async () => {
    await store.put('CAM', {});
    expect(await store.delete('CAM')).to.equal(true);
    expect(await store.delete('CAM')).to.equal(false);
    expect(await store.names()).to.deep.equal([]);
  });

  it('refuses names of control files and names that would leave the store', async () => {
    for (const name of ['servers', 'permanent_instances']) {
      expect((await failure(store.put(name, {}))).code).to.equal('RESERVED_NAME');
    }
    for (const name of ['', '.', '..', 'a/b', '../a', 'a\\b', 'a\u0000', 'x'.repeat(201), '\ud800']) {
      expect((await failure(store.put(name, {}))).code, name).to.equal('INVALID_NAME');
    }
  });

  it('takes every good name', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }), async (name) => {
        fc.pre(nameFault(name) === null && name !== 'servers');
        await store.put(name, { value: 1 });
        expect((await store.get(name)).value).to.equal(1);
        expect(await store.delete(name)).to.equal(true);
      }),
      { numRuns: 25 },
    );
  });

  it('gives a new tag with each change, and refuses a change based on an old one', async () => {
    await store.put('CAM', { a: 1 }, { expectedTag: null });
    const { tag } = await store.getText('CAM');
    expect((await failure(store.put('CAM', {}, { expectedTag: null }))).message).to.equal(
      "Config 'CAM' was not changed: it exists already. Read it again first.",
    );
    await store.put('CAM', { a: 2 }, { expectedTag: tag });
    expect((await failure(store.put('CAM', { a: 3 }, { expectedTag: tag }))).code).to.equal('CONFLICT');
    expect((await failure(store.delete('CAM', { expectedTag: tag }))).code).to.equal('CONFLICT');
    expect((await store.get('CAM')).a).to.equal(2);
  });

  it('lets one of many concurrent changes with the same tag win', async () => {
    await store.put('CAM', { a: 0 });
    const { tag } = await store.getText('CAM');
    const results = await Promise.allSettled(
      [1, 2, 3, 4].map((a) => store.put('CAM', { a }, { expectedTag: tag })),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
  });

  it('keeps a history with author and comment', async () => {
    await store.put('CAM', { a: 1 }, { author: 'me', comment: 'first' });
    await store.put('CAM', { a: 2 });
    await store.delete('CAM', { author: 'you' });
    const revisions = await store.revisions('CAM');
    expect(
      revisions.map(({ revision, action, author, comment }) => [revision, action, author, comment]),
    ).to.deep.equal([
      [1, 'saved', 'me', 'first'],
      [2, 'saved', null, null],
      [3, 'deleted', 'you', null],
    ]);
    expect(JSON.parse(revisions[0]!.text!)).to.have.property('a', 1);
    expect(revisions[2]!.text).to.equal(null);
    expect(await store.revisions('other')).to.deep.equal([]);
  });

  it('bounds the history', async () => {
    for (let a = 0; a < 205; a += 1) await store.put('CAM', { a });
    const revisions = await store.revisions('CAM');
    expect(revisions.length).to.be.at.most(200);
    expect(revisions.at(-1)!.revision).to.equal(205);
  });
}
