import { expect } from 'chai';
import { openPage, testId, until } from './browser.js';
import { audit, openScreen, stage, start } from './stage.js';

/** The user's own actions, section 3.3 of the specification. */
export function activityChecks(): void {
  it('lists what one does, while it runs and afterwards, with the id of its request', async () => {
    await start('sim_other');
    const page = await openPage(stage.browser, stage.plant.url, 'otto', { width: 1280, height: 720 });
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route('**/instances/pipelines/sim_other/stop', async (route) => {
      await released;
      await route.continue();
    });
    await openScreen(page, '/i/pipelines/sim_other/info');
    await testId(page, 'instance-stop').first().click();
    await testId(page, 'confirm-action').click();
    const button = testId(page, 'app-activity');
    await until(
      () => button.getAttribute('aria-label'),
      (label) => label === 'Your actions, 1 running',
      'running action',
    );
    release();
    await testId(page, 'confirm-dialog').waitFor({ state: 'detached' });
    await button.click();
    const row = testId(page, 'activity-row');
    await until(
      () => row.getAttribute('data-action-state'),
      (state) => state === 'ok',
      'end of the action',
    );
    const text = await row.innerText();
    expect(text.toLowerCase()).to.contain('stop instance').and.to.contain('sim_other');
    const requestId = await row.locator('code').innerText();
    await until(
      () => audit(page, 'actor=otto&action=instance.stop&target=sim_other'),
      (records) => records.some((record) => record.request_id === requestId),
      'the same id in the audit log',
    );
    await page.keyboard.press('Escape');
    await testId(page, 'activity-drawer').waitFor({ state: 'detached' });
    await page.locator('[data-testid="app-activity"]:focus').waitFor();
    await page.context().close();
  });
}
