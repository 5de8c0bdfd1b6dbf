import { expect } from 'chai';
import { openPage, testId, until } from './browser.js';
import { cell, openScreen, row, stage, start, stop, v1 } from './stage.js';

export function overviewChecks(): void {
  it('1: shows every enabled worker of both clusters with its figures, and asks nobody else', async () => {
    await openScreen(stage.vera, '/overview');
    for (const worker of [stage.plant.w1, stage.plant.w2, stage.plant.c1]) {
      const line = testId(stage.vera, `overview-workers-row-${worker}`);
      await line.waitFor();
      const text = await until(
        () => line.innerText(),
        (value) => /%/.test(value) && /\d B\/s|B\/s/.test(value),
        worker,
      );
      expect(text)
        .to.match(/\d+(\.\d+)? %/)
        .and.to.match(/[kMGT]?B\b/)
        .and.to.match(/B\/s/);
      expect(text).to.match(/\d+\.\d+\.\d+/);
    }
    expect(await stage.vera.locator('[data-testid="overview-workers"] tr[data-key]').count()).to.equal(3);
    expect(stage.outside).to.deep.equal([]);
    expect(stage.complaints).to.deep.equal([]);
  });

  it('2: shows an instance that another client starts, without reload', async () => {
    await start('simulation_sp');
    await row(stage.vera, 'simulation_sp').waitFor();
    await until(
      () => cell(stage.vera, 'simulation_sp', 'state').innerText(),
      (text) => text.includes('Running'),
      'state',
    );
    for (const column of ['rx', 'tx']) {
      const text = await until(
        () => cell(stage.vera, 'simulation_sp', column).innerText(),
        (value) => Number.parseFloat(value) > 0,
        column,
      );
      expect(text.trim()).to.match(/Hz$/);
    }
  });

  it('3: keeps the selection on the instance, whatever else comes and goes', async () => {
    await openScreen(stage.otto, '/overview');
    await cell(stage.otto, 'sim_push', 'state').click();
    for (const name of ['simulation_slices', 'sim_other']) await start(name);
    await row(stage.otto, 'sim_other').waitFor();
    await stop('sim_other');
    await row(stage.otto, 'sim_other').waitFor({ state: 'detached' });
    expect(
      await stage.otto.locator('tr[aria-selected="true"][data-key^="pipelines/"]').getAttribute('data-key'),
    ).to.equal('pipelines/sim_push');
    await testId(stage.otto, 'overview-instances-menu-sim_push').click();
    await testId(stage.otto, 'instance-stop').first().click();
    expect(await testId(stage.otto, 'confirm-dialog').innerText()).to.contain('sim_push');
    await testId(stage.otto, 'confirm-cancel').click();
  });

  it('4: filters by words and tokens, kept in the address', async () => {
    await openScreen(stage.vera, '/overview');
    await row(stage.vera, 'sim_push').waitFor();
    await testId(stage.vera, 'overview-search').fill('SIM_');
    await row(stage.vera, 'simulation_sp').waitFor({ state: 'detached' });
    expect(stage.vera.url()).to.contain('q=SIM_');
    await stage.vera.reload();
    await row(stage.vera, 'sim_push').waitFor();
    expect(await testId(stage.vera, 'overview-search').inputValue()).to.equal('SIM_');
    expect(await row(stage.vera, 'simulation_sp').count()).to.equal(0);
    await testId(stage.vera, 'rail-help').click();
    await stage.vera.goBack();
    await row(stage.vera, 'sim_push').waitFor();
    expect(await testId(stage.vera, 'overview-search').inputValue()).to.equal('SIM_');
    await testId(stage.vera, 'overview-search').fill('state:blocked');
    await row(stage.vera, 'sim_push').waitFor({ state: 'detached' });
    await testId(stage.vera, 'overview-search').fill('');
  });

  it('5: polls when events do not come through, and returns to them', async () => {
    const page = await openPage(stage.browser, stage.plant.url, 'vera');
    await page.route('**/api/v2/events**', (route) => route.abort());
    await openScreen(page, '/overview');
    await until(
      () => testId(page, 'app-connection').innerText(),
      (text) => text.includes('Polling'),
      'polling',
    );
    const before = await cell(page, 'simulation_sp', 'up').innerText();
    await until(
      () => cell(page, 'simulation_sp', 'up').innerText(),
      (text) => text !== before,
      'changing values',
    );
    await page.unroute('**/api/v2/events**');
    await until(
      () => testId(page, 'app-connection').innerText(),
      (text) => text.includes('Live'),
      'live again',
    );
    await page.context().close();
  });

  it('6: says that it is cut off, keeps what it knew, and recovers by itself', async () => {
    const page = await openPage(stage.browser, stage.plant.url, 'otto');
    await page.route('**/api/v2/events**', (route) => route.abort());
    await openScreen(page, '/overview');
    await row(page, 'sim_push').waitFor();
    await page.route('**/api/**', (route) => route.abort());
    await page.locator('[data-testid="overview-instances-panel"][data-state="stale"]').waitFor();
    await testId(page, 'app-disconnected').waitFor();
    expect(await row(page, 'sim_push').innerText()).to.contain('Hz');
    await testId(page, 'overview-instances-menu-sim_push').click();
    expect(await testId(page, 'instance-stop').first().getAttribute('aria-disabled')).to.equal('true');
    await page.keyboard.press('Escape');
    await page.unroute('**/api/**');
    await page.unroute('**/api/v2/events**');
    await testId(page, 'app-disconnected').waitFor({ state: 'detached' });
    await page.locator('[data-testid="overview-instances-panel"][data-state="ready"]').waitFor();
    await page.context().close();
  });

  it('7: shows a worker that does not answer, and goes on with the others', async () => {
    const running = ((await v1('/proxy/info')).info as { active_instances: Record<string, { host: string }> })
      .active_instances;
    // not the one whose consumer the other checks need
    const { w1, w2 } = stage.plant;
    const victim = running.sim_push?.host.endsWith(w2) ? w1 : w2;
    await openScreen(stage.vera, '/overview');
    await testId(stage.vera, `overview-workers-row-${victim}`).waitFor();
    await stage.plant.kill(victim);
    try {
      await until(
        () => testId(stage.vera, `overview-workers-row-${victim}`).innerText(),
        (text) => /Unknown/.test(text) && /no reply/.test(text),
        'state of w2',
      );
      await stage.vera.locator('[data-testid="overview-workers-panel"][data-state="partial"]').waitFor();
      const info = (await v1('/proxy/info')).info as { servers: Record<string, { instances: unknown }> };
      expect(info.servers[`http://${victim}`]?.instances).to.deep.equal([]);
    } finally {
      await stage.plant.revive(victim);
    }
    await stage.vera.locator('[data-testid="overview-workers-panel"][data-state="ready"]').waitFor();
  });
}
