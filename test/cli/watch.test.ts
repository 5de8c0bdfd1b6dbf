import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { packageRoot } from '../../src/common/package.js';
import { startTestCameras, startTestServer, type TestCameras, type TestServer } from '../worker/support.js';

interface Outcome {
  code: number | null;
  output: string;
  errors: string;
}

function run(...commandLine: string[]): Promise<Outcome> {
  const child = spawn(process.execPath, [join(packageRoot, 'bin', 'camserver.js'), ...commandLine]);
  const outcome: Outcome = { code: null, output: '', errors: '' };
  child.stdout.on('data', (text) => {
    outcome.output += text;
  });
  child.stderr.on('data', (text) => {
    outcome.errors += text;
  });
  return new Promise((done) => child.on('close', (code) => done({ ...outcome, code })));
}

describe('camserver watch', () => {
  let cameras: TestCameras;
  let server: TestServer;

  before(async () => {
    const config = {
      source: '',
      source_type: 'simulation',
      size_x: 20,
      size_y: 10,
      frame_rate: 50,
      no_client_timeout: 0,
    };
    cameras = await startTestCameras({ cam1: config });
    server = await startTestServer({ cameraServer: cameras.url });
    const pipelines = {
      'my pipe': { camera_name: 'cam1', include: ['image', 'intensity', 'x_rms', 'processing_parameters'] },
      silent: { camera_name: 'cam1', pause: true },
    };
    for (const [name, pipeline] of Object.entries(pipelines)) {
      writeFileSync(join(server.folder, 'pipelines', `${name}.json`), JSON.stringify(pipeline));
    }
  });

  after(async () => {
    await server.close();
    await cameras.close();
  });

  it('prints one JSON object per message and ends after the wanted number', async () => {
    const { code, output } = await run('watch', 'my pipe', '--server', server.url, '--json', '-n', '3');
    expect(code).to.equal(0);
    const lines = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).to.have.lengthOf(3);
    const [first, second] = lines;
    expect(second.pulse_id).to.be.greaterThan(first.pulse_id);
    const { image, intensity, x_rms, processing_parameters } = first.channels;
    expect(image).to.deep.equal({ type: 'uint16', shape: [10, 20] });
    expect(intensity).to.be.greaterThan(0).and.satisfy(Number.isInteger);
    expect(x_rms).to.be.greaterThan(0);
    expect(JSON.parse(processing_parameters)).to.include({ camera_name: 'cam1' });
  });

  it('shows the usual scalars, or the chosen channels, as lines when there is no terminal', async () => {
    const usual = await run('watch', 'my pipe', '--server', `${server.url}/`, '-n', '1');
    expect(usual.output).to.match(/^pulse_id=\d+ rate=\d+\.\dHz intensity=\d+ x_rms=[\d.]+\n$/);
    const options = ['--camera', '--server', cameras.url, '-n', '1', '-c', 'image,width'];
    const chosen = await run('watch', 'cam1', ...options);
    expect(chosen.output).to.match(/image=\{"type": "uint16", "shape": \[10, 20\]\} width=20\n$/);
  });

  it('says why there is no stream, and ends with status 1', async () => {
    expect(await run('watch', 'x', '--server', server.url)).to.deep.equal({
      code: 1,
      output: '',
      errors: "Instance 'x' is not present on server and it is not a saved pipeline name.\n",
    });
    const { code, errors } = await run('watch', 'x', '--server', 'http://127.0.0.1:1');
    expect(code).to.equal(1);
    expect(errors).to.contain('http://127.0.0.1:1');
  });

  it('ends with status 2 when the stream is silent', async () => {
    const { code, errors } = await run('watch', 'silent', '--server', server.url, '--timeout', '0.2');
    expect(code).to.equal(2);
    expect(errors).to.match(/^No message from tcp:\/\/127\.0\.0\.1:\d+ for 0\.2 s\.\n$/);
  });
});
