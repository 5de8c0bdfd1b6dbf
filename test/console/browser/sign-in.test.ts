/** Signing in, and working with a larger role for a while, in a headless browser against a real server. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator } from 'playwright-core';
import { hashPassword } from '../../../src/http/security/password.js';
import { TestProcess } from '../../proxy/process-rig.js';
import { freePortRange } from '../../support/ports.js';
import { openBrowser, openPage, PATIENCE, testId } from './browser.js';
import { PASSWORD } from './plant.js';

describe('signing in to the console', function () {
  this.timeout(2 * PATIENCE);
  this.slow(20_000);
  const folder = mkdtempSync(join(tmpdir(), 'camserver-console-'));
  let server: TestProcess;
  let browser: Browser;

  before(async () => {
    const { from } = await freePortRange(8);
    for (const name of ['cameras', 'backgrounds', 'scripts']) mkdirSync(join(folder, name));
    const security = join(folder, 'security.json');
    const users = { otto: { role: 'operator', elevate: 'admin', password: await hashPassword(PASSWORD) } };
    writeFileSync(security, JSON.stringify({ users }), { mode: 0o600 });
    server = new TestProcess(`http://127.0.0.1:${from}`, folder, [
      'camera-server',
      ...['--port', String(from), '--interface', '127.0.0.1', '--hostname', '127.0.0.1'],
      ...['--port_range', `${from + 1}:${from + 8}`, '--spares', '0', '--log_level', 'ERROR'],
      ...['--base', join(folder, 'cameras'), '--background_base', join(folder, 'backgrounds')],
      ...['--scripts_base', join(folder, 'scripts'), '--state', join(folder, 'state')],
      ...['--security', security],
    ]);
    server.start();
    await server.answering();
    browser = await openBrowser();
  });

  after(async () => {
    await browser?.close();
    await server?.kill('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  });

  it('shows a larger role while it lasts, and gives it back', async () => {
    const page = await openPage(browser, server.url, null);
    const at = (id: string): Locator => testId(page, id);
    const user = at('app-user');
    await page.goto('/ui/');
    await at('app-sign-in').click();
    await at('sign-in-user').fill('otto');
    await at('sign-in-password').fill('wrong');
    await at('sign-in-submit').click();
    await page.locator('[role=alert]', { hasText: 'the password is wrong' }).waitFor();
    await at('sign-in-password').fill(PASSWORD);
    await at('sign-in-submit').click();
    await user.filter({ hasText: 'otto · operator' }).click();

    await at('app-elevate').click();
    await at('elevate-password').fill(PASSWORD);
    await at('elevate-submit').click();
    await at('app-elevated')
      .filter({ hasText: /admin for 14 min/ })
      .waitFor();
    await user.filter({ hasText: 'otto · admin' }).waitFor();

    await at('app-elevated-end').click();
    await at('app-elevated').waitFor({ state: 'detached' });
    await user.filter({ hasText: 'otto · operator' }).click();
    await at('app-elevate').waitFor();
  });
});
