/** Scripts: what is told of them, another name, and giving them to a running instance. */
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { testId, until } from './browser.js';
import { cell, openScreen, row, stage, start, stop, v1 } from './stage.js';

const TEXT =
  'def process_image(image, pulse_id, timestamp, x_axis, y_axis, parameters, bsdata=None):\n    return {}\n';

function scriptCell(page: Page, name: string, column: string): ReturnType<Page['locator']> {
  return testId(page, `scripts-row-${name}`).locator(`[data-column="${column}"]`);
}

export function scriptChecks(): void {
  it('scripts: one is renamed and assigned to a running instance, which the list tells', async () => {
    const { ada } = stage;
    const headers = { 'Content-Type': 'text/plain' };
    await v1('/pipeline/script/tried.py/script_bytes', { method: 'PUT', headers, body: TEXT });
    await openScreen(ada, '/scripts');
    await scriptCell(ada, 'tried.py', 'language').waitFor();
    expect(await scriptCell(ada, 'tried.py', 'language').innerText()).to.equal('Python');
    expect(await scriptCell(ada, 'tried.py', 'changed').innerText()).to.match(/^\d{4}-\d\d-\d\d/);
    await testId(ada, 'scripts-menu-tried.py').click();
    await testId(ada, 'scripts-rename-tried.py').click();
    await testId(ada, 'rename-name').fill('assigned.py');
    await testId(ada, 'rename-action').click();
    await testId(ada, 'scripts-row-assigned.py').waitFor();
    expect((await v1('/pipeline/script')).scripts)
      .to.include('assigned.py')
      .and.not.to.include('tried.py');

    await start('sim_other');
    await openScreen(ada, '/overview?q=sim_other');
    await row(ada, 'sim_other').waitFor();
    await cell(ada, 'sim_other', 'actions').locator('button').click();
    await testId(ada, 'instance-script').click();
    await testId(ada, 'assign-script').selectOption('assigned.py');
    await testId(ada, 'assign-action').click();
    await until(
      async () => (await v1('/pipeline/instance/sim_other/config')).config as { function?: string },
      (config) => config.function === 'assigned.py',
      'function of sim_other',
    );
    await openScreen(ada, '/scripts');
    await until(
      () => scriptCell(ada, 'assigned.py', 'running').innerText(),
      (text) => text === 'sim_other',
      'instances that run the script',
    );

    await stop('sim_other');
    await testId(ada, 'scripts-menu-assigned.py').click();
    await testId(ada, 'scripts-delete-assigned.py').click();
    await testId(ada, 'confirm-name').fill('assigned.py');
    await testId(ada, 'confirm-action').click();
    await testId(ada, 'scripts-row-assigned.py').waitFor({ state: 'detached' });
  });
}
