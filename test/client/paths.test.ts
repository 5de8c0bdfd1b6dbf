/** Which requests the clients send, compared with the paths of the contract. */
import { expect } from 'chai';
import { CamClient, ProxyClient } from '../../src/client/index.js';
import { formatImageObject } from '../../src/common/image-object.js';
import { arrayValue } from '../../src/common/values.js';
import { type BodyDefinition, defineRoute, type Method, type Route } from '../../src/http/route.js';
import { closeServers, serve } from '../http/support.js';

const image = arrayValue(Uint8Array.of(1, 2), [1, 2]);

/** Everything that any answer of these routes has. */
const members = {
  cameras: ['CAM'],
  aliases: { a: 'CAM' },
  groups: { G: ['CAM'] },
  stream: 'tcp://h:1',
  online: false,
  geometry: [2, null],
  image: formatImageObject(image),
  version: '1',
  servers: { 'http://w': null },
  info: { is: 'info' },
  ret: 3,
  config: { is: 'config' },
  permanent_instances: { a: 'b' },
  logs: [['t', 'l', 'INFO', 'm']],
  config_names: ['c'],
  diag: null,
};

async function recorder(): Promise<{ url: string; requests: string[] }> {
  const requests: string[] = [];
  const route = (method: Method, body?: BodyDefinition): Route =>
    defineRoute({
      method,
      path: '/api/v1/{path*}',
      summary: 'any',
      query: {},
      body,
      handler: (request) => {
        const query = new URLSearchParams(Object.entries(request.query) as [string, string][]).toString();
        const sent = request.body === null ? '' : ` ${JSON.stringify(request.body)}`;
        requests.push(`${method} ${request.parameters.path}${query && `?${query}`}${sent}`);
        return { status: 'Camera with prefix X is offline', ...members };
      },
    });
  const json = { kind: 'object', what: 'body' } as const;
  const { url } = await serve([route('GET'), route('DELETE'), route('POST', json)]);
  return { url, requests };
}

describe('client/paths', () => {
  afterEach(closeServers);

  it('of CamClient', async () => {
    const { url, requests } = await recorder();
    const client = new CamClient(url);
    expect(client.address).to.equal(url);
    expect(await client.cameras()).to.deep.equal(['CAM']);
    expect(await client.aliases()).to.deep.equal({ a: 'CAM' });
    expect(await client.stream('a b')).to.equal('tcp://h:1');
    expect(await client.isOnline('CAM')).to.equal(false);
    expect(await client.onlineStatus('CAM')).to.deep.equal({
      online: false,
      status: 'Camera with prefix X is offline',
    });
    expect(await client.geometry('CAM')).to.deep.equal([2, null]);
    expect(await client.image('CAM')).to.deep.equal(image);
    expect(await client.version()).to.equal('1');
    await client.picture('CAM', { raw: true, scale: 0.5, minimum: 0, maximum: 9, colormap: 'jet' });
    expect(requests).to.deep.equal([
      'GET cam',
      'GET cam/aliases',
      'GET cam/a b',
      'GET cam/CAM/is_online',
      'GET cam/CAM/is_online',
      'GET cam/CAM/geometry',
      'GET cam/CAM/image_bytes',
      'GET cam/version',
      'GET cam/CAM/image?scale=0.5&min_value=0&max_value=9&colormap=jet&raw=',
    ]);
  });

  it('of ProxyClient', async () => {
    const { url, requests } = await recorder();
    const client = new ProxyClient(url);
    expect(await client.servers()).to.have.property('state', 'ok');
    expect(await client.status()).to.deep.equal({ 'http://w': null });
    expect(await client.info()).to.deep.equal({ is: 'info' });
    expect(await client.nestedInfo('servers/0/_split_ - ')).to.equal(3);
    expect(await client.config()).to.deep.equal({ is: 'config' });
    expect(await client.saveConfig({ 'http://w': {} })).to.deep.equal({ is: 'config' });
    expect(await client.permanentInstances()).to.deep.equal({ a: 'b' });
    expect(await client.savePermanentInstances({ a: 'b' })).to.deep.equal({ a: 'b' });
    await client.stopInstance('x');
    await client.deleteInstance('x');
    await client.stopServer(0);
    expect(await client.serverLogs('host8881')).to.have.length(1);
    expect(await client.instanceLogs(-1, 'x')).to.have.length(1);
    expect(await client.configNames()).to.deep.equal(['c']);
    await client.namedConfig('c');
    await client.saveNamedConfig('c', {});
    await client.deleteNamedConfig('c');
    expect(await client.diagnostics('camera:CAM')).to.equal(null);
    expect(requests.map((request) => request.replace(' proxy/', ' '))).to.deep.equal([
      'GET servers',
      'GET status',
      'GET info',
      'GET info/servers/0/_split_ - ',
      'GET config',
      'POST config {"http://w":{}}',
      'GET permanent',
      'POST permanent {"a":"b"}',
      'DELETE x',
      'DELETE x/del',
      'DELETE server/0',
      'GET server/logs/host8881',
      'GET server/instance/logs/-1/x',
      'GET config_names',
      'GET c/config',
      'POST c/config {}',
      'DELETE c/config',
      'GET diag/camera:CAM',
    ]);
  });
});
