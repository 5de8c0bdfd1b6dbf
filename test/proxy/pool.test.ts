import { CamClient } from '../../src/client/index.js';
import { Logging } from '../../src/common/logging.js';
import { Pool } from '../../src/proxy/pool.js';
import { parsePool } from '../../src/proxy/pool-configuration.js';

describe('proxy/pool', () => {
  it('stops waiting for its servers when it is closed before they were given up', async () => {
    const pool = new Pool({
      createClient: (address) => new CamClient(address),
      pollInterval: 60_000,
      infoTimeout: 1000,
      log: new Logging({ level: 'CRITICAL' }).logger('test'),
      emit: () => {},
    });
    // nobody answers there, which one look does not prove
    pool.configure(parsePool({ 'http://127.0.0.1:1': {} }));
    const settled = pool.settled();
    pool.close();
    await settled;
  });
});
