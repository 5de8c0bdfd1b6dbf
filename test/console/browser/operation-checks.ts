import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import sharp from 'sharp';
import { testId, until } from './browser.js';
import { readNpy } from './npy.js';
import { WATCHED_TEXTS, watchText } from './page-scripts.js';
import { audit, cell, consumePushed, openScreen, stage, start, typeDocument, v1 } from './stage.js';

export function operationChecks(): void {
  it('23: stops a permanent instance only when its name is typed', async () => {
    await consumePushed();
    await openScreen(stage.otto, '/overview');
    await until(
      () => cell(stage.otto, 'sim_push', 'clients').innerText(),
      (text) => text === '1',
      'the consumer as a client',
    );
    await stage.otto.evaluate(watchText('[data-key="pipelines/sim_push"] [data-column="state"]'));
    await testId(stage.otto, 'overview-instances-menu-sim_push').click();
    await testId(stage.otto, 'instance-stop').first().click();
    const facts = testId(stage.otto, 'confirm-dialog').locator('.facts li');
    await facts.getByText(/^1 client loses/).waitFor();
    await facts.getByText(/restarts by itself/).waitFor();
    for (const text of ['sim_pus', 'SIM_PUSH', 'sim_push']) {
      expect(await testId(stage.otto, 'confirm-action').getAttribute('aria-disabled')).to.equal('true');
      await testId(stage.otto, 'confirm-name').fill(text);
      await testId(stage.otto, 'confirm-name').press('Enter');
    }
    expect(await testId(stage.otto, 'confirm-dialog').count(), 'Enter alone does not act').to.equal(1);
    await testId(stage.otto, 'confirm-action').click();
    await testId(stage.otto, 'confirm-dialog').waitFor({ state: 'detached' });
    // whoever takes the stream comes back too
    await consumePushed();
    await until(
      () => stage.otto.evaluate<string[]>(WATCHED_TEXTS),
      (texts) => texts.includes('Stopping') && texts.at(-1) === 'Running',
      'stopping, then running',
    );
  });

  it('24: restarts a worker once, with name and reason, and keeps it in the audit log', async () => {
    const { ada } = stage;
    const { w1 } = stage.plant;
    const requests: string[] = [];
    ada.on(
      'request',
      (request) =>
        request.method() === 'POST' && request.url().endsWith('/restart') && requests.push(request.url()),
    );
    await openScreen(ada, '/overview');
    await testId(ada, `overview-workers-row-${w1}`).waitFor();
    await ada.evaluate(watchText(`[data-key="pipelines/${w1}"] [data-column="health"] .state`));
    await testId(ada, `overview-workers-menu-${w1.replace(':', '_')}`).click();
    await testId(ada, 'worker-restart').click();
    await testId(ada, 'confirm-name').fill(w1);
    expect(await testId(ada, 'confirm-action').getAttribute('aria-disabled')).to.equal('true');
    await testId(ada, 'confirm-reason').fill('test of the restart');
    await testId(ada, 'confirm-action').dblclick();
    await testId(ada, 'confirm-dialog').waitFor({ state: 'detached' });
    const [record] = await until(
      () => audit(ada, 'action=worker.restart'),
      (records) => records.length > 0,
      'audit record',
    );
    expect(record).to.include({
      actor: 'ada',
      role: 'admin',
      target: w1,
      result: 'ok',
      reason: 'test of the restart',
    });
    await until(
      () => ada.evaluate<string[]>(WATCHED_TEXTS),
      (texts) => texts.some((text) => text.startsWith('Unknown')) && texts.at(-1) === 'Running',
      'unknown, then running',
    );
    expect(requests).to.have.length(1);
  });

  it('25: tells a viewer which role is needed, and refuses what is forged', async () => {
    const { vera } = stage;
    await start('simulation_sp');
    const controls = [
      ['/i/pipelines/simulation_sp/info', 'instance-stop', 'operator'],
      ['/configs/pipelines/simulation_sp/edit', 'editor-review', 'operator'],
      ['/configs/pipelines', 'configs-new', 'operator'],
      [`/servers/pipelines/${stage.plant.w1.replace(':', '_')}`, 'worker-restart', 'admin'],
    ] as const;
    for (const [path, control, role] of controls) {
      await openScreen(vera, path);
      const button = testId(vera, control).first();
      await button.waitFor();
      await until(
        () => button.getAttribute('aria-disabled'),
        (value) => value === 'true',
        control,
      );
      expect(await button.getAttribute('title'), control).to.contain(`Needs the role ${role}`);
    }
    const { csrf_token } = (await (await vera.request.get('/api/v2/me')).json()) as { csrf_token: string };
    const answer = await vera.request.post('/api/v2/instances/pipelines/simulation_sp/stop', {
      data: {},
      headers: { 'X-CSRF-Token': csrf_token },
    });
    expect(answer.status()).to.equal(403);
    await openScreen(stage.ada, '/audit?actor=vera&result=refused');
    const line = stage.ada.locator('[data-testid="audit"] tr[data-key]').first();
    await until(
      () => line.innerText(),
      (text) => text.includes('instance.stop') && text.includes('simulation_sp'),
      'refused record',
    );
    await openScreen(vera, '/admin/users');
    await vera.locator('[data-testid="users"][data-state="denied"]').waitFor();
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
    const other = testId(stage.ada, `placement-worker-${stage.plant.w2}`);
    await testId(stage.ada, 'placement-drag-fixed-sim_other').dragTo(other);
    await testId(stage.ada, 'placement-drag-fixed-sim_other').waitFor({ state: 'detached' });
    await testId(stage.ada, 'placement-move-sim_push').click();
    await stage.ada.getByRole('menuitem', { name: `Move to ${stage.plant.w2}` }).click();
    await testId(stage.ada, 'placement-drag-fixed-sim_push').waitFor({ state: 'detached' });
    await other.getByRole('button', { name: stage.plant.w2, exact: true }).click();
    await testId(stage.ada, 'placement-drag-fixed-sim_push').waitFor();
    await testId(stage.ada, 'placement-drag-fixed-sim_other').dragTo(
      testId(stage.ada, 'placement-drop-permanent'),
    );
    await testId(stage.ada, 'placement-permanent-sim_other').waitFor();
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
    await testId(stage.otto, 'backgrounds-progress').waitFor();
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
    await until(
      () => cards.first().innerText(),
      (text) => text.includes('by otto'),
      'author of the background',
    );
    const { config: unused } = await v1('/pipeline/sim_other/config');
    await testId(stage.otto, 'background-use').first().click();
    await testId(stage.otto, 'use-configuration-sim_other').check();
    await testId(stage.otto, 'use-action').click();
    await testId(stage.otto, 'use-dialog').waitFor({ state: 'detached' });
    expect((await v1('/pipeline/sim_other/config')).config).to.include({
      image_background: newest,
      image_background_enable: true,
    });
    await until(
      () => cards.first().innerText(),
      (text) => text.includes('used by sim_other'),
      'users of the background',
    );
    const headers = { 'Content-Type': 'application/json' };
    await v1('/pipeline/sim_other/config', { method: 'POST', headers, body: JSON.stringify(unused) });
    const wrong = readFileSync(join(stage.plant.folder, 'background_config', 'simulation_bad.npy'));
    await testId(stage.otto, 'backgrounds-upload').setInputFiles({
      name: 'wrong.npy',
      mimeType: 'application/octet-stream',
      buffer: wrong,
    });
    const problem = await testId(stage.otto, 'backgrounds-upload-problem').innerText();
    expect(problem).to.contain('(4, 4)').and.to.contain('(480, 640)');
    const before = await cards.count();
    const tiff = sharp(new Uint16Array(640 * 480).fill(3000), {
      raw: { width: 640, height: 480, channels: 1 },
    });
    await testId(stage.otto, 'backgrounds-upload').setInputFiles({
      name: 'flat.tif',
      mimeType: 'image/tiff',
      buffer: await tiff.toColourspace('grey16').tiff({ compression: 'none' }).toBuffer(),
    });
    await until(
      () => cards.count(),
      (count) => count === before + 1,
      'the picture as a background',
    );
    await testId(stage.otto, 'background-picture').waitFor();
    const difference = stage.otto.locator('[data-testid="background-difference-image"] p');
    await until(
      () => difference.innerText(),
      (text) => text.includes(newest),
      'difference to the background before',
    );

    await openScreen(stage.ada, '/scripts');
    await testId(stage.ada, 'scripts-new').click();
    await testId(stage.ada, 'scripts-new-name').fill('mine');
    await testId(stage.ada, 'scripts-new-begin').click();
    await stage.ada.locator('.cm-content').waitFor();
    const text = await stage.ada.locator('.cm-content').innerText();
    expect(text).to.contain('def process_image(').and.to.contain('processor.process_image(');
    await typeDocument(stage.ada, 'def process_image(image:\n    return {}\n');
    expect(await testId(stage.ada, 'script-problem').innerText()).to.match(/line 1/);
    expect(await testId(stage.ada, 'script-save').getAttribute('aria-disabled')).to.equal('true');
    // brackets are well here: only the interpreter of the server knows
    await typeDocument(stage.ada, 'def process_image(image):\n    return return\n');
    await until(
      async () => {
        const problem = testId(stage.ada, 'script-problem');
        return (await problem.count()) === 0 ? '' : problem.innerText();
      },
      (found) => /line 2/.test(found),
      'what the server finds',
    );
    expect(await testId(stage.ada, 'script-save').getAttribute('aria-disabled')).to.equal('true');
    expect((await v1('/pipeline/script')).scripts).not.to.contain('mine.py');
  });
}
