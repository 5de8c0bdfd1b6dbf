import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { packageRoot, packageVersion } from '../../src/common/package.js';

interface Bill {
  readonly bomFormat: string;
  readonly metadata: { readonly component: { readonly name: string; readonly purl: string } };
  readonly components: readonly {
    readonly name: string;
    readonly version: string;
    readonly purl: string;
    readonly hashes?: readonly { readonly alg: string }[];
    readonly licenses?: readonly unknown[];
  }[];
}

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly version: string; readonly dev?: true; readonly devOptional?: true }>
  >;
}

describe('a release', () => {
  const folders: string[] = [];
  after(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  function release(): string {
    const folder = mkdtempSync(join(tmpdir(), 'camserver-release-'));
    folders.push(folder);
    const script = join(packageRoot, 'scripts', 'release.mjs');
    const { status, stderr } = spawnSync(process.execPath, [script, folder], { encoding: 'utf8' });
    expect(status, stderr).to.equal(0);
    return folder;
  }

  it('has the same bytes each time it is made', () => {
    const [first, second] = [release(), release()].map((folder) =>
      readFileSync(join(folder, 'SHA256SUMS'), 'utf8'),
    );
    expect(first).to.equal(second);
    expect(first).to.match(
      /^[0-9a-f]{64} {2}camserver-[\d.]+\.tgz\n[0-9a-f]{64} {2}camserver-[\d.]+\.cdx\.json\n$/,
    );
    const check = spawnSync('sha256sum', ['--check', 'SHA256SUMS'], { cwd: folders[0], encoding: 'utf8' });
    expect(check.status, check.stdout).to.equal(0);
  });

  it('has a bill of materials with every dependency of the running system and none of the developers', () => {
    const folder = folders[0] ?? release();
    const name = `camserver-${packageVersion}.cdx.json`;
    const bill = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Bill;
    expect(bill.bomFormat).to.equal('CycloneDX');
    expect(bill.metadata.component).to.include({
      name: 'camserver',
      purl: `pkg:npm/camserver@${packageVersion}`,
    });
    const lock = JSON.parse(readFileSync(join(packageRoot, 'package-lock.json'), 'utf8')) as Lock;
    const needed = Object.entries(lock.packages)
      .filter(([path, { dev, devOptional }]) => path !== '' && dev !== true && devOptional !== true)
      .map(([path, { version }]) => `${path.slice(path.lastIndexOf('node_modules/') + 13)}@${version}`);
    const listed = bill.components.map((component) =>
      decodeURIComponent(component.purl.slice('pkg:npm/'.length)),
    );
    expect(listed).to.include.members(needed);
    expect(listed.some((entry) => entry.startsWith('mocha@'))).to.equal(false);
    for (const component of bill.components) {
      expect(component.hashes?.[0]?.alg, component.name).to.equal('SHA-512');
      expect(component.licenses, component.name).to.not.equal(undefined);
    }
  });
});
