// `npm run release [-- <folder>]`: the package, its bill of materials (CycloneDX) and their SHA-256 sums. The same tree gives the same
// bytes: nothing in them tells when or where they were made.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = resolve(process.argv[2] ?? join(root, 'release'));

function npm(args) {
  const result = spawnSync('npm', [...args, '--loglevel=error'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (result.status !== 0) {
    console.error(result.stderr);
    process.exit(1);
  }
  return result.stdout;
}

/** `name@version` of what the running system needs. npm's own `--omit dev` leaves out what developers' tools need as well. */
function neededPackages() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const needed = Object.entries(packages).filter(([path, { dev }]) => path !== '' && dev !== true);
  const names = needed.map(
    ([path, { name, version }]) => `${name ?? path.split('node_modules/').pop()}@${version}`,
  );
  return new Set(names);
}

/** npm names the folder and the moment; the serial number becomes one of the contents. */
function billOfMaterials(packageHash) {
  const bill = JSON.parse(npm(['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only']));
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const needed = neededPackages();
  const isNeeded = (reference) => needed.has(reference.replace(/\|.*$/, ''));
  bill.components = bill.components.filter((component) => isNeeded(component['bom-ref']));
  bill.dependencies = bill.dependencies
    .filter(({ ref }) => isNeeded(ref) || ref === `${name}@${version}`)
    .map((entry) => ({ ...entry, dependsOn: (entry.dependsOn ?? []).filter(isNeeded) }));
  delete bill.metadata.timestamp;
  delete bill.metadata.tools;
  bill.metadata.component.name = name;
  bill.metadata.component.type = 'application';
  bill.metadata.component.hashes = [{ alg: 'SHA-256', content: packageHash }];
  delete bill.serialNumber;
  const hash = sha256(JSON.stringify(bill));
  const parts = [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    `8${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ];
  return `${JSON.stringify({ ...bill, serialNumber: `urn:uuid:${parts.join('-')}` }, null, 2)}\n`;
}

function sha256(content) {
  return createHash('sha256').update(content).digest('hex');
}

mkdirSync(folder, { recursive: true });
const packed = npm(['pack', '--ignore-scripts', '--pack-destination', folder]).trim();
const packageHash = sha256(readFileSync(join(folder, packed)));
const bill = packed.replace(/\.tgz$/, '.cdx.json');
writeFileSync(join(folder, bill), billOfMaterials(packageHash));
const sums = [packed, bill].map((name) => `${sha256(readFileSync(join(folder, name)))}  ${name}\n`);
writeFileSync(join(folder, 'SHA256SUMS'), sums.join(''));
console.log(`${folder}:\n${sums.join('')}`);
