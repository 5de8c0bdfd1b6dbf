import { expect } from 'chai';
import fc from 'fast-check';
import { CamServerError } from '../../src/common/errors.js';
import { arrayValue } from '../../src/common/values.js';
import { type EdgeOptions, findEdges } from '../../src/processing/edges.js';
import { type ExpectedOutput, expectValue, inputArray, vectorCases } from '../support/vectors.js';

describe('processing: edges in profiles', () => {
  for (const entry of vectorCases('psen_find_edge')) {
    it(entry.id, () => {
      const { data, shape } = inputArray(entry, 'data')!;
      const [rows, columns] = shape as [number, number];
      const signals = Array.from({ length: rows }, (_, row) =>
        (data as Float64Array).subarray(row * columns, (row + 1) * columns),
      );
      const options = entry.params.options as Record<string, unknown>;
      const { positions, amplitudes } = findEdges(signals, {
        stepLength: options.step_length as number | undefined,
        edgeType: options.edge_type as EdgeOptions['edgeType'],
        refinement: options.refinement as number | undefined,
      });
      const actual = { edge_pos: arrayValue(positions), xcorr_ampl: arrayValue(amplitudes) };
      for (const output of entry.expected.outputs as ExpectedOutput[]) {
        expectValue(actual[output.name as keyof typeof actual], output, entry.tolerance);
      }
    });
  }

  it('finds a step wherever it is, of either type, on any base line', () => {
    const place = fc.integer({ min: 21, max: 178 });
    const height = fc.double({ min: 0.5, max: 1e4, noNaN: true });
    const base = fc.constantFrom(0, 8);
    fc.assert(
      fc.property(place, height, base, fc.boolean(), (at, step, offset, isRising) => {
        const signal = Array.from({ length: 200 }, (_, x) => offset + (x < at === isRising ? 0 : step));
        const edgeType = isRising ? 'rising' : 'falling';
        const { positions } = findEdges([signal], { stepLength: 40, edgeType });
        expect(positions[0]).to.be.closeTo(at, 1);
      }),
    );
  });

  it('takes the first of equally good positions', () => {
    const signal = Array.from({ length: 100 }, (_, x) => (x % 50 < 25 ? 1 : 0));
    expect([...findEdges([signal], { stepLength: 20 }).positions]).to.deep.equal([25]);
  });

  it('gives NaN for a signal with NaN, and the others as without it', () => {
    const step = Array.from({ length: 100 }, (_, x): number => (x < 60 ? 5 : 1));
    const broken = step.with(59, Number.NaN);
    const { positions, amplitudes } = findEdges([broken, step]);
    expect(positions[0]).to.be.NaN;
    expect(amplitudes[0]).to.be.NaN;
    expect(positions[1]).to.equal(60);
  });

  it('refuses options out of range and signals that are too short, by name', () => {
    const refused = (signal: number[], options: object, message: string): void => {
      expect(() => findEdges([signal], options)).to.throw(CamServerError, message);
    };
    const signal = new Array(60).fill(1);
    refused(signal, { stepLength: 2.5 }, 'stepLength is 2.5; it must be a whole number of at least 2.');
    refused(signal, { edgeType: 'up' }, `edgeType is "up"; it must be 'falling' or 'rising'.`);
    refused(signal, { refinement: 0 }, 'refinement is 0; it must be a number above 0 and up to 1.');
    refused(signal, { stepLength: 61 }, 'Signal 0 has 60 points; edges are looked for with a step of 61.');
  });
});
