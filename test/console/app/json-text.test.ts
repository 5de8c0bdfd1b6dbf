import { expect } from 'chai';
import { lineOfKey, parseDocument, topLevelKeys } from '../../../src/console/app/core/json-text.js';

describe('JSON as people type it', () => {
  it('is a document when it is an object', () => {
    expect(parseDocument('{"a": 1}').value).to.deep.equal({ a: 1 });
    expect(parseDocument('[1]').problem?.message).to.contain('object');
  });

  it('names the line of a trailing comma', () => {
    const { problem } = parseDocument('{\n "a": 1,\n "b": 2,\n}');
    expect(problem).to.include({ line: 3 });
    expect(problem?.message).to.contain('comma');
  });

  it('names single quotes', () => {
    expect(parseDocument("{\n 'a': 1}").problem).to.include({
      line: 2,
      message: 'Texts are written in double quotes.',
    });
  });

  it('says when something is not closed', () => {
    expect(parseDocument('{"a": [1, 2').problem?.message).to.contain('not closed');
  });

  it('finds keys that stand twice', () => {
    const { problem } = parseDocument('{"a": 1,\n "b": {"a": 2},\n "a": 3}');
    expect(problem).to.include({ line: 3 });
    expect(problem?.message).to.contain('"a"');
  });

  it('finds the keys of the outermost object only', () => {
    const text = '{"a": {"b": "c: {"}, "d": ["e"]}';
    expect(topLevelKeys(text).map(({ key }) => key)).to.deep.equal(['a', 'd']);
    expect(lineOfKey('{\n "x": 1,\n "y": 2}', 'y')).to.equal(3);
    expect(lineOfKey('{}', 'y')).to.equal(null);
  });
});
