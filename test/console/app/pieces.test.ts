import { expect } from 'chai';
import fc from 'fast-check';
import { formatNpy } from '../../../src/common/npy.js';
import { COLORMAPS, colormapTable } from '../../../src/console/app/core/colormaps.js';
import { fitGaussian } from '../../../src/console/app/core/gaussian-fit.js';
import {
  AverageRate,
  movingAverage,
  Series,
  sparkline,
  summarise,
} from '../../../src/console/app/core/history.js';
import {
  foldRecords,
  isMarked,
  linkQuery,
  markOf,
  readLogRecords,
} from '../../../src/console/app/core/log-records.js';
import { readNpy } from '../../../src/console/app/core/npy.js';
import {
  draftProblems,
  fixedOf,
  fixedPlaces,
  fixedThere,
  readFixed,
  readPermanent,
  writeFixed,
  writePermanent,
} from '../../../src/console/app/core/placement-draft.js';
import { pathTo, screenAt } from '../../../src/console/app/core/screens.js';
import { SCRIPT_TEMPLATES, scriptProblem } from '../../../src/console/app/core/script-templates.js';

describe('addresses of the console', () => {
  it('lead to their screens and back', () => {
    expect(screenAt('/ui/').screen).to.equal('overview');
    expect(screenAt('/ui/i/pipelines/a%20b/view')).to.deep.equal({
      screen: 'instance',
      parameters: { cluster: 'pipelines', instance: 'a b', tab: 'view' },
    });
    expect(screenAt(pathTo('configs', 'cameras', 'x/y'))).to.deep.equal({
      screen: 'configuration',
      parameters: { cluster: 'cameras', name: 'x/y' },
    });
    expect(screenAt('/ui/configs/pipelines').screen).to.equal('configurations');
  });

  it('are not found for other clusters and other paths', () => {
    expect(screenAt('/ui/i/lasers/x').screen).to.equal('not-found');
    expect(screenAt('/ui/nothing/here').screen).to.equal('not-found');
    expect(screenAt('/ui/%E0%A4%A').screen).to.equal('not-found');
  });
});

describe('short histories', () => {
  it('forget the oldest points', () => {
    const series = new Series(10);
    for (let index = 0; index < 100; index += 1) series.add(index, index);
    expect(series.length).to.equal(10);
    expect(series.values).to.deep.equal([90, 91, 92, 93, 94, 95, 96, 97, 98, 99]);
  });

  it('are summed up without what is not finite', () => {
    expect(summarise([1, Number.NaN, 3])).to.deep.equal({
      count: 2,
      mean: 2,
      sigma: Math.SQRT2,
      minimum: 1,
      maximum: 3,
    });
    expect(summarise([])).to.equal(null);
  });

  it('give average rates, anew when a counter begins anew', () => {
    const rate = new AverageRate();
    rate.update(0, 100);
    expect(rate.value).to.equal(null);
    rate.update(10_000, 200);
    expect(rate.value).to.equal(10);
    rate.update(11_000, 5);
    rate.update(12_000, 25);
    expect(rate.value).to.equal(20);
  });

  it('do not bridge gaps in a sparkline', () => {
    expect(sparkline([0, 1, 2, 100, 101], [1, 1, 1, 1, 1], 50, 10, 10).match(/M/g)).to.have.length(2);
    expect(sparkline([0], [1], 50, 10)).to.equal('');
  });
});

