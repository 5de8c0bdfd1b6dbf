import { expect } from 'chai';
import { type Axis, fitProfile } from '../../src/processing/profiles.js';
import { inputArray, vectorCases } from '../support/vectors.js';
import { implementations } from './support.js';

for (const kernels of implementations) {
  describe(`processing/profiles with ${kernels.name} kernels: quality of fits`, () => {
    for (const entry of vectorCases('gauss_fit')) {
      it(`${entry.id}: as close to the profile as the recorded fit`, () => {
        const profile = inputArray(entry, 'profile')!.data as BigInt64Array;
        const { gaussFunction } = fitProfile(kernels, profile, inputArray(entry, 'axis')!.data as Axis);
        let squares = 0;
        let height = 0;
        gaussFunction.forEach((value, index) => {
          squares += (Number(profile[index]) - value) ** 2;
          height = Math.max(height, Math.abs(value));
        });
        // two fits of equal quality differ by the rounding of the model to 32 bits, 2^-23 of each value
        const rounding = Math.sqrt(gaussFunction.length) * height * 2 ** -23;
        const recorded = Math.sqrt(entry.residual_sum_of_squares!) * (1 + 1e-6);
        expect(Math.sqrt(squares)).to.be.at.most(recorded + rounding);
      });
    }
  });
}
