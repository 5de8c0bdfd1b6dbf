import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { formatJson, type JsonObject } from '../../../src/common/json.js';
import {
  type AuditEntry,
  defineRoute,
  hashPassword,
  hashToken,
  jsonAnswer,
  LastSeen,
  newToken,
  type Route,
  RulesFile,
  SecurityPolicy,
  sessionRoutes,
} from '../../../src/http/index.js';
import { Accounts } from '../../../src/proxy/v2/accounts/accounts.js';
import { accountRoutes } from '../../../src/proxy/v2/accounts/routes.js';
import { keepSeen } from '../../../src/proxy/v2/accounts/seen-file.js';
import { closeServers, serve } from '../../http/support.js';
import { call } from './support.js';

/** A server with the accounts of a security file. */
describe('/api/v2/accounts', () => {
  const adminToken = newToken();
  const wallToken = newToken();
  const admin = { Authorization: `Bearer ${adminToken}` };
  const chosen = 'a long pass phrase';
  let folder: string;
  let file: string;
  let hash: string;

  before(async () => {
    hash = await hashPassword(chosen);
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'camserver-accounts-'));
    file = join(folder, 'security.json');
  });
  afterEach(async () => {
    await closeServers();
    rmSync(folder, { recursive: true, force: true });
  });

  const thing: Route = defineRoute({
    ...{ method: 'GET', path: '/api/v2/thing', summary: 'test' },
    handler: ({ identity: { user, role } }) => jsonAnswer({ user, role }),
  });

  async function start(more: JsonObject = {}) {
    const document: JsonObject = {
      _comment: 'of the site',
      trusted_hops: ['127.0.0.1'],
      reverse_proxy: { user_header: 'X-User', default_role: 'viewer' },
      users: { vera: { role: 'viewer', password: hash }, ada: { role: 'admin', password: hash } },
      tokens: [
        { name: 'root', role: 'admin', sha256: hashToken(adminToken) },
        { name: 'wall', role: 'viewer', sha256: hashToken(wallToken) },
        { name: 'servers', service: true, sha256: hashToken(newToken()) },
      ],
      ...more,
    };
    writeFileSync(file, formatJson(document, 1), { mode: 0o644 });
    const rules = new RulesFile(file, () => {});
    const policy = new SecurityPolicy(() => rules.current());
    const accounts = new Accounts(rules, policy.seen);
    const entries: AuditEntry[] = [];
    const routes: Route[] = [thing, ...accountRoutes(accounts), ...sessionRoutes(policy, () => routes)];
    const { url } = await serve(routes, {
      access: policy,
      audit: { record: async (entry) => void entries.push(entry) },
    });
    const api = `${url}/api/v2`;
    const find = async (name: string) =>
      (await call('GET', `${api}/accounts`, undefined, admin)).body.accounts.find(
        (account: { name: string }) => account.name === name,
      );
    const seen = async (name: string) => ({ ...admin, 'If-Match': `"${(await find(name)).etag}"` });
    const logIn = (user: string, password: string) =>
      call('POST', `${api}/session`, { user, password }, { 'Content-Type': 'application/json' });
    return { api, entries, find, seen, logIn };
  }

  const stored = () => JSON.parse(readFileSync(file, 'utf8'));

  it('lists users, tokens, and who came through the proxy, without secrets, for admins only', async () => {
    const { api } = await start();
    await call('GET', `${api}/thing`, undefined, { 'X-User': 'paula' });
    await call('GET', `${api}/thing`, undefined, { Authorization: `Bearer ${wallToken}` });
    const { body, status } = await call('GET', `${api}/accounts`, undefined, admin);
    expect([status, body.fault]).to.deep.equal([200, null]);
    const shown = body.accounts.map(
      ({ name, kind, source, role, enabled, has_password, is_own }: Record<string, unknown>) => [
        ...[name, kind, source, role, enabled, has_password, is_own],
      ],
    );
    expect(shown).to.deep.equal([
      ['vera', 'user', 'file', 'viewer', true, true, false],
      ['ada', 'user', 'file', 'admin', true, true, false],
      ['root', 'token', 'token', 'admin', true, false, true],
      ['wall', 'token', 'token', 'viewer', true, false, false],
      ['servers', 'token', 'service', 'admin', true, false, false],
      ['paula', 'user', 'proxy', 'viewer', true, false, false],
    ]);
    const [vera, , , wall, , paula] = body.accounts;
    expect(vera.last_seen).to.equal(null);
    expect(Date.parse(wall.last_seen)).to.be.greaterThan(0);
    expect([wall.last_address, paula.etag]).to.deep.equal(['127.0.0.1', null]);
    const text = JSON.stringify(body);
    expect(text).not.to.include('scrypt').and.not.include(hashToken(wallToken));
    const refused = await call('GET', `${api}/accounts`, undefined, { Authorization: `Bearer ${wallToken}` });
    expect(refused.status).to.equal(403);
  });

  it('adds a user who can log in at once, and tells the password once; the file is for the owner only', async () => {
    const { api, entries, logIn } = await start();
    const order = { kind: 'user', name: 'otto', role: 'operator', elevate: 'admin' };
    const created = await call('POST', `${api}/accounts`, order, admin);
    expect(created.status).to.equal(201);
    expect(created.headers.get('cache-control')).to.equal('no-store');
    expect(created.body.account).to.include({
      name: 'otto',
      role: 'operator',
      elevate: 'admin',
      enabled: true,
    });
    expect(created.headers.get('etag')).to.equal(`"${created.body.account.etag}"`);
    expect((await logIn('otto', created.body.secret)).body).to.include({ user: 'otto', role: 'operator' });
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    expect(stored()).to.include({ _comment: 'of the site' });
    expect(JSON.stringify([stored(), entries])).not.to.include(created.body.secret);
    expect(entries[0]).to.include({
      ...{ action: 'account.create', target: 'otto', result: 'ok', actor: 'root' },
      details: 'user with the role operator',
    });
    expect((await call('POST', `${api}/accounts`, order, admin)).body.code).to.equal('ACCOUNT_EXISTS');
  });

  it('takes a chosen password, and one of nobody for who comes through the proxy', async () => {
    const { api, logIn } = await start();
    const add = (more: object) => call('POST', `${api}/accounts`, { kind: 'user', ...more }, admin);
    const short = await add({ name: 'otto', role: 'viewer', password: 'too short' });
    expect([short.status, short.body.detail]).to.deep.equal([
      400,
      'A password has 12 to 1024 characters; without one the server makes one.',
    ]);
    const created = await add({ name: 'otto', role: 'viewer', password: chosen });
    expect(created.body.secret).to.equal(null);
    expect((await logIn('otto', chosen)).status).to.equal(200);
    await add({ name: 'paula', role: 'operator', password: null });
    const thingOf = async (user: string) =>
      (await call('GET', `${api}/thing`, undefined, { 'X-User': user })).body;
    expect(await thingOf('paula')).to.deep.equal({ user: 'paula', role: 'operator' });
    // the name of somebody who logs in here gives nobody else that role
    expect(await thingOf('ada')).to.deep.equal({ user: 'ada', role: 'viewer' });
  });

  it('changes roles and switches accounts off, which ends their sessions', async () => {
    const { api, entries, seen, logIn } = await start();
    const session = await logIn('vera', chosen);
    const Cookie = session.headers.get('set-cookie')!.split(';')[0]!;
    const me = async () => (await call('GET', `${api}/me`, undefined, { Cookie })).body;
    const vera = `${api}/accounts/user/vera`;
    expect((await call('PUT', vera, { role: 'operator' }, await seen('vera'))).body.account.role).to.equal(
      'operator',
    );
    expect(await me()).to.include({ user: 'vera', role: 'operator' });
    const off = await call('PUT', vera, { enabled: false }, await seen('vera'));
    expect(off.body.account.enabled).to.equal(false);
    expect(await me()).to.include({ user: null, role: 'viewer' });
    const late = await logIn('vera', chosen);
    expect([late.status, late.body.code]).to.deep.equal([403, 'ACCOUNT_DISABLED']);
    const named = await call('GET', `${api}/thing`, undefined, { 'X-User': 'vera' });
    expect([named.status, named.body.detail]).to.deep.equal([403, "The account 'vera' is switched off."]);
    await call('PUT', vera, { enabled: true }, await seen('vera'));
    expect((await logIn('vera', chosen)).status).to.equal(200);
    expect(stored().users.vera).to.deep.equal({ role: 'operator', password: hash });
    const said = entries.filter(({ action }) => action === 'account.change').map(({ details }) => details);
    expect(said).to.deep.equal(['role viewer to operator', 'switched off', 'switched on']);
  });

  it('ends the sessions of a password that was replaced', async () => {
    const { api, seen, logIn } = await start();
    const session = await logIn('vera', chosen);
    const Cookie = session.headers.get('set-cookie')!.split(';')[0]!;
    const reset = await call('POST', `${api}/accounts/user/vera/secret`, {}, await seen('vera'));
    expect(reset.body.account).to.include({ name: 'vera', has_password: true });
    expect((await call('GET', `${api}/me`, undefined, { Cookie })).body.user).to.equal(null);
    expect((await logIn('vera', chosen)).status).to.equal(401);
    expect((await logIn('vera', reset.body.secret)).status).to.equal(200);
  });

  it('makes, replaces, switches off and removes tokens', async () => {
    const { api, seen } = await start();
    const order = { kind: 'token', name: 'backup', role: 'operator' };
    const { secret: first } = (await call('POST', `${api}/accounts`, order, admin)).body;
    const use = async (token: string) => {
      const { status, body } = await call('GET', `${api}/thing`, undefined, {
        Authorization: `Bearer ${token}`,
      });
      return status === 200 ? body.role : body.code;
    };
    expect(await use(first)).to.equal('operator');
    const backup = `${api}/accounts/token/backup`;
    const { secret: second } = (await call('POST', `${backup}/secret`, {}, await seen('backup'))).body;
    expect([await use(first), await use(second)]).to.deep.equal(['WRONG_TOKEN', 'operator']);
    await call('PUT', backup, { enabled: false }, await seen('backup'));
    expect(await use(second)).to.equal('WRONG_TOKEN');
    await call('PUT', backup, { enabled: true }, await seen('backup'));
    expect(await use(second)).to.equal('operator');
    expect((await call('DELETE', backup, undefined, await seen('backup'))).body).to.deep.equal({
      deleted: 'backup',
    });
    expect(await use(second)).to.equal('WRONG_TOKEN');
    expect(stored().tokens.map(({ name }: { name: string }) => name)).to.deep.equal([
      'root',
      'wall',
      'servers',
    ]);
  });

  it('refuses what was changed meanwhile, has a fault, or would lock the asking admin out', async () => {
    const twice = ['a', 'b'].map((digit) => ({ name: 'twin', role: 'viewer', sha256: digit.repeat(64) }));
    const root = { name: 'root', role: 'admin', sha256: hashToken(adminToken) };
    const { api, seen } = await start({ tokens: [root, ...twice] });
    const before = stored();
    const vera = `${api}/accounts/user/vera`;
    const old = { ...admin, 'If-Match': '"5c1f0a"' };
    expect((await call('PUT', vera, { role: 'admin' }, old)).status).to.equal(412);
    expect((await call('PUT', vera, { role: 'admin' }, admin)).status).to.equal(428);
    const king = await call('PUT', vera, { role: 'king' }, await seen('vera'));
    expect([king.status, king.body.detail]).to.deep.equal([
      422,
      'Security rules, users.vera.role: "king" is none of none, viewer, operator, admin.',
    ]);
    expect((await call('PUT', vera, { enabled: 'no' }, await seen('vera'))).status).to.equal(400);
    const codes = [];
    for (const [method, path, body] of [
      ['PUT', 'token/root', { role: 'viewer' }],
      ['PUT', 'token/root', { enabled: false }],
      ['DELETE', 'token/root', undefined],
      ['DELETE', 'token/twin', undefined],
      ['DELETE', 'user/nobody', undefined],
      ['DELETE', 'user/__proto__', undefined],
      ['DELETE', 'group/root', undefined],
    ] as const) {
      codes.push((await call(method, `${api}/accounts/${path}`, body, await seen('root'))).body.code);
    }
    const missing = ['ACCOUNT_NOT_FOUND', 'ACCOUNT_NOT_FOUND', 'INVALID_BODY'];
    expect(codes).to.deep.equal(['OWN_ACCOUNT', 'OWN_ACCOUNT', 'OWN_ACCOUNT', 'AMBIGUOUS_NAME', ...missing]);
    expect(stored()).to.deep.equal(before);
  });

  it('knows after a restart who was here last', async () => {
    const path = join(folder, 'seen.json');
    const warnings: string[] = [];
    const first = new LastSeen();
    const end = await keepSeen(path, first, (text) => warnings.push(text));
    const seen = { kind: 'user', name: 'vera', role: 'viewer', address: '10.1.2.3', time: 1e12 } as const;
    first.note(seen);
    await end();
    expect(statSync(path).mode & 0o777).to.equal(0o600);
    const second = new LastSeen();
    await (await keepSeen(path, second, (text) => warnings.push(text)))();
    expect(second.of('user', 'vera')).to.deep.equal(seen);
    expect(warnings).to.deep.equal([]);
    writeFileSync(path, '[{"name": 1}, nonsense');
    await (await keepSeen(path, new LastSeen(), (text) => warnings.push(text)))();
    expect(warnings[0]).to.contain('Who was here last is not known').and.to.contain(path);
  });

  it('says that there are none without a security file', async () => {
    const { url } = await serve([...accountRoutes(null)]);
    const { body } = await call('GET', `${url}/api/v2/accounts`);
    expect(body.accounts).to.deep.equal([]);
    expect(body.fault).to.contain('no security file');
    const order = { kind: 'token', name: 'a', role: 'viewer' };
    const refused = await call('POST', `${url}/api/v2/accounts`, order);
    expect([refused.status, refused.body.code]).to.deep.equal([409, 'NO_SECURITY_FILE']);
  });
});
