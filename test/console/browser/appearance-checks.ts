import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { keepPicture, openPage, PATIENCE } from './browser.js';
import { FITS, FOCUS_STEP, MISSED_CONTROLS, ROOM_FOR_ROWS, VIOLATIONS } from './page-scripts.js';
import { openScreen, stage } from './stage.js';

export function appearanceChecks(): void {
  it('30: has no accessibility violation, fits small screens, and is no page for old clients', async function () {
    this.timeout(10 * PATIENCE);
    const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    const screens = [
      ['overview', '/overview'],
      ['instance', '/i/pipelines/simulation_sp/view'],
      ['info', '/i/pipelines/simulation_sp/info'],
      ['inspect', '/i/pipelines/simulation_sp/inspect'],
      ['instance-config', '/i/pipelines/simulation_sp/config'],
      ['instance-logs', '/i/pipelines/simulation_sp/logs'],
      ['instance-metrics', '/i/pipelines/simulation_sp/metrics'],
      ['instance-history', '/i/pipelines/simulation_sp/history'],
      ['configurations', '/configs/pipelines'],
      ['editor', '/configs/pipelines/simulation_sp/edit'],
      ['configuration-history', '/configs/pipelines/simulation_sp/history'],
      ['launch', '/launch/pipelines'],
      ['placement', '/placement/pipelines'],
      ['backgrounds', '/backgrounds/simulation'],
      ['scripts', '/scripts'],
      ['libraries', '/libraries'],
      ['worker', `/servers/pipelines/${stage.plant.w1.replace(':', '_')}`],
      ['logs', '/logs'],
      ['audit', '/audit'],
      ['users', '/admin/users'],
      ['settings', '/settings'],
      ['help', '/help'],
    ] as const;
    const violations: string[] = [];
    for (const theme of ['dark', 'light'] as const) {
      const page = await openPage(stage.browser, stage.plant.url, 'ada', {
        width: 1280,
        height: 720,
        theme,
        calm: true,
      });
      for (const [name, path] of screens) {
        await openScreen(page, path);
        await page.locator('[data-state]').first().waitFor();
        await page.waitForTimeout(400);
        await keepPicture(page, `${name}-${theme}`);
        expect(await page.evaluate(FITS), `${name}: width`).to.equal(true);
        violations.push(...(await violationsOf(page, axe)).map((text) => `${name} ${theme}: ${text}`));
      }
      await page.context().close();
    }
    expect(violations).to.deep.equal([]);
    const info = await fetch(`${stage.plant.url}/api/v1/proxy/info`, { headers: { Accept: 'text/html' } });
    expect(info.headers.get('content-type')).to.equal('application/json');
  });

  it('30: has room for ten instances on a small screen, and is reached by Tab with a focus that shows', async () => {
    const page = await openPage(stage.browser, stage.plant.url, 'ada', { width: 1280, height: 720 });
    await openScreen(page, '/overview');
    await page.locator('[data-testid="overview-instances"] tbody tr').first().waitFor();
    expect(await page.evaluate(ROOM_FOR_ROWS)).to.be.at.least(10);
    const unseen: string[] = [];
    for (let step = 0; step < 200; step += 1) {
      await page.keyboard.press('Tab');
      const found = await page.evaluate<string | null>(FOCUS_STEP);
      if (found === null) break;
      if (found !== '') unseen.push(found);
    }
    expect(unseen).to.deep.equal([]);
    expect(await page.evaluate(MISSED_CONTROLS)).to.deep.equal([]);
    await page.context().close();
  });
}

async function violationsOf(page: Page, axe: string): Promise<string[]> {
  // the policy of the page forbids added scripts; evaluation by the debugger is not the page's
  await page.evaluate(axe);
  return page.evaluate(VIOLATIONS);
}
