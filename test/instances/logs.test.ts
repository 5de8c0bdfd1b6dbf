import { expect } from 'chai';
import type { LogRecord } from '../../src/common/logging.js';
import type { Supervisor } from '../../src/instances/index.js';
import { until } from '../support/until.js';
import { createSupervisor, rejection, specification } from './support.js';

describe('logs of instances', () => {
  let supervisor: Supervisor;
  const shown: [string, LogRecord][] = [];

  beforeEach(async () => {
    shown.length = 0;
    supervisor = await createSupervisor({ onInstanceLog: (suffix, record) => shown.push([suffix, record]) });
  });
  afterEach(() => supervisor.close());

  it('contain what the process prints', async () => {
    await rejection(
      supervisor.start('one', () => specification('one', 'crash', { config: { how: 'print' } })),
    );
    const records = supervisor.logs('one').map(([, logger, level, message]) => [logger, level, message]);
    expect(records).to.deep.include(['stdout', 'INFO', 'printed on stdout']);
    expect(records).to.deep.include(['stderr', 'ERROR', 'printed on stderr']);
    expect(records).to.deep.include(['cam_server.instance', 'INFO', 'about to end']);
  });

  it('go to the console with the suffix of the instance', async () => {
    await supervisor.start('one', () => specification('one', 'wait', { logSuffix: 'camera:one' }));
    expect(shown.map(([suffix, record]) => [suffix, record[3]])).to.deep.include(['camera:one', 'bound']);
  });

  it('have records of level DEBUG when it is set at run time, also of what starts later', async () => {
    const asked = (name: string): boolean => supervisor.logs(name).some(([, , level]) => level === 'DEBUG');
    await supervisor.start('one', () => specification('one', 'wait'));
    await supervisor.request('one', 'echo', {});
    supervisor.setDebug(true);
    await supervisor.start('two', () => specification('two', 'wait'));
    for (const name of ['one', 'two']) {
      await supervisor.request(name, 'echo', {});
      await until(() => asked(name));
      expect(supervisor.logs(name).filter(([, , level]) => level === 'DEBUG')).to.have.length(1);
    }
  });

  it('keep the last hundred records of a flood, and the end of it', async () => {
    const config = { records: 20_000 };
    const instance = await supervisor.start('one', () => specification('one', 'flood', { config }));
    await instance.ended;
    expect(instance.exitCode).to.equal(0);
    expect(instance.logs).to.have.length(100);
    expect(shown.length).to.be.lessThan(20_000);
    const messages = shown.map(([, record]) => record[3]);
    expect(messages).to.include('record 20000');
    expect(messages).to.include('Exiting process with exit_code 0.');
    expect(messages.some((message) => /^\d+ lines of output were left out$/.test(message))).to.equal(true);
  });

  it('of an unknown instance are empty', () => {
    expect(supervisor.logs('nobody')).to.deep.equal([]);
  });
});
