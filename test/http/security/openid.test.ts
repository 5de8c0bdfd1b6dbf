import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createSocket } from 'node:net';
import { expect } from 'chai';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import supertest from 'supertest';
import type { JsonObject } from '../../../src/common/json.js';
import {
  defineRoute,
  jsonAnswer,
  parseSecurityRules,
  SecurityPolicy,
  sessionRoutes,
} from '../../../src/http/index.js';
import { closeServers, serve } from '../support.js';

const routes = (['GET', 'POST'] as const).map((method) =>
  defineRoute({
    method,
    path: '/api/v2/thing',
    summary: 'test',
    action: 'thing',
    handler: ({ identity: { user, role, method } }) => jsonAnswer({ user, role, method }),
  }),
);

/** A provider with a description and published keys, over HTTP. */
class Provider {
  keys: JsonObject[] = [];
  asked = 0;
  private server: Server | null = null;
  issuer = '';

  async start(port = 0): Promise<void> {
    this.server = createServer((request, response) => {
      this.asked += 1;
      const documents: Record<string, unknown> = {
        '/.well-known/openid-configuration': { issuer: this.issuer, jwks_uri: `${this.issuer}/keys` },
        '/keys': { keys: this.keys },
      };
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify(documents[request.url ?? ''] ?? {}));
    });
    await new Promise<void>((resolve) => this.server!.listen(port, '127.0.0.1', resolve));
    this.issuer = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): Promise<void> {
    this.server?.closeAllConnections();
    return new Promise((resolve) => (this.server === null ? resolve() : this.server.close(() => resolve())));
  }
}

describe('http/security/openid', () => {
  const provider = new Provider();
  let key: CryptoKey;
  let foreignKey: CryptoKey;

  before(async () => {
    await provider.start();
    const pair = await generateKeyPair('ES256');
    key = pair.privateKey;
    foreignKey = (await generateKeyPair('ES256')).privateKey;
    provider.keys = [{ ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'ES256' } as JsonObject];
  });
  after(() => provider.stop());
  afterEach(closeServers);

  const token = (claims: JWTPayload, { from = key, expires = '5 min' } = {}): Promise<string> =>
    new SignJWT({ preferred_username: 'ada', iss: provider.issuer, aud: 'camserver', ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setIssuedAt()
      .setExpirationTime(expires)
      .sign(from);

  async function start(more: JsonObject = {}, file: JsonObject = {}) {
    const openid = {
      issuer: provider.issuer,
      audience: 'camserver',
      roles_claim: 'realm_access.roles',
      roles: { controls: 'operator', gurus: 'admin' },
      ...more,
    };
    const rules = parseSecurityRules({ openid, ...file });
    const policy = new SecurityPolicy(() => rules);
    const { url } = await serve([...routes, ...sessionRoutes(policy, () => routes)], { access: policy });
    const ask = (method: 'get' | 'post', bearer: string) =>
      supertest(url)[method]('/api/v2/thing').set('Authorization', `Bearer ${bearer}`);
    return { ask };
  }

  it('takes user and role from the claims of a token that the provider has signed', async () => {
    const { ask } = await start();
    const roles = ['staff', 'gurus', 'controls'];
    const answer = await ask('post', await token({ realm_access: { roles } })).expect(200);
    expect(JSON.parse(answer.text)).to.deep.equal({ user: 'ada', role: 'admin', method: 'openid' });
    await ask('get', await token({})).expect(200, /"viewer"/);
    await ask('post', await token({ realm_access: { roles: ['staff'] } })).expect(403, /FORBIDDEN/);
  });

  it('takes the names of the claims from the rules, and groups as words of a text', async () => {
    const { ask } = await start({ user_claim: 'email', roles_claim: 'scope', default_role: 'none' });
    const claims = { email: 'ada@lab', scope: 'openid controls' };
    await ask('post', await token(claims)).expect(200, /"ada@lab", "role": "operator"/);
    await ask('get', await token({ email: 'ada@lab' })).expect(403);
    await ask('get', await token({ scope: 'controls' })).expect(401, /no claim email/);
  });

  const wrong: [string, () => Promise<string>, RegExp][] = [
    ['of another issuer', () => token({ iss: 'https://elsewhere' }), /\\"iss\\"/],
    ['for another audience', () => token({ aud: 'mail' }), /\\"aud\\"/],
    ['that has expired', () => token({}, { expires: '-5 min' }), /\\"exp\\"/],
    ['that somebody else has signed', () => token({}, { from: foreignKey }), /signature verification failed/],
    ['that is not signed', async () => `${btoa('{"alg":"none"}')}.e30.AA`.replaceAll('=', ''), /alg/],
    ['that is changed', async () => (await token({})).replace(/\.[^.]+\./, '.e30.'), /signature/],
    ['that is no token', async () => 'cs_unknown', /it is unknown/],
  ];
  for (const [title, make, reason] of wrong) {
    it(`refuses a token ${title}`, async () => {
      const { ask } = await start();
      const answer = await ask('get', await make()).expect(401);
      expect(answer.text).to.contain('WRONG_TOKEN').and.to.match(reason);
      expect(answer.headers['www-authenticate']).to.contain('invalid_token');
    });
  }

  it('slows down who tries many tokens', async () => {
    const { ask } = await start({}, { rate_limits: { logins_per_minute: 2 } });
    for (const status of [401, 401, 429]) await ask('get', await token({ aud: 'mail' })).expect(status);
    await ask('get', await token({})).expect(200);
  });

  it('asks the provider for its keys only when a token names one that is not known', async () => {
    const { ask } = await start();
    await ask('get', await token({})).expect(200);
    const before = provider.asked;
    await ask('get', await token({})).expect(200);
    expect(provider.asked).to.equal(before);
  });

  it('says that the provider cannot be asked; other tokens and clients are served', async () => {
    const socket = createSocket().listen(0, '127.0.0.1');
    await new Promise((resolve) => socket.once('listening', resolve));
    const issuer = `http://127.0.0.1:${(socket.address() as AddressInfo).port}`;
    await new Promise((resolve) => socket.close(resolve));
    const { ask } = await start({ issuer });
    const answer = await ask('get', await token({ iss: issuer })).expect(503);
    expect(answer.text).to.contain('PROVIDER_UNREACHABLE').and.to.contain(issuer);
    await ask('get', 'cs_unknown').expect(401);
  });

  const faults: [JsonObject, RegExp][] = [
    [{ issuer: 'http://login.example.org', audience: 'camserver' }, /is no https address/],
    [{ issuer: 'https://login.example.org' }, /openid\.audience: null is no text/],
    [{ issuer: 'https://a.b', audience: 'c', roles: { x: 'root' } }, /openid\.roles\.x: "root" is none of/],
  ];
  for (const [openid, text] of faults) {
    it(`refuses rules with a fault: ${text.source}`, () => {
      expect(() => parseSecurityRules({ openid })).to.throw(text);
    });
  }
});
