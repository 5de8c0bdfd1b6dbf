import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { openPage, testId, until } from './browser.js';
import { audit, type Json, openScreen, stage, typeDocument, v1 } from './stage.js';

export function configurationChecks(): void {
  it('19: edits a configuration with checks, review and history', async () => {
    const { otto } = stage;
    const before = await revisionsOf('simulation_sp');
    await openScreen(otto, '/configs/pipelines/simulation_sp/edit');
    await otto.locator('.cm-content').waitFor();
    await typeDocument(otto, '{\n "camera_name": "simulation",\n "no_client_timeout": 0,\n}');
    await until(
      () => testId(otto, 'editor-check-list').innerText(),
      (text) => /line 3/.test(text) && /comma/i.test(text),
      'error',
    );
    expect(await testId(otto, 'editor-review').getAttribute('aria-disabled')).to.equal('true');
    await typeDocument(
      otto,
      '{\n "camera_name": "simulation",\n "no_client_timeout": 0,\n "image_threshold": 12\n}',
    );
    await reviewable(otto);
    await testId(otto, 'editor-review').click();
    const changes = otto.locator('[data-testid="review-changes"] tbody tr');
    await changes.first().waitFor();
    expect(
      await changes.evaluateAll((rows) => rows.map((row) => row.getAttribute('data-path'))),
    ).to.deep.equal(['/image_threshold']);
    expect(await changes.locator('td').allInnerTexts()).to.deep.equal(['absent', '12']);
    await testId(otto, 'changes-inline').click();
    await changes.getByText('+ 12').waitFor();
    expect(await changes.locator('td').count()).to.equal(1);
    await testId(otto, 'changes-side-by-side').click();
    await changes.getByText('absent').waitFor();
    await testId(otto, 'review-comment').fill('test of the threshold');
    await testId(otto, 'review-apply').click();
    await testId(otto, 'editor-review-dialog').waitFor({ state: 'detached' });
    const stored = await v1('/pipeline/simulation_sp/config');
    expect((stored.config as Json).image_threshold).to.equal(12);
    const added = (await revisionsOf('simulation_sp')).slice(before.length);
    // the first change also keeps what was found
    expect(added.map(({ action, author }) => [action, author])).to.deep.equal([
      ...(before.length === 0 ? [['found', null]] : []),
      ['saved', 'otto'],
    ]);
    await openScreen(otto, '/configs/pipelines/simulation_sp/history');
    const newest = otto.locator('.revisions li').first();
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
    await reviewable(stage.otto);
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
    const headers = { 'Content-Type': 'application/json' };
    await v1('/pipeline/sim_other/config', { method: 'POST', body: text(12), headers });
    const second = await openPage(stage.browser, stage.plant.url, 'ada');
    for (const page of [stage.otto, second]) {
      await openScreen(page, '/configs/pipelines/sim_other/edit');
      await page.locator('.cm-content').waitFor();
    }
    await typeDocument(stage.otto, text(21));
    await typeDocument(second, text(22));
    await reviewable(stage.otto);
    await testId(stage.otto, 'editor-review').click();
    await testId(stage.otto, 'review-apply').click();
    await testId(stage.otto, 'editor-review-dialog').waitFor({ state: 'detached' });
    await reviewable(second);
    await testId(second, 'editor-review').click();
    await testId(second, 'review-apply').click();
    const conflict = testId(second, 'conflict-table');
    await conflict.waitFor();
    expect(await conflict.locator('thead th').allInnerTexts()).to.deep.equal([
      'Key',
      'Base',
      'Theirs',
      'Mine',
    ]);
    expect(await conflict.locator('tbody td').allInnerTexts()).to.deep.equal(['12', '21', '22']);
    expect(await thresholdOf('sim_other')).to.equal(21);
    await testId(second, 'conflict-mine-image_threshold').click();
    await testId(second, 'conflict-resolve').click();
    await testId(second, 'review-apply').click();
    await testId(second, 'editor-review-dialog').waitFor({ state: 'detached' });
    expect(await thresholdOf('sim_other')).to.equal(22);
    await second.context().close();
  });

  it('22: restores an old revision as a new one', async () => {
    const before = await revisionsOf('sim_other');
    await openScreen(stage.otto, '/configs/pipelines/sim_other/history');
    const revisions = stage.otto.locator('.revisions li');
    await revisions.first().waitFor();
    await revisions
      .nth(1)
      .getByRole('button', { name: /Restore/ })
      .click();
    await testId(stage.otto, 'confirm-action').click();
    await until(
      () => revisions.count(),
      (count) => count === before.length + 1,
      'one revision more',
    );
    const after = await revisionsOf('sim_other');
    expect(after.at(-1)!.etag).to.equal(before.at(-2)!.etag);
    expect(await thresholdOf('sim_other')).to.equal(21);
    const [record] = await until(
      () => audit(stage.ada, 'action=config.restore'),
      (records) => records.length > 0,
      'audit record',
    );
    expect(record).to.include({ actor: 'otto', target: 'sim_other', result: 'ok' });
  });

  it('renames a configuration, and brings an old text of a script back', async () => {
    const { ada } = stage;
    const headers = { 'Content-Type': 'application/json' };
    const body = '{"camera_name": "simulation", "image_threshold": 3}';
    await v1('/pipeline/t_old/config', { method: 'POST', body, headers });
    await openScreen(ada, '/configs/pipelines');
    await testId(ada, 'configs-menu-t_old').click();
    await testId(ada, 'configs-rename-t_old').click();
    await testId(ada, 'rename-name').fill('t_new');
    await testId(ada, 'rename-action').click();
    await testId(ada, 'rename-dialog').waitFor({ state: 'detached' });
    const names = (await v1('/proxy/config_names')).config_names as string[];
    expect(names).to.contain('t_new').and.not.to.contain('t_old');
    expect(await thresholdOf('t_new')).to.equal(3);

    const text = { 'Content-Type': 'text/plain' };
    for (const value of [1, 2])
      await v1('/pipeline/script/kept.py/script_bytes', {
        method: 'PUT',
        body: `value = ${value}\n`,
        headers: text,
      });
    await openScreen(ada, '/scripts/kept.py');
    await testId(ada, 'script-history-button').click();
    await testId(ada, 'script-revision-1').click();
    await testId(ada, 'script-history-take').click();
    await testId(ada, 'script-save').click();
    await testId(ada, 'script-save-confirm').click();
    await until(
      async () => (await ada.request.get('/api/v2/scripts/kept.py')).text(),
      (stored) => stored === 'value = 1\n',
      'the old text stored again',
    );
  });
}

interface Revision {
  readonly action: string;
  readonly author: string | null;
  readonly etag: string;
}

/** Oldest first. */
async function revisionsOf(name: string): Promise<Revision[]> {
  const answer = await stage.otto.request.get(`/api/v2/configs/pipelines/${name}/revisions`);
  return ((await answer.json()) as { revisions: Revision[] }).revisions;
}

async function thresholdOf(name: string): Promise<unknown> {
  return ((await v1(`/pipeline/${name}/config`)).config as Json).image_threshold;
}

async function reviewable(page: Page): Promise<void> {
  await until(
    () => testId(page, 'editor-review').getAttribute('aria-disabled'),
    (value) => value === null,
    'review possible',
  );
}
