import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { isAlive, signalTo } from '../support/processes.js';
import { until } from '../support/until.js';

interface ServerReport {
  readonly pids: number[];
  readonly spares: number[];
  readonly port: number;
}

describe('instances of a server that ends', () => {
  const started: ChildProcess[] = [];
  const instances: number[] = [];

  async function startServer(...programs: string[]): Promise<{ server: ChildProcess; report: ServerReport }> {
    const path = fileURLToPath(new URL('./programs/server.js', import.meta.url));
    const server = fork(path, programs, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    started.push(server);
    const [line] = (await once(server.stdout!, 'data')) as [Buffer];
    const report = JSON.parse(line.toString()) as ServerReport;
    instances.push(...report.pids, ...report.spares);
    return { server, report };
  }

  afterEach(() => {
    for (const server of started.splice(0)) server.kill('SIGKILL');
    for (const pid of instances.splice(0)) signalTo(pid, 'SIGKILL');
  });

  it('end with it when it is killed, spares too', async () => {
    const { server, report } = await startServer('a', 'b');
    expect([...report.pids, ...report.spares].filter(isAlive)).to.have.length(3);
    server.kill('SIGKILL');
    await until(() => ![...report.pids, ...report.spares].some(isAlive));
  });

  it('end even if their program ignores the stop request', async () => {
    const { server, report } = await startServer('a=ignore');
    server.kill('SIGKILL');
    await until(() => !report.pids.some(isAlive));
  });

  it('are stopped by it on SIGTERM, blocked ones too, and it ends with code 0', async () => {
    const { server, report } = await startServer('a', 'b=ignore', 'c=block');
    server.kill('SIGTERM');
    const [code] = (await once(server, 'exit')) as [number];
    expect(code).to.equal(0);
    expect([...report.pids, ...report.spares].filter(isAlive)).to.deep.equal([]);
  });

  it('do not hold its listening socket', async () => {
    const { report } = await startServer('a');
    const inode = listeningInode(report.port);
    expect(inode).to.match(/^\d+$/);
    for (const pid of [...report.pids, ...report.spares]) {
      expect(openFiles(pid)).not.to.include(`socket:[${inode}]`);
    }
  });
});

/** Inode of the socket that listens on a port of 127.0.0.1. */
function listeningInode(port: number): string {
  const address = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = readFileSync('/proc/net/tcp', 'utf8').split('\n');
  const row = rows
    .map((text) => text.trim().split(/\s+/))
    .find((fields) => fields[1] === address && fields[3] === '0A');
  return row?.[9] ?? '';
}

function openFiles(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).map((file) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${file}`);
    } catch {
      return '';
    }
  });
}
