import { expect } from 'chai';
import { openPage, testId, until } from './browser.js';
import { audit, type Json, openScreen, stage, typeDocument, v1 } from './stage.js';

export function configurationChecks(): void {
  it('19: edits a configuration with checks, review and history', async () => {
    await openScreen(stage.otto, '/configs/pipelines/sim_other/edit');
    await stage.otto.locator('.cm-content').waitFor();
    await typeDocument(stage.otto, '{\n "camera_name": "simulation",\n "no_client_timeout": 0,\n}');
    await until(
      () => testId(stage.otto, 'editor-check-list').innerText(),
      (text) => /line 3/.test(text) && /comma/i.test(text),
      'error',
    );
    expect(await testId(stage.otto, 'editor-review').getAttribute('aria-disabled')).to.equal('true');
    await typeDocument(
      stage.otto,
      '{\n "camera_name": "simulation",\n "no_client_timeout": 0,\n "image_threshold": 12,\n "name": "sim_other"\n}',
    );
    await until(
      () => testId(stage.otto, 'editor-review').getAttribute('aria-disabled'),
      (value) => value === null,
      'review possible',
    );
    await testId(stage.otto, 'editor-review').click();
    const changes = stage.otto.locator(
      '[data-testid="review-changes"] tbody tr[data-path="/image_threshold"]',
    );
    await changes.waitFor();
    expect(await changes.innerText()).to.contain('12');
    await testId(stage.otto, 'review-comment').fill('test of the threshold');
    await testId(stage.otto, 'review-apply').click();
    await testId(stage.otto, 'editor-review-dialog').waitFor({ state: 'detached' });
    const stored = await v1('/pipeline/sim_other/config');
    expect((stored.config as Json).image_threshold).to.equal(12);
    await openScreen(stage.otto, '/configs/pipelines/sim_other/history');
    const newest = stage.otto.locator('.revisions li').first();
    await newest.waitFor();
    expect(await newest.innerText())
      .to.contain('otto')
      .and.to.contain('test of the threshold');
  });

  it('20: stores nothing before Apply, and shows the defaults', async () => {
    await openScreen(stage.otto, '/configs/pipelines');
    await testId(stage.otto, 'configs-new').click();
    await testId(stage.otto, 'configs-new-name').fill('t1');
    await testId(stage.otto, 'configs-new-begin').click();
    await stage.otto.locator('.cm-content').waitFor();
    await typeDocument(stage.otto, '{"camera_name": "simulation"}');
    await until(
      () => testId(stage.otto, 'editor-check-list').innerText(),
      (text) => text.includes('pipeline_type'),
      'defaults',
    );
    await until(
      () => testId(stage.otto, 'editor-review').getAttribute('aria-disabled'),
      (value) => value === null,
      'review possible',
    );
    await testId(stage.otto, 'editor-review').click();
    expect(await testId(stage.otto, 'review-defaults').innerText()).to.contain(
      'pipeline_type = "processing"',
    );
    await testId(stage.otto, 'review-back').click();
    const names = (await v1('/proxy/config_names')).config_names as string[];
    expect(names).not.to.contain('t1');
  });

  it('21: lets two people not overwrite each other', async () => {
    const text = (threshold: number): string =>
      `{"camera_name": "simulation", "no_client_timeout": 0, "name": "sim_other", "image_threshold": ${threshold}}`;
    const second = await openPage(stage.browser, stage.plant.url, 'ada');
    for (const page of [stage.otto, second]) {
      await openScreen(page, '/configs/pipelines/sim_other/edit');
      await page.locator('.cm-content').waitFor();
    }
    await typeDocument(stage.otto, text(21));
    await typeDocument(second, text(22));
    await until(
      () => testId(stage.otto, 'editor-review').getAttribute('aria-disabled'),
      (value) => value === null,
      'first review',
    );
    await testId(stage.otto, 'editor-review').click();
    await testId(stage.otto, 'review-apply').click();
    await testId(stage.otto, 'editor-review-dialog').waitFor({ state: 'detached' });
    await until(
      () => testId(second, 'editor-review').getAttribute('aria-disabled'),
      (value) => value === null,
      'second review',
    );
    await testId(second, 'editor-review').click();
    await testId(second, 'review-apply').click();
    const conflict = testId(second, 'conflict-table');
    await conflict.waitFor();
    expect(await conflict.innerText())
      .to.contain('21')
      .and.to.contain('22')
      .and.to.contain('12');
    expect(((await v1('/pipeline/sim_other/config')).config as Json).image_threshold).to.equal(21);
    await second.context().close();
  });

  it('22: restores an old revision as a new one', async () => {
    await openScreen(stage.otto, '/configs/pipelines/sim_other/history');
    const revisions = stage.otto.locator('.revisions li');
    await revisions.first().waitFor();
    const before = await revisions.count();
    await revisions
      .nth(1)
      .getByRole('button', { name: /Restore/ })
      .click();
    await testId(stage.otto, 'confirm-action').click();
    await until(
      () => revisions.count(),
      (count) => count === before + 1,
      'one revision more',
    );
    expect(((await v1('/pipeline/sim_other/config')).config as Json).image_threshold).to.equal(12);
    await until(
      () => audit(stage.ada, 'action=config.restore'),
      (records) => records.length > 0,
      'audit record',
    );
  });
}
