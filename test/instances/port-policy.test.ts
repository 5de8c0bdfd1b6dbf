import { expect } from 'chai';
import type { Supervisor } from '../../src/instances/index.js';
import { freePort } from '../support/ports.js';
import { CAMERA_MODES, createSupervisor, rejection, specification } from './support.js';

/**
 * Per camera mode: is the port kept after a stop; the port of the second start relative to the first one, when another
 * instance was started in between; the same when the source type has changed.
 */
const EXPECTED = [
  { kept: true, restarted: 'same', changed: 'same' },
  { kept: true, restarted: 'same', changed: 'next' },
  { kept: true, restarted: 'same', changed: 'same' },
  { kept: false, restarted: 'next', changed: 'next' },
  { kept: false, restarted: 'same', changed: 'same' },
] as const;

describe('camera modes', () => {
  let supervisor: Supervisor;
  afterEach(() => supervisor.close());

  async function start(name: string, changes = {}): Promise<number> {
    const instance = await supervisor.start(name, () => specification(name, 'wait', changes));
    return instance.port!;
  }

  EXPECTED.forEach(({ kept, restarted, changed }, mode) => {
    it(`${mode}: ${kept ? 'keeps' : 'gives back'} the port, ${restarted} port again, ${changed} after a new source type`, async () => {
      supervisor = await createSupervisor({ portPolicy: CAMERA_MODES[mode]! });
      const first = await start('cam', { kind: 'epics' });
      await supervisor.stop('cam');
      expect(supervisor.ports.usage.used).to.equal(kept ? 1 : 0);
      await start('other');
      const second = await start('cam', { kind: 'epics' });
      expect(second === first ? 'same' : 'next').to.equal(restarted);
      await supervisor.stop('cam');
      const third = await start('cam', { kind: 'simulation' });
      expect(third === second ? 'same' : 'next').to.equal(changed);
      await supervisor.delete('cam');
      expect(supervisor.ports.usage.used).to.equal(1);
    });
  });

  it('let a fixed port of the configuration win over the one kept', async () => {
    supervisor = await createSupervisor({ portPolicy: CAMERA_MODES[0]! });
    const first = await start('cam');
    await supervisor.stop('cam');
    const port = await freePort();
    expect(await start('cam', { port })).to.equal(port);
    expect(supervisor.ports.usage.used).to.equal(1);
    expect(await start('other', { port: first })).to.equal(first);
  });

  it('let a fixed port go to the one that runs, not to the one that has ended', async () => {
    supervisor = await createSupervisor({ portPolicy: CAMERA_MODES[0]! });
    const port = await start('old');
    const taken = rejection(start('new', { port }));
    expect((await taken).message).to.equal(`Port ${port} is used by instance 'old'.`);
    await supervisor.stop('old');
    expect(await start('new', { port })).to.equal(port);
    expect(await start('old')).not.to.equal(port);
  });

  it('need no port for ipc', async () => {
    supervisor = await createSupervisor();
    const instance = await supervisor.start('ipc', () => specification('ipc', 'wait', { port: 'none' }));
    expect([instance.port, supervisor.ports.usage.used]).to.deep.equal([null, 0]);
  });
});
