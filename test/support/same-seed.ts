/**
 * Required by mocha (`.mocharc.json`): properties are checked with the same values in every run, so that a run tells of the
 * change that it tests and of nothing else. `CAMSERVER_TEST_SEED=7 npm test` checks others, and `npm run fuzz` many more.
 */
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.CAMSERVER_TEST_SEED ?? 1) });
