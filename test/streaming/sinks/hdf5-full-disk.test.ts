import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const program = fileURLToPath(new URL('./children/fill-disk.js', import.meta.url));

/** Checks all rows inside, because the file is too large to be printed. */
const CHECK = `
import sys, json, h5py, numpy as np
with h5py.File(sys.argv[1], 'r') as file:
    image, number = file['/data1/image/value'], file['/data1/number/value'][:]
    n = len(number)
    assert (number == np.arange(n)).all()
    assert all((image[i] == i % 251).all() for i in range(n))
    for name in ('/header1/pulse_id', '/header1/global_timestamp', '/data1/image/timestamp'):
        assert len(file[name]) == n, name
    print(json.dumps(n))
`;

/** Runs a command on a small file system of its own, which vanishes with it. */
function onSmallDisk(folder: string, megabytes: number, command: string): string {
  const script = `mount -t tmpfs -o size=${megabytes}m tmpfs '${folder}' && ${command}`;
  return execFileSync('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-c', script], {
    encoding: 'utf8',
  });
}

describe('streaming: HDF5 files on a full disk', () => {
  let folder: string;

  before(function () {
    // containers may forbid file systems of one's own
    if (spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'true']).status !== 0) this.skip();
  });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'camserver-test-'));
    mkdirSync(join(folder, 'disk'));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  for (const [what, rowBytes] of [
    ['large images', 2_000_000],
    ['images that the library holds back', 100_000],
    ['small arrays', 100],
  ] as const) {
    it(`keep all complete messages, with a clear error: ${what}`, () => {
      const disk = join(folder, 'disk');
      const file = join(disk, 'out.h5');
      writeFileSync(join(folder, 'check.py'), CHECK);
      const commands = [
        `'${process.execPath}' '${program}' '${file}' ${rowBytes}`,
        `ls '${disk}'`,
        `/usr/bin/python3 '${folder}/check.py' '${file}'`,
      ];
      const lines = onSmallDisk(disk, 24, commands.join(' && ')).trim().split('\n');
      const { failures, rows } = JSON.parse(lines[0]!);
      expect(failures).to.have.length(1);
      expect(failures[0]).to.match(/No space left on device/);
      expect(failures[0]).to.contain(`${rows} complete messages are in '${file}'`);
      expect(lines[1]).to.equal('out.h5');
      expect(lines[2]).to.equal(String(rows));
      expect(rows * rowBytes).to.be.above(2_000_000);
      expect(readdirSync(disk)).to.deep.equal([]);
    });
  }
});
