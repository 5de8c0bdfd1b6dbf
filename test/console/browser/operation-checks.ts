import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { testId, until } from './browser.js';
import { readNpy } from './npy.js';
import { audit, cell, openScreen, row, stage, start, typeDocument, v1 } from './stage.js';

export function operationChecks(): void {
  it('23: stops a permanent instance only when its name is typed', async () => {
    await openScreen(stage.otto, '/overview');
    await row(stage.otto, 'sim_push').waitFor();
    await testId(stage.otto, 'overview-instances-menu-sim_push').click();
    await testId(stage.otto, 'instance-stop').first().click();
    const dialog = await testId(stage.otto, 'confirm-dialog').innerText();
    expect(dialog)
      .to.match(/\d+ clients?/)
      .and.to.match(/restarts by itself/);
    expect(await testId(stage.otto, 'confirm-action').getAttribute('aria-disabled')).to.equal('true');
    await testId(stage.otto, 'confirm-name').fill('sim_pus');
    await testId(stage.otto, 'confirm-name').press('Enter');
    expect(await testId(stage.otto, 'confirm-dialog').count()).to.equal(1);
    await testId(stage.otto, 'confirm-name').fill('sim_push');
    await testId(stage.otto, 'confirm-action').click();
    await testId(stage.otto, 'confirm-dialog').waitFor({ state: 'detached' });
    await until(
      async () =>
        (await row(stage.otto, 'sim_push').count()) > 0 &&
        (await cell(stage.otto, 'sim_push', 'state').innerText()),
      (text) => text !== false && /Running|Blocked|No output/.test(text),
      'sim_push again',
    );
  });

  it('24: restarts a worker once, with name and reason, and keeps it in the audit log', async () => {
    const requests: string[] = [];
    stage.ada.on(
      'request',
      (request) =>
        request.method() === 'POST' && request.url().endsWith('/restart') && requests.push(request.url()),
    );
    await openScreen(stage.ada, `/servers/pipelines/${stage.plant.w1.replace(':', '_')}`);
    await testId(stage.ada, 'worker-restart').click();
    await testId(stage.ada, 'confirm-name').fill(stage.plant.w1);
    expect(await testId(stage.ada, 'confirm-action').getAttribute('aria-disabled')).to.equal('true');
    await testId(stage.ada, 'confirm-reason').fill('test of the restart');
    await testId(stage.ada, 'confirm-action').dblclick();
    await testId(stage.ada, 'confirm-dialog').waitFor({ state: 'detached' });
    const [record] = await until(
      () => audit(stage.ada, 'action=worker.restart'),
      (records) => records.length > 0,
      'audit record',
    );
    expect(record).to.include({ actor: 'ada', role: 'admin', result: 'ok', reason: 'test of the restart' });
    expect(requests).to.have.length(1);
    await openScreen(stage.ada, '/overview');
    await until(
      () => testId(stage.ada, `overview-workers-row-${stage.plant.w1}`).innerText(),
      (text) => /Running/.test(text),
      'worker again',
    );
  });

  it('25: tells a viewer which role is needed, and refuses what is forged', async () => {
    await start('simulation_sp');
    await openScreen(stage.vera, '/i/pipelines/simulation_sp/info');
    const button = testId(stage.vera, 'instance-stop').first();
    await button.waitFor();
    expect(await button.getAttribute('aria-disabled')).to.equal('true');
    expect(await button.getAttribute('title')).to.contain('operator');
    const answer = await stage.vera.request.post('/api/v2/instances/pipelines/simulation_sp/stop', {
      data: {},
    });
    expect(answer.status()).to.equal(403);
    await until(
      () => audit(stage.ada, 'result=refused'),
      (records) => records.length > 0,
      'refused record',
    );
    await openScreen(stage.vera, '/admin/users');
    await stage.vera.locator('[data-testid="users"][data-state="denied"]').waitFor();
  });

  it('27: shows what a change of the placement would do, and posts nothing wrong', async () => {
    await openScreen(stage.ada, '/placement/pipelines');
    const line = testId(stage.ada, 'placement-permanent-sim_push');
    await line.locator('input[type=checkbox]').click();
    await until(
      () => line.innerText(),
      (text) => text.includes('will STOP'),
      'consequence',
    );
    await testId(stage.ada, 'placement-review').click();
    const consequences = testId(stage.ada, 'placement-consequences');
    await until(
      () => consequences.innerText(),
      (text) => text.includes('stops sim_push'),
      'consequences of the manager',
    );
    await stage.ada.keyboard.press('Escape');
    await testId(stage.ada, 'placement-discard').click();
    expect(await testId(stage.ada, 'placement-draft').innerText()).to.equal('No changes');
    await testId(stage.ada, 'placement-permanent-name').fill('ghost');
    await testId(stage.ada, 'placement-permanent-configuration').fill('nowhere');
    await testId(stage.ada, 'placement-permanent-add').click();
    expect(await testId(stage.ada, 'placement-problems').innerText()).to.contain('nowhere');
    expect(await testId(stage.ada, 'placement-review').getAttribute('aria-disabled')).to.equal('true');
    await testId(stage.ada, 'placement-discard').click();
    await testId(stage.ada, 'placement-drag-sim_push').dragTo(testId(stage.ada, 'placement-drop'));
    await testId(stage.ada, 'placement-fixed-table').getByText('sim_push').waitFor();
    await testId(stage.ada, 'placement-add-fixed').click();
    await testId(stage.ada, 'placement-fixed-name').fill('sim_other');
    await testId(stage.ada, 'placement-fixed-add').click();
    await testId(stage.ada, 'placement-fixed-table').getByText('sim_other').waitFor();
    await testId(stage.ada, 'placement-discard').click();
    const { permanent_instances } = await v1('/proxy/permanent');
    expect(permanent_instances).to.deep.equal({ sim_push: 'sim_push' });
  });

  it('28: captures backgrounds, refuses wrong shapes, and saves no script with an error', async () => {
    await openScreen(stage.otto, '/backgrounds/simulation');
    await until(
      () => testId(stage.otto, 'backgrounds-size').innerText(),
      (text) => text === '640 × 480',
      'size of the camera',
    );
    await testId(stage.otto, 'backgrounds-images').fill('5');
    const cards = stage.otto.locator('[data-testid="backgrounds-list"] figure');
    await testId(stage.otto, 'backgrounds-capture-button').click();
    const newest = await until(
      async () => ((await cards.count()) > 0 ? await cards.first().locator('code').innerText() : ''),
      (id) => /^simulation_\d{8}_/.test(id),
      'new background',
    );
    expect(
      ((await v1('/pipeline/camera/simulation/background')) as { background_id: string }).background_id,
    ).to.equal(newest);
    await until(
      () => cards.first().locator('[data-testid="background-size"]').innerText(),
      (text) => text === '640 × 480',
      'size of the background',
    );
    const [download] = await Promise.all([
      stage.otto.waitForEvent('download'),
      cards.first().locator('[data-testid="background-npy"]').click(),
    ]);
    const array = readNpy(readFileSync((await download.path())!));
    const legacy = (await v1(`/pipeline/background/${newest}/image_bytes`)).image as {
      bytes: string;
      shape: number[];
    };
    expect(array.shape).to.deep.equal(legacy.shape);
    expect(array.at(100, 100)).to.equal(
      Buffer.from(legacy.bytes, 'base64').readUInt16LE(2 * (100 * 640 + 100)),
    );
    const wrong = readFileSync(join(stage.plant.folder, 'background_config', 'simulation_bad.npy'));
    await testId(stage.otto, 'backgrounds-upload').setInputFiles({
      name: 'wrong.npy',
      mimeType: 'application/octet-stream',
      buffer: wrong,
    });
    const problem = await testId(stage.otto, 'backgrounds-upload-problem').innerText();
    expect(problem).to.contain('(4, 4)').and.to.contain('(480, 640)');

    await openScreen(stage.ada, '/scripts');
    await testId(stage.ada, 'scripts-new').click();
    await testId(stage.ada, 'scripts-new-name').fill('mine');
    await testId(stage.ada, 'scripts-new-begin').click();
    await stage.ada.locator('.cm-content').waitFor();
    const text = await stage.ada.locator('.cm-content').innerText();
    expect(text).to.contain('def process_image').and.to.contain('processor.process_image');
    await typeDocument(stage.ada, 'def process_image(image:\n    return {}\n');
    expect(await testId(stage.ada, 'script-problem').innerText()).to.match(/line 1/);
    expect(await testId(stage.ada, 'script-save').getAttribute('aria-disabled')).to.equal('true');
    expect((await v1('/pipeline/script')).scripts).not.to.contain('mine.py');
  });
}
