import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'chai';
import { packageRoot } from '../../src/common/package.js';
import { startTestCameras, type TestCameras } from '../worker/support.js';

describe('camserver inspect, stats and receive', () => {
  let cameras: TestCameras;
  before(async () => {
    cameras = await startTestCameras({
      beam: {
        source_type: 'simulation',
        source: 'beam',
        size_x: 64,
        size_y: 48,
        frame_rate: 50,
        no_client_timeout: 0,
      },
    });
  });
  after(() => cameras.close());

  async function camserver(...commandLine: string[]) {
    const child = spawn(process.execPath, [join(packageRoot, 'bin', 'camserver.js'), ...commandLine]);
    let output = '';
    child.stdout.on('data', (text) => {
      output += text;
    });
    const code = await new Promise<number | null>((done) => child.on('close', done));
    return { code, output };
  }
  const source = (): string[] => ['beam', '--camera', '--server', cameras.url];

  it('show the channels of one message as a table', async () => {
    const { code, output } = await camserver('inspect', ...source());
    expect(code).to.equal(0);
    const lines = output.trim().split('\n');
    expect(lines[0]).to.match(/^pulse id \d+$/);
    expect(lines[1]).to.match(/^CHANNEL +TYPE +SIZE +COMPRESSION +VALUE$/);
    expect(lines.find((line) => line.startsWith('image '))).to.match(
      /^image +uint16 +64 x 48 +none +\[\d+(, \d+){9}, …\]$/,
    );
    expect(lines.find((line) => line.startsWith('width '))).to.match(/ 64$/);
    const names = lines.slice(2).map((line) => line.split(' ')[0]);
    expect(names).to.deep.equal([...names].sort());
    const json = JSON.parse((await camserver('inspect', '--json', ...source())).output);
    expect(json.channels.find(({ channel }: { channel: string }) => channel === 'image')).to.include({
      type: 'uint16',
      size: '64 x 48',
      bytes: 64 * 48 * 2,
    });
  });

  it('measure a stream', async () => {
    const { code, output } = await camserver('stats', '-n', '20', '--json', ...source());
    expect(code).to.equal(0);
    const figures = JSON.parse(output);
    expect(figures).to.include({ messagesReceived: 19, missedPulses: 0, messagesDropped: 0 });
    expect(figures.averageMessageRate).to.be.greaterThan(0);
  });

  it('receive message by message', async () => {
    const { output } = await camserver('receive', '-n', '3', ...source());
    expect(output.trim().split('\n')).to.have.length(3);
    expect(output).to.match(/^pulse id \d+ {2}\d+ channels {2}\d+ bytes {2}age -?\d+ ms/);
  });

  it('end with status 2 when nothing comes', async () => {
    const { code } = await camserver('receive', 'tcp://127.0.0.1:1', '-t', '0.3');
    expect(code).to.equal(2);
  });
});
