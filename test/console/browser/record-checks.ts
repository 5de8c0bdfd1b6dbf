import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { testId, until } from './browser.js';
import { openScreen, stage, start, stop } from './stage.js';

export function recordChecks(): void {
  it('26: keeps what old clients do in the audit log', async () => {
    await start('sim_other');
    await fetch(`${stage.plant.url}/api/v1/proxy/sim_other`, {
      method: 'DELETE',
      headers: { 'User-Agent': 'java client' },
    });
    await openScreen(stage.vera, '/audit?target=sim_other');
    const line = stage.vera.locator('[data-testid="audit"] tr[data-key]').first();
    await until(
      () => line.innerText(),
      (text) => /instance\.stop|instance\.create/.test(text),
      'record',
    );
    await testId(stage.vera, 'audit-filter-action').fill('instance.stop');
    await until(
      () => line.innerText(),
      (text) => text.includes('instance.stop') && text.includes('127.0.0.1'),
      'filtered',
    );
    expect(stage.vera.url()).to.contain('action=instance.stop').and.to.contain('target=sim_other');
    const [download] = await Promise.all([
      stage.vera.waitForEvent('download'),
      testId(stage.vera, 'audit-export').click(),
    ]);
    expect(readFileSync((await download.path())!, 'utf8')).to.contain('sim_other');
  });

  it('29: filters the log, and stands still when somebody reads', async () => {
    await start('sim_bad');
    await openScreen(stage.vera, '/i/pipelines/sim_bad/logs');
    await until(
      () => testId(stage.vera, 'logs-row').count(),
      (count) => count > 0,
      'records',
    );
    await testId(stage.vera, 'logs-text').fill('ackground');
    await until(
      () => testId(stage.vera, 'logs-row').count(),
      (count) => count > 0,
      'records with the text',
    );
    expect(stage.vera.url()).to.contain('q=ackground');
    for (const text of await testId(stage.vera, 'logs-row').allInnerTexts())
      expect(text).to.match(/ackground/);
    await testId(stage.vera, 'logs-level').selectOption('ERROR');
    expect(stage.vera.url()).to.contain('level=ERROR');
    const [download] = await Promise.all([
      stage.vera.waitForEvent('download'),
      testId(stage.vera, 'logs-download').click(),
    ]);
    for (const line of readFileSync((await download.path())!, 'utf8')
      .split('\n')
      .filter(Boolean))
      expect(line).to.match(/ackground/);
    await stop('sim_bad');
  });
}
