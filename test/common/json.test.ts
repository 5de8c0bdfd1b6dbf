import { expect } from 'chai';
import fc from 'fast-check';
import {
  cloneJson,
  formatJson,
  isFloatLiteral,
  type JsonObject,
  mergeObjects,
  PreparedJson,
  parseAnswer,
  parseJson,
} from '../../src/common/json.js';

describe('common/json', () => {
  it('writes the separators and escapes of the contract', () => {
    expect(formatJson({ stream: 'tcp://h:1', list: [1, 2.5], name: 'é' })).to.equal(
      '{"stream": "tcp://h:1", "list": [1, 2.5], "name": "\\u00e9"}',
    );
  });

  it('indents as stored configuration files are', () => {
    expect(formatJson({ a: 1, b: [1, 2], c: {} }, 1)).to.equal(
      '{\n "a": 1,\n "b": [\n  1,\n  2\n ],\n "c": {}\n}',
    );
  });

  it('keeps the literal kind of whole floats through merge and copy', () => {
    const text = '{"scale": 2.0, "count": 2, "list": [1.0, 1], "big": 1e+16, "small": 1e-05}';
    const merged = mergeObjects({ scale: 3 }, cloneJson(parseJson(text) as JsonObject));
    expect(formatJson(merged)).to.equal(text);
    expect(isFloatLiteral(merged, 'scale')).to.equal(true);
    expect(isFloatLiteral(merged, 'count')).to.equal(false);
    expect(isFloatLiteral(mergeObjects(merged, { scale: 4 }), 'scale')).to.equal(false);
  });

  it('writes non-finite numbers as null and reads the words of Python clients', () => {
    expect(formatJson(parseJson('[NaN, Infinity, -Infinity]'))).to.equal('[null, null, null]');
  });

  it('tells where a text is wrong, in the words that Python clients know', () => {
    const message = (text: string): string => {
      try {
        parseJson(text);
      } catch (error) {
        return (error as Error).message;
      }
      return 'accepted';
    };
    expect(message('')).to.equal('Expecting value: line 1 column 1 (char 0)');
    expect(message('{a}')).to.equal(
      'Expecting property name enclosed in double quotes: line 1 column 2 (char 1)',
    );
    expect(message('{"a" 1}')).to.equal("Expecting ':' delimiter: line 1 column 6 (char 5)");
    expect(message('{"a": 1\n "b"}')).to.equal("Expecting ',' delimiter: line 2 column 2 (char 9)");
    expect(message('[1] 2')).to.equal('Extra data: line 1 column 5 (char 4)');
    expect(message('"abc')).to.equal('Unterminated string starting at: line 1 column 1 (char 0)');
    expect(message(`${'['.repeat(300)}`)).to.match(/^Nesting deeper than 200 levels/);
  });

  it('never lets a request change a prototype', () => {
    const parsed = parseJson('{"__proto__": {"polluted": true}}') as JsonObject;
    expect(Object.getPrototypeOf(parsed)).to.equal(Object.prototype);
    expect(mergeObjects({}, parsed).polluted).to.equal(undefined);
  });

  it('reads what it writes, and agrees with the built-in reader', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = formatJson(value);
        expect(parseJson(text)).to.deep.equal(JSON.parse(text));
      }),
    );
  });

  it('accepts exactly the texts that the built-in reader accepts', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:0123.eE-+\\nutrl \n') }), (text) => {
        const accepts = (read: (text: string) => unknown): boolean => {
          try {
            read(text);
            return true;
          } catch {
            return false;
          }
        };
        expect(accepts(parseJson)).to.equal(accepts(JSON.parse));
      }),
      { numRuns: 1000 },
    );
  });

  it('reads answers like any text, whole floats and bare words included', () => {
    const numbers = fc.constantFrom('1', '-2.0', '3.50', '1e3', '-1.0E+2', '0.5e1', 'NaN', '"4.0"');
    const texts = fc.oneof(
      numbers,
      fc.array(numbers).map((items) => `[${items.join(', ')}]`),
      fc.array(numbers).map((items) => `{${items.map((item, index) => `"k${index}": ${item}`).join(',')}}`),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(formatJson(parseAnswer(`{"a": ${text}}`))).to.equal(formatJson(parseJson(`{"a": ${text}}`)));
      }),
    );
    expect(() => parseAnswer('{x')).to.throw('Expecting property name enclosed in double quotes');
  });

  it('writes text that was made before as it is', () => {
    expect(formatJson({ a: [new PreparedJson('{"b": 1.0}')] })).to.equal('{"a": [{"b": 1.0}]}');
  });
});
