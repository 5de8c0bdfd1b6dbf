import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { keepPicture, openPage, PATIENCE, until } from './browser.js';
import {
  FITS,
  FOCUS_STEP,
  MISSED_CONTROLS,
  MOVING,
  ROOM_FOR_ROWS,
  STATE_MARKS,
  VIOLATIONS,
} from './page-scripts.js';
import { openScreen, stage } from './stage.js';

/** The main screens, by the names of their pictures. */
function mainScreens(): [name: string, path: string][] {
  return [
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
    ['buffers', '/buffers/reconnect'],
    ['buffer-sources', '/buffers/sources'],
    ['worker', `/servers/pipelines/${stage.plant.w1.replace(':', '_')}`],
    ['logs', '/logs'],
    ['audit', '/audit'],
    ['map', '/map'],
    ['wall', '/wall'],
    ['users', '/admin/users'],
    ['settings', '/settings'],
    ['help', '/help'],
  ];
}

export function appearanceChecks(): void {
  for (const theme of ['dark', 'light'] as const) {
    it(`30: is accessible, fits small screens and rests when asked to, in the ${theme} theme`, async function () {
      this.timeout(10 * PATIENCE);
      const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
      const { browser, plant } = stage;
      const page = await openPage(browser, plant.url, 'ada', {
        width: 1280,
        height: 720,
        theme,
        calm: true,
      });
      const faults: string[] = [];
      for (const [name, path] of mainScreens()) {
        const found = await lastingFaults(page, path, async () => {
          await keepPicture(page, `${name}-${theme}`);
          const width = (await page.evaluate<boolean>(FITS)) ? [] : ['wider than the screen'];
          const moving = await page.evaluate<string[]>(MOVING);
          return [...width, ...moving, ...(await violationsOf(page, axe))];
        });
        faults.push(...found.map((text) => `${name}: ${text}`));
      }
      await page.context().close();
      expect(faults).to.deep.equal([]);
    });
  }

  it('30: is no page for old clients', async () => {
    const info = await fetch(`${stage.plant.url}/api/v1/proxy/info`, { headers: { Accept: 'text/html' } });
    expect(info.headers.get('content-type')).to.equal('application/json');
  });

  it('30: has room for ten instances on a small screen', async () => {
    const page = await openPage(stage.browser, stage.plant.url, 'ada', { width: 1280, height: 720 });
    await openScreen(page, '/overview');
    await page.locator('[data-testid="overview-instances"] tbody tr').first().waitFor();
    await until(
      () => page.evaluate<number>(ROOM_FOR_ROWS),
      (rows) => rows >= 10,
      'room for ten instances',
    );
    await page.context().close();
  });

  it('30: is reached by Tab, control by control, with a focus that shows', async function () {
    this.timeout(10 * PATIENCE);
    const page = await openPage(stage.browser, stage.plant.url, 'ada', { width: 1280, height: 720 });
    const faults: string[] = [];
    for (const [name, path] of mainScreens()) {
      const found = await lastingFaults(page, path, () => tabFaults(page));
      faults.push(...found.map((text) => `${name}: ${text}`));
    }
    await page.context().close();
    expect(faults).to.deep.equal([]);
  });

  it('30: tells every state by word and shape, without colour', async () => {
    const page = await openPage(stage.browser, stage.plant.url, 'vera');
    await openScreen(page, '/help');
    await page.locator('.runbook .state').first().waitFor();
    const marks = await page.evaluate<{ word: string; shape: string }[]>(STATE_MARKS);
    expect(marks).to.have.length.of.at.least(9);
    for (const key of ['word', 'shape'] as const) {
      const all = marks.map((mark) => mark[key]);
      expect(all, key).not.to.include('');
      expect(new Set(all).size, `different ${key}s`).to.equal(all.length);
    }
    await page.context().close();
  });
}

/** Looks that a screen gets: what it shows comes and goes with the plant, for example an alarm while somebody tabs. */
const LOOKS = 3;

/** Faults of a screen that are there again each time when it is opened anew. */
async function lastingFaults(page: Page, path: string, look: () => Promise<string[]>): Promise<string[]> {
  let faults: string[] = [];
  for (let count = 0; count === 0 || (count < LOOKS && faults.length > 0); count += 1) {
    await openScreen(page, path);
    await page.locator('[data-state], [data-testid=wall]').first().waitFor();
    await page.waitForTimeout(400);
    const found = await look();
    faults = count === 0 ? found : faults.filter((fault) => found.includes(fault));
  }
  return faults;
}

/** What shows no focus, and what Tab does not reach. */
async function tabFaults(page: Page): Promise<string[]> {
  const faults: string[] = [];
  for (let step = 0; step < 300; step += 1) {
    // Esc leaves editors, where Tab indents
    const inEditor = await page.evaluate('document.activeElement?.matches(".code-host") === true');
    if (inEditor) await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
    const found = await page.evaluate<string | null>(FOCUS_STEP);
    if (found === null) break;
    if (found !== '') faults.push(`no visible focus: ${found}`);
  }
  const missed = await page.evaluate<string[]>(MISSED_CONTROLS);
  return [...faults, ...missed.map((text) => `not reached: ${text}`)];
}

async function violationsOf(page: Page, axe: string): Promise<string[]> {
  // the policy of the page forbids added scripts; evaluation by the debugger is not the page's
  await page.evaluate(axe);
  return page.evaluate(VIOLATIONS);
}
