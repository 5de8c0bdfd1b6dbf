// Mocha's spec report on the console, and its totals in the file named by MOCHA_TOTALS_FILE.
const { writeFileSync } = require('node:fs');
const { reporters, Runner } = require('mocha');

module.exports = class extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats;
      writeFileSync(process.env.MOCHA_TOTALS_FILE, JSON.stringify({ passes, failures, pending }));
    });
  }
};