describe('log records', () => {
  const record = (message: string, time = '2026-11-25T10:00:00'): object => ({
    time,
    level: 'ERROR',
    message,
    scope: 'instance',
  });

  it('that repeat become one with a count, and lines after the first are folded', () => {
    const answer = readLogRecords({
      records: [record('a'), record('a'), record('b\n at x\n at y'), record('a')],
    } as never);
    const rows = foldRecords(answer.records);
    expect(rows.map((row) => [row.message.split('\n')[0], row.repeats, row.more.length])).to.deep.equal([
      ['a', 2, 0],
      ['b', 1, 2],
      ['a', 1, 0],
    ]);
    expect(new Set(rows.map((row) => row.key)).size).to.equal(3);
  });

  it('that differ in the pulse id only are one, shown with the newest id', () => {
    const messages = ['PID 7: bad', 'PID 8: bad', 'PID 9: worse', 'took 3 s', 'took 4 s'];
    const { records } = readLogRecords({ records: messages.map((message) => record(message)) } as never);
    expect(foldRecords(records).map((row) => [row.message, row.repeats])).to.deep.equal([
      ['PID 8: bad', 2],
      ['PID 9: worse', 1],
      ['took 3 s', 1],
      ['took 4 s', 1],
    ]);
  });

  it('are found again by their mark, also when more of the same came', () => {
    const times = ['10:00:00', '10:00:05', '10:00:09'].map((time) => `2026-11-25T${time}Z`);
    const rowsOf = (count: number) => {
      const same = times.slice(0, count).map((time, index) => record(`PID ${index}: bad`, time));
      const records = [...same, record('other', times[0])];
      return foldRecords(readLogRecords({ records } as never).records);
    };
    const [early, other] = rowsOf(2);
    const mark = markOf(early!);
    expect(rowsOf(3).map((row) => isMarked(row, mark))).to.deep.equal([true, false]);
    expect(isMarked(early!, markOf(other!))).to.equal(false);
    expect(isMarked(early!, `2026-11-25T10:00:06Z~${mark.split('~')[1]}`)).to.equal(false);
    expect(isMarked(early!, 'nonsense')).to.equal(false);
    const query = new URLSearchParams(linkQuery(early!));
    expect(query.get('record')).to.equal(mark);
    expect(query.get('to')).to.equal('2026-11-25T10:00:10.000Z');
  });

  it('name the sources that gave no answer', () => {
    const answer = readLogRecords({
      records: [],
      hidden: 3,
      sources: [{ source: 'w1', state: 'error', error: 'refused' }],
    } as never);
    expect(answer).to.deep.equal({ records: [], hidden: 3, silent: ['w1: refused'] });
  });
});

function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

describe('arrays of NumPy', () => {
  it('come back as they were written', () => {
    fc.assert(
      fc.property(fc.uint16Array({ minLength: 6, maxLength: 6 }), (data) => {
        const {
          shape,
          dtype,
          data: read,
        } = readNpy(bufferOf(formatNpy({ type: 'uint16', data, shape: [2, 3] })));
        expect(shape).to.deep.equal([2, 3]);
        expect(dtype).to.equal('<u2');
        expect([...Array.from(read)]).to.deep.equal([...data]);
      }),
    );
  });

  it('are refused when they are something else', () => {
    expect(() => readNpy(new TextEncoder().encode('hello, world').buffer as ArrayBuffer)).to.throw(
      'no .npy file',
    );
  });
});

describe('a fit in the browser', () => {
  it('finds the Gaussian it was made of', () => {
    const places = Float64Array.from({ length: 400 }, (_, index) => index);
    const values = places.map(
      (x) => 50 + 900 * Math.exp(-((x - 170) ** 2) / (2 * 22 ** 2)) + 5 * Math.sin(x * 1.7),
    );
    const fit = fitGaussian(places, values)!;
    expect(fit.mean).to.be.closeTo(170, 0.5);
    expect(fit.standardDeviation).to.be.closeTo(22, 0.5);
    expect(fit.amplitude).to.be.closeTo(900, 10);
  });

  it('finds a narrow peak in noise as wide as the profile', () => {
    const places = Array.from({ length: 640 }, (_, index) => index);
    // the same on every run: a generator of Lehmer
    let seed = 7;
    const noise = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const values = places.map(
      (place) => 2000 + 600 * noise() + 700 * Math.exp(-((place - 310) ** 2) / (2 * 9 * 9)),
    );
    const fit = fitGaussian(places, values)!;
    expect(fit.mean).to.be.closeTo(310, 3);
    expect(fit.standardDeviation).to.be.closeTo(9, 3);
  });

  it('is none where there is nothing to fit', () => {
    expect(fitGaussian([0, 1, 2, 3, 4], [7, 7, 7, 7, 7])).to.equal(null);
    expect(fitGaussian([0, 1], [1, 2])).to.equal(null);
  });
});

