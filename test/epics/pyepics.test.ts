import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { ChannelAccessServer } from '../../src/epics/server/server.js';

const run = promisify(execFile);

/** EPICS base's own client library reads and writes the variables and prints what it got. */
const SCRIPT = `
import epics, json
def pv(name):
    result = epics.PV(name, auto_monitor=False, connection_timeout=5)
    assert result.wait_for_connection(5), name
    return result
text, wave, number, target = pv('T:TEXT'), pv('T:WAVE'), pv('T:NUMBER'), pv('T:TARGET')
target.put(2.5, wait=True, timeout=5)
print(json.dumps({
    'text': text.get(timeout=5),
    'wave': [int(wave.get(timeout=5).sum()), len(wave.get(timeout=5))],
    'number': number.get(timeout=5),
    'asText': number.get(as_string=True, timeout=5),
    'target': target.get(timeout=5),
}))
epics.ca.finalize_libca()
`;

describe('epics: the test server against the client library of EPICS base', () => {
  it('is understood by libca', async () => {
    const server = new ChannelAccessServer();
    server.add('T:TEXT', 'STRING', ['INIT']);
    server.add('T:NUMBER', 'LONG', [1280]);
    server.add('T:TARGET', 'DOUBLE', [0], { isWritable: true });
    server.add(
      'T:WAVE',
      'SHORT',
      Int16Array.from({ length: 100_000 }, (_, index) => index % 100),
    );
    const port = await server.start();
    try {
      const env = {
        ...process.env,
        EPICS_CA_ADDR_LIST: `127.0.0.1:${port}`,
        EPICS_CA_AUTO_ADDR_LIST: 'NO',
        EPICS_CA_MAX_ARRAY_BYTES: '10000000',
      };
      const { stdout } = await run('/usr/bin/python3', ['-c', SCRIPT], { env, timeout: 200_000 });
      expect(JSON.parse(stdout.trim().split('\n').pop() as string)).to.deep.equal({
        text: 'INIT',
        wave: [4_950_000, 100_000],
        number: 1280,
        asText: '1280',
        target: 2.5,
      });
      expect(server.valueOf('T:TARGET')).to.deep.include({ data: new Float64Array([2.5]) });
    } finally {
      await server.stop();
    }
  });
});
