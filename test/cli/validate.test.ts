import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { packageRoot } from '../../src/common/package.js';

describe('camserver validate', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'camserver-validate-'));
    for (const name of ['camera_config', 'pipeline_config', 'background_config', 'user_scripts/lib']) {
      mkdirSync(join(folder, name), { recursive: true });
    }
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const validate = (...options: string[]) => {
    const command = [join(packageRoot, 'bin', 'camserver.js'), 'validate', ...options];
    const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' });
    return { status, output: stdout, errors: stderr };
  };
  const write = (path: string, text: string): void => writeFileSync(join(folder, path), text);

  it('finds nothing wrong with the samples', () => {
    const { status, output } = validate(join(packageRoot, 'config'), '--strict');
    expect([status, output]).to.deep.equal([0, output]);
    expect(output).to.match(/^\d+ files, 0 errors, 0 warnings\n$/);
  });

  it('names file, line, key, reason and what was probably meant', () => {
    write('camera_config/cam.json', '{"source": "cam", "source_type": "simulation", "alias": ["eye"]}');
    write('camera_config/old.json', '{"source_type": "epics"}');
    write('pipeline_config/good.json', '{"camera_name": "eye"}');
    write('pipeline_config/syntax.json', '{\n "camera_name": "cam",\n}');
    write(
      'pipeline_config/values.json',
      '{\n "camera_name": "cam",\n "image_threshold": [],\n "image_treshold": 2\n}',
    );
    write('pipeline_config/lost.json', '{"camera_name": "nowhere", "function": "none.py"}');
    write('pipeline_config/servers.json', '{"http://h:1": {"instances": ["good:9000", "gone"]}}');
    write('pipeline_config/permanent_instances.json', '{"good": "good", "#off": "gone", "a": "gone"}');
    const { status, output } = validate(folder);
    expect(status).to.equal(1);
    const lines = output.split('\n').map((line) => line.replaceAll(`${folder}/`, ''));
    expect(lines).to.include.members([
      "camera_config/old.json: error: 'source' not specified in configuration.",
      "pipeline_config/values.json:4: warning: /image_treshold: CamServer does not know the key 'image_treshold'. Did you mean 'image_threshold'?",
      "pipeline_config/lost.json:1: warning: /camera_name: There is no camera 'nowhere'.",
      "pipeline_config/lost.json:1: warning: /function: There is no script or built-in function 'none.py'.",
      "pipeline_config/servers.json: warning: 'gone' is fixed on http://h:1, but there is no such configuration.",
      "pipeline_config/permanent_instances.json: warning: 'a' is permanent, but there is no configuration 'gone'.",
      '8 files, 3 errors, 5 warnings',
    ]);
    expect(lines.some((line) => line.startsWith('pipeline_config/syntax.json:3: error:'))).to.equal(true);
    expect(
      lines.some((line) => line.startsWith('pipeline_config/values.json:3: error: /image_threshold')),
    ).to.equal(true);
    expect(lines.some((line) => line.includes('good.json'))).to.equal(false);
    const { errors, findings } = JSON.parse(validate(folder, '--json').output);
    expect([errors, findings.length]).to.deep.equal([3, 8]);
  });

  it('says when there is nothing to check', () => {
    const { status, errors } = validate(join(folder, 'camera_config'));
    expect(status).to.equal(255);
    expect(errors).to.match(/neither camera_config nor pipeline_config/);
  });
});

describe('camserver schema', () => {
  it('prints the schemas of all documents', () => {
    for (const kind of ['camera', 'pipeline', 'servers', 'permanent']) {
      const command = [join(packageRoot, 'bin', 'camserver.js'), 'schema', kind];
      const { status, stdout } = spawnSync(process.execPath, command, { encoding: 'utf8' });
      expect(status).to.equal(0);
      expect(JSON.parse(stdout).$schema).to.equal('https://json-schema.org/draft/2020-12/schema');
    }
  });
});
