/**
 * A server in a process of its own, for tests that kill it: starts the programs named on the command line (`name=how`, see
 * `stubborn.ts`; `name` alone waits properly), listens on a port, and prints one line of JSON with the process numbers.
 */
import { createServer } from 'node:net';
import { createSupervisor, specification } from '../support.js';

const supervisor = await createSupervisor({ spares: 1 });
const listener = createServer();
await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
for (const argument of process.argv.slice(2)) {
  const [name, how] = argument.split('=') as [string, string | undefined];
  const config = { how: how ?? null, ready: true };
  await supervisor.start(name, () =>
    specification(name, how === undefined ? 'wait' : 'stubborn', { config }),
  );
}
while (supervisor.hosts.loadedSpares === 0) await new Promise((resolve) => setTimeout(resolve, 20));
process.on('SIGTERM', () => {
  listener.close();
  void supervisor.close({ stop: 300, kill: 300 }).then(() => process.exit(0));
});
const pids = supervisor.active().map((instance) => instance.pid);
console.log(
  JSON.stringify({
    pids,
    spares: supervisor.hosts.sparePids,
    port: (listener.address() as { port: number }).port,
  }),
);
