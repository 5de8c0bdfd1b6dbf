import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { parseTraceParent, traceIdOfPulse } from '../../../src/common/traces/ids.js';
import { readTraceSettings, spanTime, Tracer } from '../../../src/common/traces/index.js';

describe('common/traces', () => {
  it('are switched on by the address of a collector', () => {
    expect(readTraceSettings({})).to.equal(null);
    expect(readTraceSettings({ CAMSERVER_TRACES: 'http://h:4318' })).to.deep.equal({
      collector: 'http://h:4318',
      every: 100n,
    });
    const every = { CAMSERVER_TRACES: 'http://h:4318', CAMSERVER_TRACES_EVERY: '1' };
    expect(readTraceSettings(every)!.every).to.equal(1n);
    for (const wrong of ['0', '-1', 'all', '1.5']) {
      expect(() => readTraceSettings({ ...every, CAMSERVER_TRACES_EVERY: wrong })).to.throw(
        `CAMSERVER_TRACES_EVERY is '${wrong}'`,
      );
    }
    expect(() => readTraceSettings({ CAMSERVER_TRACES: 'file:///x' })).to.throw('CAMSERVER_TRACES is');
  });

  it('have the pulse id in their id', () => {
    expect(traceIdOfPulse(1234n)).to.equal('63616d736572767200000000000004d2');
    expect(traceIdOfPulse(2n ** 63n - 1n)).to.equal('63616d73657276727fffffffffffffff');
  });

  it('belong to the trace of whoever asks, when that is one', () => {
    const good = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    expect(parseTraceParent(good)).to.deep.equal({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) });
    for (const wrong of [undefined, '', 'x', good.slice(1), good.replaceAll('a', '0'), `${good}-more`]) {
      expect(parseTraceParent(wrong)).to.equal(null);
    }
  });

  it('are dropped, counted and told of when the collector does not take them', async () => {
    let requests = 0;
    const collector = createServer((request, response) => {
      requests += 1;
      request.resume();
      response.writeHead(503).end();
    });
    collector.listen(0, '127.0.0.1');
    await once(collector, 'listening');
    const { port } = collector.address() as AddressInfo;
    const warnings: string[] = [];
    const settings = { collector: `http://127.0.0.1:${port}/`, every: 2n };
    const tracer = new Tracer(settings, 'test', {}, (text) => warnings.push(text));
    for (let pulseId = 0n; pulseId < 6000n; pulseId += 1n) tracer.frame('frame', spanTime(), pulseId, 'sent');
    await tracer.close();
    collector.close();
    expect(requests).to.equal(1);
    expect(warnings).to.deep.equal([
      `3000 spans of traces were dropped: http://127.0.0.1:${port}/v1/traces: HTTP 503.`,
    ]);
  });
});
