import { expect } from 'chai';
import { fuzzParser, PARSERS } from './parsers.js';
import { fuzzPictures } from './pictures.js';

/** `npm run fuzz` does the same with many more. */
const COUNT = 400;

describe('parsers with hostile input', () => {
  for (const parser of PARSERS) {
    it(`${parser.name}: read or refused with a message`, () => {
      const { refused } = fuzzParser(parser, COUNT, 1);
      expect(refused).to.be.greaterThan(0);
      expect(({} as Record<string, unknown>).polluted).to.equal(undefined);
    });
  }

  it('pictures: read or refused with a message', async () => {
    const { accepted, refused } = await fuzzPictures(COUNT / 4, 1);
    expect(accepted).to.be.greaterThan(0);
    expect(refused).to.be.greaterThan(0);
  });
});
