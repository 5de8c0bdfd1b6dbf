import { expect } from 'chai';
import { formatJson, parseJson } from '../../src/common/json.js';
import type { Supervisor } from '../../src/instances/index.js';
import { createSupervisor, rejection, specification } from './support.js';

describe('talking to the program of an instance', () => {
  let supervisor: Supervisor;

  beforeEach(async () => {
    supervisor = await createSupervisor();
  });

  afterEach(() => supervisor.close());

  it('keeps the literal kind of numbers', async () => {
    const config = parseJson('{"scale": 2.0, "count": 2}') as { scale: number };
    await supervisor.start('one', () => specification('one', 'wait', { config }));
    expect(formatJson((await supervisor.request('one', 'config', {})).result)).to.equal(
      '{"scale": 2.0, "count": 2}',
    );
    supervisor.updateConfig('one', parseJson('{"scale": 3.0}') as { scale: number });
    expect(formatJson((await supervisor.request('one', 'config', {})).result)).to.equal('{"scale": 3.0}');
    expect(formatJson(supervisor.require('one').config)).to.equal('{"scale": 3.0}');
  });

  it('gets bytes beside an answer as they are', async () => {
    await supervisor.start('one', () => specification('one', 'wait'));
    const { result, data } = await supervisor.request('one', 'bytes', { length: 3_000_000 });
    expect(result).to.deep.equal({ length: 3_000_000 });
    expect(Buffer.from(data!).equals(Buffer.alloc(3_000_000, 7))).to.equal(true);
    expect((await supervisor.request('one', 'echo', {})).data).to.equal(null);
  });

  it('answers with the error of the handler, of an unknown request, of no answer', async () => {
    await supervisor.start('one', () => specification('one', 'wait'));
    const ask = async (name: string, milliseconds?: number) =>
      (await rejection(supervisor.request('one', name, {}, milliseconds))).message;
    expect(await ask('refuse')).to.equal('not today');
    expect(await ask('nonsense')).to.equal("Instance 'one' does not answer requests 'nonsense'.");
    expect(await ask('never', 50)).to.equal(
      "Instance 'one' did not answer the request 'never' within 0.05 s.",
    );
  });

  it('ends open requests with the instance', async () => {
    await supervisor.start('one', () => specification('one', 'wait'));
    const open = rejection(supervisor.request('one', 'never', {}));
    await supervisor.stop('one');
    expect((await open).message).to.equal("Instance 'one' ended before it answered the request 'never'.");
    expect((await rejection(supervisor.request('one', 'echo', {}))).message).to.equal(
      "Instance 'one' is not running.",
    );
  });
});
