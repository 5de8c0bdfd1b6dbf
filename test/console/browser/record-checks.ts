import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { openPage, testId, until } from './browser.js';
import { FIRST_RECORD_IN_VIEW } from './page-scripts.js';
import { openScreen, operate, stage, start, stop } from './stage.js';

export function recordChecks(): void {
  it('26: keeps what old clients do in the audit log', async () => {
    const { vera } = stage;
    await start('sim_other');
    await operate(stage.otto, '/instances/pipelines/sim_other/stop', {});
    await start('sim_other');
    await openScreen(vera, '/audit?target=sim_other');
    await fetch(`${stage.plant.url}/api/v1/proxy/sim_other`, {
      method: 'DELETE',
      headers: { 'User-Agent': 'java client' },
    });
    const lines = vera.locator('[data-testid="audit"] tr[data-key]');
    const [newest] = await until(
      () => lines.allInnerTexts(),
      ([text = '']) => text.includes('instance.stop') && text.includes('java'),
      'record',
    );
    expect(newest).to.contain('java').and.to.contain('127.0.0.1').and.to.contain('sim_other');
    await testId(vera, 'audit-filter-actor').selectOption('otto');
    await until(
      () => lines.allInnerTexts(),
      (texts) =>
        texts.length > 0 && texts.every((text) => text.includes('otto') && text.includes('sim_other')),
      'records of otto only',
    );
    await testId(vera, 'audit-filter-action').selectOption('instance');
    await until(
      () => lines.allInnerTexts(),
      (texts) => texts.length > 0 && texts.every((text) => text.includes('instance.')),
      'what otto did with instances',
    );
    expect(vera.url())
      .to.contain('action=instance')
      .and.to.contain('actor=otto')
      .and.to.contain('target=sim_other');
    const shown = await lines.count();
    const [download] = await Promise.all([
      vera.waitForEvent('download'),
      testId(vera, 'audit-export').click(),
    ]);
    const [, ...exported] = readFileSync((await download.path())!, 'utf8')
      .trim()
      .split(/\r?\n/);
    expect(exported).to.have.length(shown);
    for (const line of exported) expect(line).to.contain('otto').and.to.contain('sim_other');
  });

  it('29: filters the log, and downloads what the filter leaves', async () => {
    const { vera } = stage;
    await start('sim_bad');
    await openScreen(vera, '/i/pipelines/sim_bad/logs');
    const rows = testId(vera, 'logs-row');
    await until(
      () => rows.allInnerTexts(),
      (texts) =>
        texts.some((text) => /ackground/.test(text)) && texts.some((text) => !/ackground/.test(text)),
      'records of both kinds',
    );
    await testId(vera, 'logs-text').fill('ackground');
    await until(
      () => rows.allInnerTexts(),
      (texts) => texts.length > 0 && texts.every((text) => /ackground/.test(text)),
      'records with the text',
    );
    expect(vera.url()).to.contain('q=ackground');
    await testId(vera, 'logs-text').fill('');
    for (const level of ['WARNING', 'INFO', 'DEBUG']) await testId(vera, `logs-level-${level}`).uncheck();
    await until(
      () =>
        rows.locator('b.level').evaluateAll((levels) => levels.map((level) => level.getAttribute('title'))),
      (levels) => levels.length > 0 && levels.every((level) => level === 'ERROR'),
      'errors only',
    );
    expect(vera.url()).to.contain('level=ERROR');
    const [download] = await Promise.all([
      vera.waitForEvent('download'),
      testId(vera, 'logs-download').click(),
    ]);
    const records = readFileSync((await download.path())!, 'utf8')
      .split('\n')
      .filter(Boolean);
    expect(records).not.to.have.length(0);
    for (const record of records) expect(record).to.contain(' ERROR ');
  });

  it('29: links to a single record, and shows it to who follows the link', async () => {
    const { vera, otto } = stage;
    await start('sim_other');
    await operate(otto, '/instances/pipelines/sim_other/stop', {});
    await openScreen(vera, '/logs?instance=sim_other&follow=0');
    const exits = testId(vera, 'logs-row').filter({ hasText: 'Exiting process' });
    await exits.last().waitFor();
    // by keyboard: Enter in the list goes to the newest record, Enter there to its link
    await testId(vera, 'logs-list').focus();
    await vera.keyboard.press('Enter');
    const link = vera.locator('.record-link:focus');
    const address = await link.getAttribute('href');
    expect(address).to.contain('record=').and.to.contain('to=').and.to.contain('instance=sim_other');
    await otto.goto(address!);
    const marked = otto.locator('[data-testid="logs-row"][aria-current="true"]');
    await marked.waitFor();
    expect(await marked.count()).to.equal(1);
    expect(await testId(otto, 'logs-to').inputValue()).to.match(/^20\d\d-\d\d-\d\dT/);
    await openScreen(otto, '/logs?instance=sim_other&record=2020-01-01T00:00:00Z~0');
    await testId(otto, 'logs-gone').waitFor();
  });

  it('29: folds stack traces, and stands still while somebody reads', async () => {
    await start('sim_fails');
    const page = await openPage(stage.browser, stage.plant.url, 'vera', { height: 420 });
    await openScreen(page, '/i/pipelines/sim_fails/logs');
    const stack = testId(page, 'logs-row').filter({ hasText: 'Error: nothing to see' }).first();
    const expander = stack.locator('button.expander');
    await expander.waitFor();
    expect(await stack.innerText()).not.to.contain('at processImage');
    await expander.click();
    expect(await stack.innerText()).to.contain('at processImage');
    await expander.click();
    const list = testId(page, 'logs-list');
    await until(
      () => list.evaluate((element) => element.scrollHeight - element.clientHeight),
      (overflow) => overflow > 100,
      'more records than fit',
    );
    await list.hover();
    await page.mouse.wheel(0, -60);
    await testId(page, 'logs-new').waitFor();
    const reading = await firstInView(page);
    await until(
      async () => Number.parseInt(await testId(page, 'logs-new').innerText(), 10),
      (count) => count >= 2,
      'new records below',
    );
    expect(await firstInView(page), 'what was being read').to.deep.equal(reading);
    await testId(page, 'logs-end').click();
    await testId(page, 'logs-new').waitFor({ state: 'detached' });
    await page.context().close();
    await stop('sim_fails');
  });
}

function firstInView(page: Page): Promise<{ text: string; top: number }> {
  return page.evaluate(FIRST_RECORD_IN_VIEW);
}
