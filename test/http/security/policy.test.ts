import { expect } from 'chai';
import supertest from 'supertest';
import type { JsonObject, JsonValue } from '../../../src/common/json.js';
import {
  type AuditEntry,
  defineRoute,
  hashPassword,
  hashToken,
  jsonAnswer,
  newToken,
  parseSecurityRules,
  type Role,
  type Route,
  SecurityPolicy,
  sessionRoutes,
} from '../../../src/http/index.js';
import { closeServers, serve } from '../support.js';

const [viewToken, adminToken, serviceToken] = [newToken(), newToken(), newToken()];
const password = 'a long pass phrase, ä';

const route = (method: 'GET' | 'POST' | 'DELETE', path: string, role?: Role): Route =>
  defineRoute({
    method,
    path,
    summary: 'test',
    action: `${method.toLowerCase()}.${path}`,
    ...(role === undefined ? {} : { role }),
    handler: ({ identity: { user, role, method, address } }) => jsonAnswer({ user, role, method, address }),
  });

const routes: Route[] = [
  route('GET', '/api/v2/thing'),
  route('POST', '/api/v2/thing'),
  route('DELETE', '/api/v2/thing', 'admin'),
  route('GET', '/api/v1/thing'),
  route('POST', '/api/v1/thing'),
  // one action, of admins on one of two routes
  { ...route('POST', '/api/v1/both'), action: 'both' },
  { ...route('POST', '/api/v2/both', 'admin'), action: 'both' },
];

