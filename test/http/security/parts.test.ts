import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { hashPassword, isPassword, parseHash } from '../../../src/http/security/password.js';
import { RateLimit } from '../../../src/http/security/rate-limit.js';
import { RulesFile } from '../../../src/http/security/rules-file.js';
import { Sessions } from '../../../src/http/security/sessions.js';

describe('http/security/password', () => {
  it('recognises a password and no other, whatever way its letters are composed', async () => {
    const hash = await hashPassword('Zürich 1');
    expect(hash)
      .to.match(/^scrypt\$32768\$8\$3\$/)
      .and.not.include('rich');
    expect(await isPassword('Zu\u0308rich 1', hash)).to.equal(true);
    expect(await isPassword('Zurich 1', hash)).to.equal(false);
    expect(await hashPassword('Zürich 1')).to.not.equal(hash);
  });

  it('takes no hash that is none, or that would cost too much', () => {
    for (const text of ['', 'secret', `scrypt$${2 ** 22}$8$3$${'A'.repeat(22)}$${'A'.repeat(43)}`]) {
      expect(parseHash(text)).to.equal(null);
    }
  });
});

describe('http/security/rate limit', () => {
  it('gives a burst, then a rate, per key', () => {
    const limit = new RateLimit(2, 3);
    const at = (milliseconds: number, key = 'a'): number => limit.take(key, milliseconds);
    expect([at(0), at(0), at(0), at(0)]).to.deep.equal([0, 0, 0, 0.5]);
    expect(at(0, 'b')).to.equal(0);
    expect([at(500), at(500)]).to.deep.equal([0, 0.5]);
    expect([at(60_000), at(60_000), at(60_000), at(60_000)]).to.deep.equal([0, 0, 0, 0.5]);
  });
});

describe('http/security/sessions', () => {
  it('end when unused, at the end of their life, and when closed', () => {
    const sessions = new Sessions();
    const { id } = sessions.open('otto', 'hash', 1000, 0);
    expect(sessions.use(id, 300, 200)?.user).to.equal('otto');
    expect(sessions.use(id, 300, 450)?.user).to.equal('otto');
    expect(sessions.use(id, 300, 800)).to.equal(null);
    const long = sessions.open('otto', 'hash', 1000, 0);
    expect(sessions.use(long.id, 5000, 1001)).to.equal(null);
    const closed = sessions.open('otto', 'hash', 1000, 0);
    sessions.close(closed.id);
    expect(sessions.use(closed.id, 300, 1)).to.equal(null);
    expect(sessions.use('unknown', 300, 1)).to.equal(null);
  });

  it('are bounded in number', () => {
    const sessions = new Sessions();
    const { id } = sessions.open('first', 'hash', 1e6, 0);
    for (let index = 0; index < 1000; index += 1) sessions.open('more', 'hash', 1e6, 0);
    expect(sessions.use(id, 1e6, 1)).to.equal(null);
  });
});

describe('http/security/rules file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'camserver-security-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is read again when it changes, and keeps the last good rules', async () => {
    const path = join(folder, 'security.json');
    const warnings: string[] = [];
    writeFileSync(path, '{"anonymous": "viewer"}', { mode: 0o600 });
    const file = new RulesFile(path, (text) => warnings.push(text));
    const rules = () => file.current();
    expect(rules().anonymous).to.equal('viewer');
    const changed = async (text: string, holds: () => boolean): Promise<void> => {
      writeFileSync(path, text);
      while (!holds()) {
        rules();
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    await changed('{"anonymous": "operator"}', () => rules().anonymous === 'operator');
    await changed('{"anonymous": "roots"}', () =>
      warnings.some((text) => text.includes('stay as they were')),
    );
    expect(rules().anonymous).to.equal('operator');
  });

  it('must be there, be sound, and warns when others can read it', () => {
    expect(() => new RulesFile(join(folder, 'none.json'), () => {})).to.throw(/cannot be read/);
    const path = join(folder, 'open.json');
    writeFileSync(path, '{', { mode: 0o644 });
    expect(() => new RulesFile(path, () => {})).to.throw(/open\.json/);
    writeFileSync(path, '{}');
    const warnings: string[] = [];
    new RulesFile(path, (text) => warnings.push(text));
    expect(warnings[0]).to.match(/chmod 600/);
  });
});
