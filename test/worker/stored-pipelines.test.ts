import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { startTestServer, type TestServer } from './support.js';

const PROCESSING = { camera_name: 'cam1', image_threshold: 5 };

describe('stored pipelines of a server', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());

  it('are files with the given keys and their literals, and the name', async () => {
    await server.call('POST', '/p/config', PROCESSING);
    const text = readFileSync(join(server.folder, 'pipelines/p.json'), 'utf8');
    expect(JSON.parse(text)).to.deep.equal({ ...PROCESSING, name: 'p' });
  });

  it('can be looked at although a value would be refused today', async () => {
    writeFileSync(join(server.folder, 'pipelines/old.json'), '{"camera_name": "c", "image_scale": "2"}');
    expect((await server.call('GET', '/old/config')).config).to.include({ image_scale: '2' });
    expect((await server.call('GET', '/instance/old')).status).to.match(/^Invalid value of 'image_scale'/);
  });
});
