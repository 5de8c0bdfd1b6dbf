import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { startCameraProxy } from '../../../src/proxy/proxy-server.js';
import { guardedApi } from '../../../src/proxy/v2/guarded.js';
import { call, startTestPlant } from './support.js';

describe('a proxy', () => {
  it('keeps an audit log of its own', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'camserver-proxy-'));
    const plant = await startTestPlant();
    const proxy = await startCameraProxy({
      port: 0,
      interface: '127.0.0.1',
      hostname: '127.0.0.1',
      configFolder: folder,
      servers: plant.cameras.url,
      updateTimeout: 2000,
      clientTimeout: 100_000,
      pollInterval: 500,
      logLevel: 'CRITICAL',
      onReset: () => {},
      guard: (logging) =>
        guardedApi(
          'cameras',
          { stateFolder: join(folder, 'state'), securityFile: null, serviceToken: null },
          logging,
        ),
    });
    try {
      await call('DELETE', `${proxy.url}/api/v1/cam/still`);
      const { body } = await call('GET', `${proxy.url}/api/v2/audit`);
      expect(body.records[0]).to.include({
        action: 'instance.stop',
        target: 'still',
        cluster: 'cameras',
        result: 'ok',
      });
      expect((await call('GET', `${proxy.url}/api/v2/me`)).body.role).to.equal('admin');
    } finally {
      await proxy.close();
      await plant.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