describe('http/security', () => {
  let hash: string;
  before(async () => {
    hash = await hashPassword(password);
  });
  afterEach(closeServers);

  async function start(more: JsonObject = {}) {
    const document: JsonObject = {
      users: {
        vera: { role: 'viewer', password: hash },
        otto: { role: 'operator', password: hash },
        paula: { role: 'operator' },
      },
      tokens: [
        { name: 'wall', role: 'viewer', sha256: hashToken(viewToken) },
        { name: 'backup', role: 'admin', sha256: hashToken(adminToken) },
        { name: 'manager', service: true, role: 'operator', sha256: hashToken(serviceToken) },
      ],
      ...more,
    };
    const rules = parseSecurityRules(document);
    const policy = new SecurityPolicy(() => rules);
    const entries: AuditEntry[] = [];
    const server = await serve([...routes, ...sessionRoutes(policy, () => routes)], {
      access: policy,
      audit: { record: async (entry) => void entries.push(entry) },
    });
    return { api: supertest(server.url), entries, host: new URL(server.url).host };
  }

  it('lets anonymous clients look but not change, and audits the attempt', async () => {
    const { api, entries } = await start();
    await api.get('/api/v2/thing').expect(200, /"anonymous"/);
    const refused = await api.post('/api/v2/thing').expect(401);
    expect(JSON.parse(refused.text)).to.include({ code: 'LOGIN_NEEDED', required_role: 'operator' });
    expect(refused.headers['www-authenticate']).to.match(/^Bearer/);
    expect(entries[0]).to.include({ result: 'refused', status: 401, actor: null });
  });

  it('knows the owner of a token and what they may do', async () => {
    const { api } = await start();
    const as = (token: string) => ({ Authorization: `Bearer ${token}` });
    await api
      .get('/api/v2/thing')
      .set(as(viewToken))
      .expect(200, /"wall"/);
    const refused = await api.post('/api/v2/thing').set(as(viewToken)).expect(403);
    expect(JSON.parse(refused.text).detail).to.equal(
      "'wall' has the role viewer; this needs the role operator.",
    );
    await api.delete('/api/v2/thing').set(as(adminToken)).expect(200);
    await api
      .get('/api/v2/thing')
      .set(as('cs_wrong'))
      .expect(401, /WRONG_TOKEN/);
  });

  it('believes another server about its users, up to its own role', async () => {
    const { api } = await start();
    const headers = {
      Authorization: `Bearer ${serviceToken}`,
      'X-CamServer-User': 'j%C3%BCrg',
      'X-CamServer-Role': 'admin',
    };
    const answer = await api.post('/api/v2/thing').set(headers).expect(200);
    expect(JSON.parse(answer.text)).to.include({ user: 'jürg', role: 'operator', method: 'service' });
    const liar = { ...headers, Authorization: `Bearer ${viewToken}` };
    await api.post('/api/v2/thing').set(liar).expect(403);
  });

  it('opens sessions for browsers, which need a token against forgery to change something', async () => {
    const { api, host, entries } = await start();
    const opened = await api.post('/api/v2/session').send({ user: 'otto', password }).expect(200);
    const cookie = opened.headers['set-cookie']![0]!;
    expect(cookie).to.include('HttpOnly').and.include('SameSite=Strict').and.not.include('otto');
    const Cookie = cookie.split(';')[0]!;
    const me = JSON.parse((await api.get('/api/v2/me').set({ Cookie })).text);
    expect(me).to.include({ user: 'otto', role: 'operator', method: 'session' });
    expect(me.permissions).to.include('post./api/v2/thing').and.not.include('delete./api/v2/thing');
    expect(me.permissions).not.to.include('both');
    const as = { Authorization: `Bearer ${adminToken}` };
    expect(JSON.parse((await api.get('/api/v2/me').set(as)).text).permissions).to.include('both');
    await api
      .post('/api/v2/thing')
      .set({ Cookie })
      .expect(403, /CSRF_TOKEN/);
    const headers = { Cookie, 'X-CSRF-Token': me.csrf_token };
    await api.post('/api/v2/thing').set(headers).expect(200);
    await api.post('/api/v2/thing').set(headers).set('Origin', `http://${host}`).expect(200);
    await api
      .post('/api/v2/thing')
      .set(headers)
      .set('Origin', 'http://evil')
      .expect(403, /FOREIGN_ORIGIN/);
    await api
      .delete('/api/v2/thing')
      .set(headers)
      .expect(403, /FORBIDDEN/);
    await api.delete('/api/v2/session').set(headers).expect(200);
    await api.post('/api/v2/thing').set(headers).expect(401);
    expect(entries[0]).to.include({ action: 'session.open', target: 'otto', result: 'ok' });
    expect(JSON.stringify(entries)).to.not.include(password).and.not.include(Cookie.split('=')[1]);
  });

  it('gives a larger role for a while, with the password once more', async () => {
    const users = {
      otto: { role: 'operator', elevate: 'admin', password: hash },
      vera: { role: 'viewer', password: hash },
    };
    const { api, entries } = await start({ users, session: { elevation_minutes: 0.005 } });
    const logIn = async (user: string) => {
      const opened = await api.post('/api/v2/session').send({ user, password });
      const me = JSON.parse(opened.text);
      return { me, headers: { Cookie: opened.headers['set-cookie']![0]!, 'X-CSRF-Token': me.csrf_token } };
    };
    const elevate = (headers: Record<string, string>, text = password) =>
      api.post('/api/v2/session/elevation').set(headers).send({ password: text });
    const { me, headers } = await logIn('otto');
    expect([me.role, me.elevation]).to.deep.equal(['operator', { role: 'admin', until: null }]);
    await elevate(headers, 'guess').expect(401, /WRONG_PASSWORD/);
    await elevate({ Cookie: headers.Cookie }).expect(403, /CSRF_TOKEN/);
    const elevated = JSON.parse((await elevate(headers).expect(200)).text);
    expect(elevated).to.include({ user: 'otto', role: 'admin' });
    expect(elevated.permissions).to.include('delete./api/v2/thing');
    expect(Date.parse(elevated.elevation.until)).to.be.lessThan(Date.parse(elevated.expires));
    const roleNow = async () => JSON.parse((await api.get('/api/v2/me').set(headers)).text).role;
    while ((await roleNow()) !== 'operator');
    await api.delete('/api/v2/thing').set(headers).expect(403);
    expect(entries.find(({ result, action }) => result === 'ok' && action === 'session.elevate')).to.include({
      actor: 'otto',
      details: 'operator to admin',
    });
    const other = await logIn('vera');
    expect(other.me.elevation).to.deep.equal({ role: null, until: null });
    await elevate(other.headers).expect(403, /NO_ELEVATION/);
    await api
      .post('/api/v2/session/elevation')
      .send({ password })
      .expect(403, /NO_ELEVATION/);
  });

  it('takes a larger role back when asked to', async () => {
    const users = { otto: { role: 'operator', elevate: 'admin', password: hash } };
    const { api } = await start({ users });
    const opened = await api.post('/api/v2/session').send({ user: 'otto', password });
    const me = JSON.parse(opened.text);
    const headers = { Cookie: opened.headers['set-cookie']![0]!, 'X-CSRF-Token': me.csrf_token };
    await api.post('/api/v2/session/elevation').set(headers).send({ password }).expect(200);
    await api.delete('/api/v2/thing').set(headers).expect(200);
    await api
      .delete('/api/v2/session/elevation')
      .set(headers)
      .expect(200, /"role": "operator"/);
    await api.delete('/api/v2/thing').set(headers).expect(403);
  });

  it('tells nothing about which users there are, and slows guessing', async () => {
    const { api } = await start({ rate_limits: { logins_per_minute: 4 } });
    const logIn = (user: string) => api.post('/api/v2/session').send({ user, password: 'guess' });
    const [known, unknown, proxied] = [await logIn('otto'), await logIn('nobody'), await logIn('paula')];
    for (const answer of [known, unknown, proxied]) {
      expect(answer.status).to.equal(401);
      expect(JSON.parse(answer.text).detail).to.equal(JSON.parse(known.text).detail);
    }
    await logIn('otto').expect(401);
    const late = await logIn('otto').expect(429);
    expect(Number(late.headers['retry-after'])).to.be.greaterThan(0);
  });

  it('takes users from the header of a trusted proxy only', async () => {
    const proxy = {
      reverse_proxy: {
        user_header: 'X-Forwarded-User',
        groups_header: 'X-Forwarded-Groups',
        groups: { ops: 'operator', gurus: 'admin' },
      },
    };
    const headers = {
      'X-Forwarded-User': 'ada',
      'X-Forwarded-Groups': 'staff, gurus,ops',
      'X-Forwarded-For': '1.2.3.4, 10.9.8.7',
    };
    const trusting = await start({ ...proxy, trusted_hops: ['127.0.0.0/8'] });
    const answer = await trusting.api.delete('/api/v2/thing').set(headers).expect(200);
    expect(JSON.parse(answer.text)).to.deep.equal({
      user: 'ada',
      role: 'admin',
      method: 'proxy',
      address: '10.9.8.7',
    });
    const strict = await start({ ...proxy, trusted_hops: ['10.0.0.0/8'] });
    const refused = await strict.api.get('/api/v2/thing').set(headers).expect(200);
    expect(JSON.parse(refused.text)).to.include({ user: null, address: '127.0.0.1' });
  });

  const legacy: [string, JsonObject, number, number][] = [
    ['open', { policy: 'open' }, 200, 200],
    ['open with a smaller role', { policy: 'open', role: 'viewer' }, 200, 401],
    ['networks, inside', { policy: 'networks', networks: ['127.0.0.0/8'] }, 200, 200],
    ['networks, outside', { policy: 'networks', networks: ['10.0.0.0/8'] }, 200, 401],
    ['token', { policy: 'token', otherwise: 'none' }, 401, 401],
  ];
  for (const [title, rule, get, post] of legacy) {
    it(`keeps version 1 ${title}`, async () => {
      const { api } = await start({ legacy: rule });
      await api.get('/api/v1/thing').expect(get);
      await api.post('/api/v1/thing').expect(post);
      await api.post('/api/v1/thing').set('Authorization', `Bearer ${adminToken}`).expect(200);
      await api.get('/health/live').expect(200);
      await api.get('/api/v2/me').expect(200);
    });
  }

  it('lets operators do what the site allows them beyond', async () => {
    const { api } = await start({ operator_actions: ['delete./api/v2/thing'] });
    const Authorization = `Bearer ${serviceToken}`;
    await api.delete('/api/v2/thing').set({ Authorization }).expect(200);
  });

  it('limits requests per address', async () => {
    const { api } = await start({ rate_limits: { requests_per_second: 0.25 } });
    await api.get('/api/v2/thing').expect(200);
    await api.get('/api/v2/thing').expect(429);
  });

  const faults: [JsonValue, RegExp][] = [
    [[], /the security file: an object is expected/],
    [{ user: {} }, /there is no key 'user', there are legacy/],
    [{ users: { a: { role: 'root' } } }, /users\.a\.role: "root" is none of/],
    [{ users: { a: { role: 'viewer', password: 'secret' } } }, /users\.a: password is not a hash/],
    [{ users: { a: { role: 'viewer', elevate: 'admin' } } }, /users\.a: elevate needs a password/],
    [{ tokens: [{ name: 'a', role: 'viewer', sha256: 'ab' }] }, /tokens\[0\]: sha256/],
    [{ tokens: [{ name: 'a', sha256: 'a'.repeat(64) }] }, /tokens\[0\]: role is missing/],
    [{ trusted_hops: ['10.0.0.0/40'] }, /trusted_hops: '10\.0\.0\.0\/40' is no address/],
    [{ legacy: { policy: 'closed' } }, /legacy\.policy: "closed" is none of open, networks, token/],
    [{ session: { idle_minutes: 0 } }, /session\.idle_minutes: 0 is no number above zero/],
    [{ reverse_proxy: {} }, /reverse_proxy: user_header is missing/],
  ];
  for (const [document, text] of faults) {
    it(`refuses rules with a fault: ${text.source}`, () => {
      expect(() => parseSecurityRules(document)).to.throw(text);
    });
  }
});
