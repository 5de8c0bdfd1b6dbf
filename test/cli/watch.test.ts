import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { deriveDefinition, encodeDataHeader, Sender } from '../../src/bsread/index.js';
import { packageRoot } from '../../src/common/package.js';
import { arrayValue, TypedScalar, timestampNow } from '../../src/common/values.js';

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
  let server: ReturnType<typeof createServer>;
  let sender: Sender;
  let timer: NodeJS.Timeout;
  let url: string;

  before(async () => {
    sender = new Sender({ address: 'tcp://127.0.0.1:0' });
    await sender.open();
    const values = (pulse: number) => [
      arrayValue(new Uint16Array(200).fill(pulse), [10, 20]),
      BigInt(pulse) * 1000n,
      new TypedScalar('float64', pulse / 2),
      'some text',
    ];
    const names = ['image', 'intensity', 'x_rms', 'processing_parameters'];
    const header = encodeDataHeader(names.map((name, index) => deriveDefinition(name, values(1)[index]!)));
    let pulse = 1000;
    timer = setInterval(() => {
      pulse += 1;
      void sender.send(header, values(pulse), BigInt(pulse), timestampNow());
    }, 10);
    // answers as a server does: by the path only
    server = createServer((request, response) => {
      const known: Record<string, string> = {
        '/api/v1/pipeline/instance/my%20pipe': sender.address,
        '/api/v1/cam/cam1': sender.address,
        '/api/v1/cam/silent': 'tcp://127.0.0.1:1',
      };
      const stream = known[request.url ?? ''];
      const failure = { state: 'error', status: "Instance 'x' is not present." };
      response.end(JSON.stringify(stream === undefined ? failure : { state: 'ok', status: '', stream }));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  after(() => {
    clearInterval(timer);
    sender.close();
    server.close();
  });

  it('prints one JSON object per message and ends after the wanted number', async () => {
    const { code, output } = await run('watch', 'my pipe', '--server', url, '--json', '-n', '3');
    expect(code).to.equal(0);
    const lines = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).to.have.lengthOf(3);
    const [first, second] = lines;
    expect(second.pulse_id).to.be.greaterThan(first.pulse_id);
    expect(first.channels).to.deep.equal({
      image: { type: 'uint16', shape: [10, 20] },
      intensity: first.pulse_id * 1000,
      x_rms: first.pulse_id / 2,
      processing_parameters: 'some text',
    });
  });

  it('shows the usual scalars, or the chosen channels, as lines when there is no terminal', async () => {
    const usual = await run('watch', 'cam1', '--camera', '--server', `${url}/`, '-n', '1');
    expect(usual.output).to.match(/^pulse_id=\d+ rate=\d+\.\dHz intensity=\d+ x_rms=[\d.]+\n$/);
    const chosen = await run('watch', 'cam1', '--camera', '--server', url, '-n', '1', '-c', 'image,x_rms');
    expect(chosen.output).to.match(/image=\{"type": "uint16", "shape": \[10, 20\]\} x_rms=/);
  });

  it('says why there is no stream, and ends with status 1', async () => {
    expect(await run('watch', 'x', '--server', url)).to.deep.equal({
      code: 1,
      output: '',
      errors: "Instance 'x' is not present.\n",
    });
    const { code, errors } = await run('watch', 'x', '--server', 'http://127.0.0.1:1');
    expect(code).to.equal(1);
    expect(errors).to.contain('http://127.0.0.1:1');
  });

  it('ends with status 2 when the stream is silent', async () => {
    const { code, errors } = await run('watch', 'silent', '--camera', '--server', url, '--timeout', '0.2');
    expect(code).to.equal(2);
    expect(errors).to.equal('No message from tcp://127.0.0.1:1 for 0.2 s.\n');
  });
});