describe('moving averages', () => {
  it('are of each value and those before it', () => {
    expect(movingAverage([1, 3, 5, 7], 2)).to.deep.equal([1, 2, 4, 6]);
    expect(movingAverage([1, 3, 5], 10)).to.deep.equal([1, 2, 3]);
    expect(movingAverage([4, 2], 1)).to.deep.equal([4, 2]);
  });
});

describe('the draft of a placement', () => {
  it('reads and writes fixed and permanent entries', () => {
    for (const text of ['a', '#a', 'a:5554', '#a:5554']) expect(writeFixed(readFixed(text))).to.equal(text);
    expect(fixedOf({ w: { instances: ['a:1', '#b'] } }, 'w')).to.deep.equal([
      { enabled: true, name: 'a', port: '1' },
      { enabled: false, name: 'b', port: '' },
    ]);
    const permanent = { a: 'x', '#b': 'y' };
    expect(writePermanent(readPermanent(permanent))).to.deep.equal(permanent);
  });

  it('tells where a configuration is fixed, without entries that are switched off', () => {
    const pool = { w: { instances: ['a:1', '#b'] }, x: { instances: ['a', 'c'] }, y: { enabled: true } };
    expect([...fixedPlaces(pool)]).to.deep.equal([
      ['a', ['w', 'x']],
      ['c', ['x']],
    ]);
  });

  it('moves what is fixed with its port, adds what is not, and leaves what is there already', () => {
    const pool = { w: { enabled: true, instances: ['#a:1', 'b'] }, x: { instances: ['c'] } };
    expect(fixedThere(pool, 'a', 'x')).to.deep.equal({
      w: { enabled: true, instances: ['b'] },
      x: { instances: ['c', '#a:1'] },
    });
    expect(fixedThere(pool, 'd', 'x')).to.deep.equal({ ...pool, x: { instances: ['c', 'd'] } });
    expect(fixedThere(pool, 'c', 'x')).to.equal(pool);
    expect(pool.w.instances, 'the pool itself stays').to.have.length(2);
  });

  it('names unknown configurations, double places and double ports', () => {
    const pool = { w1: { instances: ['a:1', 'b:1'] }, w2: { instances: ['a', '#b'] } };
    const problems = draftProblems(pool, { p: 'nowhere', '#q': 'nowhere' }, new Set(['a']));
    expect(problems).to.have.length(3);
    expect(problems[0]).to.contain('p').and.to.contain('nowhere');
    expect(problems.join()).to.contain('port 1').and.to.contain('w1').and.to.contain('w2');
  });
});

describe('scripts', () => {
  it('of the templates have no problem', () => {
    for (const { ending, text } of SCRIPT_TEMPLATES) {
      expect(scriptProblem(text, ending === 'py' ? 'python' : 'other')).to.equal(null);
    }
  });

  it('with open brackets and missing colons are told with their line', () => {
    expect(scriptProblem('def f(a):\n    return (a\n', 'python')).to.include({ line: 2 });
    expect(scriptProblem('x = 1\n)\n', 'python')).to.include({ line: 2 });
    expect(scriptProblem('# (\ndef f()\n    pass\n', 'python')).to.include({ line: 2 });
    expect(scriptProblem('/* ( */ int x[] = {1, 2;', 'other')).to.include({ line: 1 });
  });
});

describe('colour maps', () => {
  it('have 256 opaque colours each, grey being grey', () => {
    for (const name of COLORMAPS) {
      const table = colormapTable(name);
      expect(table).to.have.length(1024);
      for (let index = 3; index < 1024; index += 4) expect(table[index]).to.equal(255);
    }
    const grey = colormapTable('grey');
    for (let index = 0; index < 1024; index += 4)
      expect([grey[index], grey[index + 1]]).to.deep.equal([grey[index + 2], index / 4]);
  });
});
