import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { formatNpy } from '../../src/common/npy.js';
import { packageRoot } from '../../src/common/package.js';
import { arrayValue } from '../../src/common/values.js';

describe('camserver migrate --dry-run', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'camserver-migrate-'));
    for (const name of ['camera_config', 'pipeline_config', 'background_config', 'user_scripts/lib']) {
      mkdirSync(join(folder, name), { recursive: true });
    }
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const migrate = (...options: string[]) => {
    const command = [join(packageRoot, 'bin', 'camserver.js'), 'migrate', ...options];
    const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' });
    return { status, output: stdout, errors: stderr };
  };
  const write = (path: string, content: string | Buffer): void => writeFileSync(join(folder, path), content);

  it('says of each file what becomes of it, and changes none', () => {
    write('camera_config/cam.json', '{"source": "cam", "source_type": "simulation"}');
    write('camera_config/cam_parameters.json', '{}');
    write('camera_config/notes.txt', 'call the operator');
    write('pipeline_config/good.json', '{"camera_name": "cam"}');
    write('pipeline_config/odd.json', '{\n "camera_name": "cam",\n "image_treshold": 2\n}');
    write('pipeline_config/broken.json', '{"camera_name": ');
    write('pipeline_config/permanent_instances.json', '{"gone": "gone"}');
    write('background_config/cam.npy', formatNpy(arrayValue(Uint16Array.of(1, 2, 3, 4), [2, 2])));
    write('background_config/flat.npy', formatNpy(arrayValue(Uint16Array.of(1, 2), [2])));
    write('background_config/cut.npy', 'nothing');
    write('user_scripts/good.py', 'import json\nimport helper\nfrom cam_server import config\n');
    write('user_scripts/needs.py', 'def f():\n    import no_such_package_here\n');
    write('user_scripts/lib/helper.py', 'x = 1\n');
    write('user_scripts/readme.md', '#');
    const before = readdirSync(folder, { recursive: true });

    const { status, output } = migrate(folder, '--dry-run', '--json');
    const report = JSON.parse(output) as {
      files: { file: string; verdict: string; notes: string[] }[];
      refused: number;
    };
    const verdicts = Object.fromEntries(
      report.files.map(({ file, verdict }) => [file.slice(folder.length + 1), verdict]),
    );
    expect(verdicts).to.deep.equal({
      'camera_config/cam.json': 'unchanged',
      'camera_config/cam_parameters.json': 'unknown',
      'camera_config/notes.txt': 'unknown',
      'pipeline_config/broken.json': 'refused',
      'pipeline_config/good.json': 'unchanged',
      'pipeline_config/odd.json': 'unknown',
      'pipeline_config/permanent_instances.json': 'differs',
      'background_config/cam.npy': 'unchanged',
      'background_config/cut.npy': 'refused',
      'background_config/flat.npy': 'refused',
      'user_scripts/good.py': 'differs',
      'user_scripts/needs.py': 'refused',
      'user_scripts/readme.md': 'unknown',
      'user_scripts/lib/helper.py': 'differs',
    });
    const notesOf = (name: string): string[] => report.files.find(({ file }) => file.endsWith(name))!.notes;
    expect(notesOf('odd.json')[0]).to.match(/^line 3, \/image_treshold: .*Did you mean 'image_threshold'/);
    expect(notesOf('needs.py')[0]).to.contain("imports 'no_such_package_here'");
    expect([status, report.refused]).to.deep.equal([1, 4]);
    expect(readdirSync(folder, { recursive: true })).to.deep.equal(before);
    expect(readFileSync(join(folder, 'pipeline_config/broken.json'), 'utf8')).to.equal('{"camera_name": ');
  });

  it('has exit codes for scripts: fine, unknown with --strict, nothing there, not a dry run', () => {
    write('camera_config/cam.json', '{"source": "cam", "source_type": "simulation"}');
    const good = migrate(folder, '--dry-run');
    expect([good.status, good.output]).to.deep.equal([
      0,
      `unchanged  ${folder}/camera_config/cam.json\n1 unchanged, 0 differs, 0 unknown, 0 refused\n`,
    ]);
    write('camera_config/notes.txt', '');
    expect(migrate(folder, '--dry-run').status).to.equal(0);
    expect(migrate(folder, '--dry-run', '--strict').status).to.equal(1);
    expect(migrate(join(folder, 'camera_config'), '--dry-run').status).to.equal(255);
    const noInterpreter = migrate(folder, '--dry-run', '--python', '/nowhere/python');
    expect([noInterpreter.status, noInterpreter.errors]).to.deep.equal([
      255,
      "The interpreter '/nowhere/python' cannot be run; --python names another one.\n",
    ]);
    const real = migrate(folder);
    expect(real.status).to.equal(2);
    expect(real.errors).to.contain('nothing is converted');
  });
});
