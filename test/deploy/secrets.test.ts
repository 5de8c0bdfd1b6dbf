import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { packageRoot } from '../../src/common/package.js';
import { parseSecurityRules } from '../../src/http/security/rules.js';

/** Files that reach a site: what git has, less tests, documentation and the lock of dependencies. */
function deliveredFiles(): string[] {
  const { stdout, status } = spawnSync('git', ['ls-files', '-z'], { cwd: packageRoot, encoding: 'utf8' });
  expect(status).to.equal(0);
  const isDelivered = (path: string): boolean =>
    !/^(test|docs|benchmarks)\/|^package-lock\.json$|\.(png|npy|woff2?)$/.test(path);
  return stdout.split('\0').filter((path) => path !== '' && isDelivered(path));
}

/** What secrets look like: our tokens and hashes, keys, and values given to a name that says so. */
const SECRETS = [
  /\bcs_[A-Za-z0-9_-]{20,}/,
  /scrypt\$\d+\$\d+\$\d+\$[A-Za-z0-9+/]{8,}/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /^\s*["']?[\w-]*(?:password|passwd|token|secret)["']?\s*[:=]\s*["'][^"'${}\s]{6,}["']\s*[,;]?\s*$/im,
];

describe('secrets', () => {
  it('are in no file that is delivered', () => {
    const files = deliveredFiles();
    expect(files.length).to.be.greaterThan(300);
    const found = files.filter((path) => {
      const text = readFileSync(join(packageRoot, path), 'utf8');
      return SECRETS.some((pattern) => pattern.test(text));
    });
    expect(found).to.deep.equal([]);
  });

  it('are found when there are any', () => {
    const samples = [
      'token: "abcdef123456"',
      '"password": "hunter22",',
      `cs_${'a'.repeat(32)}`,
      'scrypt$32768$8$3$c2FsdHNhbHQ$x',
    ];
    for (const sample of samples)
      expect(
        SECRETS.some((pattern) => pattern.test(sample)),
        sample,
      ).to.equal(true);
  });

  it('are not there by default: no user, no token, no session without log-in', () => {
    const rules = parseSecurityRules({});
    expect([...rules.users.keys(), ...rules.tokens.keys()]).to.deep.equal([]);
  });
});
