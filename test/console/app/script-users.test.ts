import { expect } from 'chai';
import { languageOfFile, runsScript } from '../../../src/console/app/core/script-users.js';

describe('users of a script', () => {
  it('name it with or without its ending, and no other script', () => {
    expect(runsScript({ script: 'mine.py' }, 'mine.py')).to.equal(true);
    expect(runsScript({ script: 'mine' }, 'mine.py')).to.equal(true);
    expect(runsScript({ script: 'mine2' }, 'mine.py')).to.equal(false);
    expect(runsScript({ script: 'mine.c' }, 'mine.py')).to.equal(false);
    expect(runsScript({ script: null }, 'mine.py')).to.equal(false);
  });

  it('see its language by its ending', () => {
    expect(languageOfFile('a.b.PY')).to.equal('Python');
    expect(languageOfFile('a.mjs')).to.equal('JavaScript');
    expect(languageOfFile('readme')).to.equal(null);
  });
});
