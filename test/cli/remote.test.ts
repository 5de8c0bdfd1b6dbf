import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { packageRoot } from '../../src/common/package.js';
import { startTestPlant, type TestPlant } from '../proxy/v2/support.js';

describe('commands that talk to a server', () => {
  let plant: TestPlant;
  before(async () => {
    plant = await startTestPlant(
      { plain: { camera_name: 'still', image_threshold: 1, no_client_timeout: 0 } },
      undefined,
      { logLevel: 'INFO' },
    );
  });
  after(() => plant.close());

  async function camserver(...commandLine: string[]) {
    const child = spawn(process.execPath, [join(packageRoot, 'bin', 'camserver.js'), ...commandLine], {
      env: { ...process.env, CAMSERVER_URL: plant.pipelines.url },
    });
    let output = '';
    let errors = '';
    child.stdout.on('data', (text) => {
      output += text;
    });
    child.stderr.on('data', (text) => {
      errors += text;
    });
    const code = await new Promise<number | null>((done) => child.on('close', done));
    return { code, output, errors };
  }

  it('start, show, log, restart and stop an instance', async () => {
    const started = await camserver('start', 'plain', '--as', 'mine', '--reason', 'a test');
    expect(started).to.deep.include({ code: 0, errors: '' });
    expect(started.output).to.match(/^'mine' sends on tcp:/);
    const status = await camserver('status');
    expect(status.output)
      .to.match(/PIPELINES {2}ok/)
      .and.match(/mine +\w+/)
      .and.match(/CAMERAS {2}ok/);
    const json = JSON.parse((await camserver('status', '--json')).output);
    expect(json.clusters.pipelines.instances[0].instance).to.equal('mine');
    expect((await camserver('restart', 'mine')).output).to.equal("'mine' runs again.\n");
    expect((await camserver('stop', 'mine')).output).to.equal("'mine' is stopped.\n");
    const again = await camserver('stop', 'mine');
    expect([again.code, again.errors]).to.deep.equal([1, "Instance 'mine' does not exist.\n"]);
    const logs = await camserver('logs', '--cluster', 'pipelines', '-n', '3');
    expect(logs.output.trim().split('\n')).to.have.length(3);
  });

  it('read, change, compare, restore and delete a configuration', async () => {
    expect((await camserver('config', 'list')).output).to.match(/^NAME.*\nplain +processing +still/);
    const set = await camserver(
      'config',
      'set',
      'plain',
      'image_threshold=2.0',
      'mode=PUSH',
      '-m',
      'less noise',
    );
    expect(set.output).to.equal("'plain' is stored as revision 2.\n");
    const text = (await camserver('config', 'get', 'plain')).output;
    expect(text).to.include('"image_threshold": 2.0').and.include('"mode": "PUSH"');
    expect((await camserver('config', 'diff', 'plain', '1')).output).to.equal(
      '~ /image_threshold 1 -> 2.0\n+ /mode "PUSH"\n',
    );
    expect((await camserver('config', 'set', 'plain', 'mode=')).code).to.equal(0);
    expect((await camserver('config', 'get', 'plain')).output)
      .to.include('2.0')
      .and.not.include('mode');
    expect((await camserver('config', 'restore', 'plain', '1')).output).to.include('revision 4');
    expect((await camserver('config', 'history', 'plain')).output).to.match(/2 .* less noise/);
    const file = join(plant.state, 'new.json');
    writeFileSync(file, '{"camera_name": "still"}');
    expect((await camserver('config', 'put', 'new', file)).code).to.equal(0);
    writeFileSync(file, '{"pipeline_type": "nonsense"}');
    const refused = await camserver('config', 'put', 'new', file, '--json');
    expect(refused.code).to.equal(1);
    expect(JSON.parse(refused.output).code).to.equal('INVALID_CONFIGURATION');
    expect((await camserver('config', 'delete', 'new')).output).to.equal("'new' is deleted.\n");
    expect((await camserver('config', 'get', 'still', '--cameras')).output).to.include('"source_type"');
  });

  it('shows and sets the log level', async () => {
    expect((await camserver('log-level')).output).to.equal('INFO\n');
    expect((await camserver('log-level', 'debug')).output).to.equal('DEBUG\n');
    expect(JSON.parse((await camserver('log-level', '--json')).output)).to.deep.equal({ level: 'DEBUG' });
    expect((await camserver('log-level', 'loud')).code).to.equal(1);
    expect((await camserver('log-level', 'info', '--cameras')).output).to.equal('INFO\n');
  });

  it('say when nobody answers', async () => {
    const silent = await camserver('status', '--server', 'http://127.0.0.1:1');
    expect(silent.code).to.equal(2);
    expect(silent.errors).to.match(/^http:\/\/127\.0\.0\.1:1 cannot be reached/);
  });
});
