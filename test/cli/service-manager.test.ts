import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { expect } from 'chai';
import { connectServiceManager } from '../../src/cli/service-manager.js';
import { nativeKernels } from '../../src/processing/native.js';

/** What systemd does on its side: datagrams of a Unix socket, one line of output each. */
const RECEIVER = `
import socket, sys
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind(sys.argv[1])
print('listening', flush=True)
while True:
    print(repr(receiver.recv(4096).decode()), flush=True)
`;

describe('service manager', () => {
  let folder: string;
  let receiver: ChildProcessByStdio<null, Readable, null>;
  let lines: AsyncIterator<string>;
  let socket: string;

  before(async function () {
    if (nativeKernels === null) this.skip();
    folder = mkdtempSync(join(tmpdir(), 'camserver-notify-'));
    socket = join(folder, 'notify');
    receiver = spawn('/usr/bin/python3', ['-c', RECEIVER, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
    lines = createInterface({ input: receiver.stdout })[Symbol.asyncIterator]();
    expect((await lines.next()).value).to.equal('listening');
  });

  after(() => {
    receiver?.kill();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  it('is told that the server is ready, lives and stops', async () => {
    const manager = connectServiceManager({
      NOTIFY_SOCKET: socket,
      WATCHDOG_USEC: '20000',
      WATCHDOG_PID: String(process.pid),
    });
    manager.ready('Answers on http://host:8889');
    expect((await lines.next()).value).to.equal(
      `'READY=1\\nSTATUS=Answers on http://host:8889\\nMAINPID=${process.pid}'`,
    );
    expect((await lines.next()).value).to.equal("'WATCHDOG=1'");
    expect((await lines.next()).value).to.equal("'WATCHDOG=1'");
    manager.stopping();
    let line: string;
    do line = (await lines.next()).value as string;
    while (line === "'WATCHDOG=1'");
    expect(line).to.equal("'STOPPING=1'");
  });

  it('is left alone when there is none, and a lost one harms nobody', () => {
    connectServiceManager({}).ready('nobody listens');
    connectServiceManager({ NOTIFY_SOCKET: join(folder, 'nothing') }).stopping();
  });
});
