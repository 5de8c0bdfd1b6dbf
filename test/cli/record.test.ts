import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { packageRoot } from '../../src/common/package.js';
import { readWithH5py } from '../support/h5py.js';
import { startTestServer, type TestServer } from '../worker/support.js';

describe('camserver record', () => {
  let folder: string;
  let file: string;
  let server: TestServer;

  before(async () => {
    server = await startTestServer();
    const custom = { pipeline_type: 'custom', function: 'custom_pipeline', max_frame_rate: 100 };
    await server.call('POST', '/generated/config', custom);
    await server.call('POST', '/pushed/config', { ...custom, mode: 'PUSH' });
  });

  after(() => server.close());

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'camserver-test-'));
    file = join(folder, 'out.h5');
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function start(...options: string[]): ChildProcess & { readonly output: { out: string; err: string } } {
    const program = join(packageRoot, 'bin', 'camserver.js');
    const child = spawn(process.execPath, [program, 'record', ...options]);
    const output = { out: '', err: '' };
    child.stdout.on('data', (text) => (output.out += text));
    child.stderr.on('data', (text) => (output.err += text));
    return Object.assign(child, { output });
  }

  async function run(...options: string[]): Promise<{ code: number; out: string; err: string }> {
    const child = start(...options);
    const [code] = await once(child, 'close');
    return { code, ...child.output };
  }

  it('starts an instance and writes its messages', async () => {
    const { code, out, err } = await run('generated', file, '-s', server.url, '-n', '20');
    expect(err).to.not.match(/rror/);
    expect(code).to.equal(0);
    expect(out).to.match(/^20 messages of pulses \d+ to \d+ are in .*out\.h5\n$/);
    const content = readWithH5py(file);
    const pulses = content['/header1/pulse_id']!.values;
    expect(pulses).to.have.length(20);
    expect(pulses[19] - pulses[0]).to.equal(19);
    expect(content['/data1/image/value']).to.deep.include({ shape: [20, 10, 20], dtype: 'uint16' });
    expect(content['/data1/str/value']!.values[19]).to.equal('False');
  });

  it('takes the messages of an instance of mode PUSH', async () => {
    const { code, out } = await run('pushed', file, '-s', server.url, '-n', '5', '-c', 'scalar', '--json');
    expect(code).to.equal(0);
    const { first_pulse_id: first, last_pulse_id: last, ...summary } = JSON.parse(out);
    expect(summary).to.deep.equal({ file, outcome: 'complete', messages: 5, dropped: 0 });
    expect(last - first).to.equal(4);
    expect(readWithH5py(file)['/data1/scalar/value']!.values).to.deep.equal(Array(5).fill(10));
  });

  it('writes some channels of an address in another layout, until it is stopped', async () => {
    const { stream } = await server.call('GET', '/instance/pushed');
    const child = start(
      stream,
      file,
      '--pull',
      '--layout',
      'BSH5',
      '--no-localtime',
      '-c',
      'scalar,waveform',
    );
    while (!/\d+ messages, /.test(child.output.err)) await once(child.stderr!, 'data');
    child.kill('SIGINT');
    const [code] = await once(child, 'close');
    expect(code).to.equal(0);
    const content = readWithH5py(file);
    expect(Object.keys(content).filter((path) => !path.startsWith('/general/'))).to.have.members([
      ...['/scalar/data', '/waveform/data', '/pulse_id', '/global_timestamp'],
    ]);
    const count = Number(/^(\d+) messages/.exec(child.output.out)![1]);
    expect(content['/scalar/data']!.values).to.deep.equal(Array(count).fill(10));
  });

  it('says what is wrong', async () => {
    const silent = await run('tcp://127.0.0.1:1', file, '-t', '0.3');
    expect(silent.code).to.equal(2);
    expect(silent.err).to.equal('No message from tcp://127.0.0.1:1 for 0.3 s.\n');
    expect(readWithH5py(file)['/general/datasets']!.values).to.equal(0);
    const nowhere = await run('generated', join(folder, 'none/out.h5'), '-s', server.url);
    expect(nowhere.code).to.equal(1);
    expect(nowhere.err).to.match(/HDF5 file '.*none\/out\.h5': /);
    const unknown = await run('unknown', file, '-s', server.url);
    expect(unknown.code).to.equal(1);
    expect(unknown.err).to.contain("Instance 'unknown' is not present on server");
  });
});
