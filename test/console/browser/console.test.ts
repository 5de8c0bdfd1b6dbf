/**
 * The acceptance checks of the console, in a headless browser against a real cluster. One cluster and one browser serve all
 * of them; each check leaves the plant as it found it.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { Receiver } from '../../../src/bsread/index.js';
import { keepPicture, openBrowser, openPage, PATIENCE, testId, until } from './browser.js';
import { FITS, SAMPLED_PIXELS, VIOLATIONS } from './page-scripts.js';
import { type Plant, startPlant } from './plant.js';

type Json = Record<string, unknown>;

describe('the console in a browser', function () {
  this.timeout(4 * PATIENCE);
  this.slow(60_000);
  let plant: Plant;
  let browser: Browser;
  let vera: Page;
  let otto: Page;
  let ada: Page;
  let consumer: Receiver;
  let consuming: Promise<void>;
  const received: number[] = [];
  const outside: string[] = [];
  const complaints: string[] = [];

  const v1 = async (path: string, options: RequestInit = {}): Promise<Json> => {
    const answer = await fetch(`${plant.url}/api/v1${path}`, options);
    return (await answer.json()) as Json;
  };
  const start = (name: string): Promise<Json> => v1(`/pipeline/instance/${name}`);
  const stop = (name: string): Promise<Json> => v1(`/proxy/${name}`, { method: 'DELETE' });
  const row = (page: Page, name: string) => testId(page, `overview-instances-row-${name}`);
  const cell = (page: Page, name: string, column: string) =>
    row(page, name).locator(`[data-column="${column}"]`);
  const open = async (page: Page, path: string): Promise<void> => {
    await page.goto(`/ui${path}`);
    await page.locator('h1').waitFor({ state: 'attached' });
  };

  before(async function () {
    this.timeout(6 * PATIENCE);
    plant = await startPlant();
    browser = await openBrowser();
    [vera, otto, ada] = (await Promise.all(
      ['vera', 'otto', 'ada'].map((user) => openPage(browser, plant.url, user)),
    )) as [Page, Page, Page];
    vera.on('request', (request) => {
      if (!request.url().startsWith(plant.url) && !/^(data|blob):/.test(request.url()))
        outside.push(request.url());
    });
    vera.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    vera.on('pageerror', (error) => complaints.push(error.message));
    const pushed = await until(
      () => start('sim_push'),
      (answer) => answer.state === 'ok',
      'stream of sim_push',
    );
    consumer = new Receiver({ address: String(pushed.stream), mode: 'PULL' } as never);
    await consumer.open();
    consuming = (async () => {
      while (!consumer.closed) {
        const message = await consumer.receive();
        if (message === null) continue;
        received.push(Number(message.pulseId));
        message.release();
      }
    })();
  });

  after(async function () {
    this.timeout(2 * PATIENCE);
    await browser?.close();
    await consumer?.close();
    await consuming;
    await plant?.close();
  });

  it('1: shows every enabled worker of both clusters with its figures, and asks nobody else', async () => {
    await open(vera, '/overview');
    for (const worker of [plant.w1, plant.w2, plant.c1]) {
      const line = testId(vera, `overview-workers-row-${worker}`);
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
    expect(await vera.locator('[data-testid="overview-workers"] tr[data-key]').count()).to.equal(3);
    expect(outside).to.deep.equal([]);
    expect(complaints).to.deep.equal([]);
  });

  it('2: shows an instance that another client starts, without reload', async () => {
    await start('simulation_sp');
    await row(vera, 'simulation_sp').waitFor();
    await until(
      () => cell(vera, 'simulation_sp', 'state').innerText(),
      (text) => text.includes('Running'),
      'state',
    );
    for (const column of ['rx', 'tx']) {
      const text = await until(
        () => cell(vera, 'simulation_sp', column).innerText(),
        (value) => Number.parseFloat(value) > 0,
        column,
      );
      expect(text.trim()).to.match(/Hz$/);
    }
  });

  it('3: keeps the selection on the instance, whatever else comes and goes', async () => {
    await open(otto, '/overview');
    await cell(otto, 'sim_push', 'state').click();
    for (const name of ['simulation_slices', 'sim_other']) await start(name);
    await row(otto, 'sim_other').waitFor();
    await stop('sim_other');
    await row(otto, 'sim_other').waitFor({ state: 'detached' });
    expect(
      await otto.locator('tr[aria-selected="true"][data-key^="pipelines/"]').getAttribute('data-key'),
    ).to.equal('pipelines/sim_push');
    await testId(otto, 'overview-instances-menu-sim_push').click();
    await testId(otto, 'instance-stop').first().click();
    expect(await testId(otto, 'confirm-dialog').innerText()).to.contain('sim_push');
    await testId(otto, 'confirm-cancel').click();
  });

  it('4: filters by words and tokens, kept in the address', async () => {
    await open(vera, '/overview');
    await row(vera, 'sim_push').waitFor();
    await testId(vera, 'overview-search').fill('SIM_');
    await row(vera, 'simulation_sp').waitFor({ state: 'detached' });
    expect(vera.url()).to.contain('q=SIM_');
    await vera.reload();
    await row(vera, 'sim_push').waitFor();
    expect(await testId(vera, 'overview-search').inputValue()).to.equal('SIM_');
    expect(await row(vera, 'simulation_sp').count()).to.equal(0);
    await testId(vera, 'rail-help').click();
    await vera.goBack();
    await row(vera, 'sim_push').waitFor();
    expect(await testId(vera, 'overview-search').inputValue()).to.equal('SIM_');
    await testId(vera, 'overview-search').fill('state:blocked');
    await row(vera, 'sim_push').waitFor({ state: 'detached' });
    await testId(vera, 'overview-search').fill('');
  });

  it('5: polls when events do not come through, and returns to them', async () => {
    const page = await openPage(browser, plant.url, 'vera');
    await page.route('**/api/v2/events**', (route) => route.abort());
    await open(page, '/overview');
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
    const page = await openPage(browser, plant.url, 'otto');
    await page.route('**/api/v2/events**', (route) => route.abort());
    await open(page, '/overview');
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
    await open(vera, '/overview');
    await testId(vera, `overview-workers-row-${plant.w2}`).waitFor();
    await plant.kill(plant.w2);
    try {
      await until(
        () => testId(vera, `overview-workers-row-${plant.w2}`).innerText(),
        (text) => /Unknown/.test(text) && /no reply/.test(text),
        'state of w2',
      );
      await vera.locator('[data-testid="overview-workers-panel"][data-state="partial"]').waitFor();
      const info = (await v1('/proxy/info')).info as { servers: Record<string, { instances: unknown }> };
      expect(info.servers[`http://${plant.w2}`]?.instances).to.deep.equal([]);
    } finally {
      await plant.revive(plant.w2);
    }
    await vera.locator('[data-testid="overview-workers-panel"][data-state="ready"]').waitFor();
  });

  it('9: opens the live view of an instance directly', async () => {
    await start('simulation_sp');
    const page = await openPage(browser, plant.url, 'vera');
    await open(page, '/i/pipelines/simulation_sp/view');
    await until(
      () => variance(page),
      (value) => value > 0,
      'painted picture',
    );
    await until(
      () => testId(page, 'viewer-stream-rate').innerText(),
      (text) => Math.abs(Number.parseFloat(text) - 10) <= 2,
      'stream rate',
    );
    const first = Number(await testId(page, 'viewer-pulse').innerText());
    await until(
      async () => Number(await testId(page, 'viewer-pulse').innerText()),
      (pulse) => pulse > first,
      'pulse id',
    );
    expect(Number.parseFloat(await testId(page, 'viewer-shown-rate').innerText())).to.be.greaterThan(0);
    expect(await testId(page, 'viewer-latency').innerText()).to.match(/ms|clock\?/);
    await page.context().close();
  });

  describe('the live view', () => {
    let page: Page;

    before(async () => {
      await start('simulation_slices');
      page = await openPage(browser, plant.url, 'vera');
      await open(page, '/i/pipelines/simulation_slices/view');
      await until(
        () => variance(page),
        (value) => value > 0,
        'painted picture',
      );
    });

    after(() => page.context().close());

    it('10: reads the exact value under the pointer', async () => {
      const pulses = new Set<string>();
      await until(
        async () => pulses.add(await testId(page, 'viewer-pulse').innerText()).size,
        (count) => count >= 4,
        'pictures',
      );
      await page.keyboard.press(' ');
      await until(
        () => testId(page, 'viewer-state').innerText(),
        (text) => text === 'Frozen',
        'frozen',
      );
      const box = (await testId(page, 'viewer-canvas').boundingBox())!;
      await page.mouse.move(box.x + box.width / 2 + 3, box.y + box.height / 2 + 5);
      const readout = testId(page, 'viewer-readout');
      const value = await until(
        () => readout.getAttribute('data-value'),
        (text) => text !== null,
        'exact value',
      );
      const [column, line] = [
        Number(await readout.getAttribute('data-x')),
        Number(await readout.getAttribute('data-y')),
      ];
      const shown = Number.parseFloat(await testId(page, 'readout-x').innerText());
      const array = readNpy(readFileSync(await save(page, 'save-npy')));
      expect(Number(value)).to.equal(array.at(line, column));
      const message = await page.request.get(
        '/api/v2/view/pipelines/simulation_slices/message?elements=2000',
      );
      const channels = ((await message.json()) as { channels: { name: string; value: number[] }[] }).channels;
      expect(shown).to.be.closeTo(channels.find(({ name }) => name === 'x_axis')!.value[column]!, 0.1);
    });

    it('14: freezes, steps back, and goes on', async () => {
      if ((await testId(page, 'viewer-state').innerText()) !== 'Frozen') await page.keyboard.press(' ');
      const pulse = Number(await testId(page, 'viewer-pulse').innerText());
      await page.waitForTimeout(1500);
      expect(Number(await testId(page, 'viewer-pulse').innerText())).to.equal(pulse);
      await page.keyboard.press('[');
      await until(
        async () => Number(await testId(page, 'viewer-pulse').innerText()),
        (value) => value < pulse,
        'older picture',
      );
      await page.keyboard.press(' ');
      await until(
        () => testId(page, 'viewer-state').innerText(),
        (text) => text === 'Live',
        'live',
      );
    });

    it('11: changes colours and range, kept in the address', async () => {
      await testId(page, 'viewer-colormap').selectOption('grey');
      await until(
        () => pixels(page),
        (list) => list.every(([r, g, b]) => r === g && g === b),
        'grey pixels',
      );
      await testId(page, 'viewer-range-high').fill('1');
      await testId(page, 'viewer-range-high').press('Enter');
      await testId(page, 'viewer-range-low').fill('0');
      await testId(page, 'viewer-range-low').press('Enter');
      const over = (list: number[][]): number =>
        list.filter(([r, g, b]) => r === 255 && g === 0 && b === 255).length / list.length;
      await until(
        () => pixels(page),
        (list) => over(list) > 0.95,
        'over range',
      );
      expect(page.url()).to.contain('map=grey').and.to.contain('range=0..1');
      await page.reload();
      await until(
        () => pixels(page),
        (list) => list.length > 0 && over(list) > 0.95,
        'over range after the reload',
      );
      await testId(page, 'viewer-range-auto').click();
      await until(
        () => pixels(page),
        (list) => over(list) < 0.05,
        'automatic range',
      );
      await testId(page, 'viewer-colormap').selectOption('viridis');
    });

    it('12: zooms and pans by wheel, pointer and keys', async () => {
      const box = (await testId(page, 'viewer-canvas').boundingBox())!;
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      await page.mouse.wheel(0, -200);
      const width = async (): Promise<number> => {
        const view = new URL(page.url()).searchParams.get('view')?.split(',').map(Number) ?? [0, 0, 640, 480];
        return view[2]! - view[0]!;
      };
      const first = await until(width, (value) => value < 640, 'zoomed by the wheel');
      await page.keyboard.press('+');
      await until(width, (value) => value < first, 'zoomed by the key');
      const before = new URL(page.url()).searchParams.get('view');
      await page.keyboard.press('ArrowLeft');
      await until(
        async () => new URL(page.url()).searchParams.get('view'),
        (view) => view !== before,
        'panned by the key',
      );
      const panned = new URL(page.url()).searchParams.get('view');
      await page.mouse.down();
      await page.mouse.move(box.x + box.width / 2 - 60, box.y + box.height / 2 - 40, { steps: 4 });
      await page.mouse.up();
      await until(
        async () => new URL(page.url()).searchParams.get('view'),
        (view) => view !== panned,
        'panned by the pointer',
      );
      await page.keyboard.press('0');
      await until(
        async () => new URL(page.url()).searchParams.get('view'),
        (view) => view === null,
        'whole image',
      );
    });

    it('13: draws profiles, fits, good region and slices as the stream has them', async () => {
      await page.goto('/ui/i/pipelines/simulation_slices/view?overlays=profiles,fit,good-region,slices');
      for (const id of ['overlay-profile-x', 'overlay-profile-y', 'overlay-fit-x', 'overlay-fit-y']) {
        await testId(page, id).waitFor({ state: 'attached' });
      }
      const region = testId(page, 'overlay-good-region');
      await region.waitFor({ state: 'attached' });
      await until(
        () => testId(page, 'overlay-slice').count(),
        (count) => count === 5,
        'slice centres',
      );
      await page.keyboard.press(' ');
      await until(
        () => testId(page, 'viewer-state').innerText(),
        (text) => text === 'Frozen',
        'frozen',
      );
      const edges = (await region.getAttribute('data-edges'))!.split(',').map(Number);
      expect(edges).to.have.length(4);
      expect(edges[2]).to.be.greaterThan(edges[0]!);
      const mean = Number(await testId(page, 'number-gr_x_fit_mean').getAttribute('data-value'));
      expect(Number.isFinite(mean)).to.equal(true);
      await page.keyboard.press(' ');
    });

    it('15: saves the picture and its numbers', async () => {
      const png = readFileSync(await save(page, 'save-png'));
      expect(png.subarray(1, 4).toString()).to.equal('PNG');
      const array = readNpy(readFileSync(await save(page, 'save-npy')));
      expect(array.shape).to.deep.equal([480, 640]);
      expect(array.descr).to.equal('<u2');
    });

    it('16: follows a pinned number', async () => {
      await testId(page, 'number-intensity').click();
      const trend = testId(page, 'trend-intensity');
      await until(
        async () => Number(await trend.getAttribute('data-points')),
        (count) => count >= 20,
        'points',
      );
      expect(await trend.innerText())
        .to.match(/mean/)
        .and.to.match(/sigma/);
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        testId(page, 'trend-csv-intensity').click(),
      ]);
      const points = Number(await trend.getAttribute('data-points'));
      const lines = readFileSync((await download.path())!, 'utf8')
        .trim()
        .split('\n');
      expect(lines.length - 1).to.be.closeTo(points, 3);
    });
  });

  it('17: looking takes no message from a consumer', async () => {
    const page = await openPage(browser, plant.url, 'vera');
    await open(page, '/i/pipelines/sim_push/view');
    await until(
      () => testId(page, 'viewer-pulse').innerText(),
      (text) => /\d/.test(text),
      'pulse id',
    );
    await open(page, '/i/pipelines/sim_push/inspect');
    const table = testId(page, 'inspect-table');
    await table.waitFor();
    expect(await table.getAttribute('data-clients')).to.equal('1');
    const from = received.length;
    await until(
      async () => received.length,
      (count) => count > from + 20,
      'messages of the consumer',
    );
    const gaps = received
      .slice(from)
      .filter((pulse, index, list) => index > 0 && pulse !== list[index - 1]! + 1);
    expect(gaps).to.deep.equal([]);
    await page.context().close();
  });

  it('18: lists the channels of a message', async () => {
    await open(vera, '/i/pipelines/simulation_sp/inspect');
    await testId(vera, 'inspect-row-image').waitFor();
    const heads = await vera.locator('[data-testid="inspect-table"] thead th').allInnerTexts();
    expect(heads.slice(0, 4)).to.deep.equal(['Channel', 'Type', 'Size', 'Value']);
    const names = await vera.locator('[data-testid="inspect-table"] tbody th').allInnerTexts();
    expect(names.map((name) => name.trim())).to.deep.equal(
      names.map((name) => name.trim()).sort((a, b) => a.localeCompare(b, 'en')),
    );
    const image = await testId(vera, 'inspect-row-image').innerText();
    expect(image).to.contain('uint16').and.to.contain('640 x 480');
    await testId(vera, 'inspect-row-processing_parameters').locator('button').click();
    await vera.locator('.opened .json-tree').waitFor();
  });

  const typeDocument = async (page: Page, text: string): Promise<void> => {
    const content = page.locator('.cm-content');
    await content.click();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText(text);
  };

  it('19: edits a configuration with checks, review and history', async () => {
    await open(otto, '/configs/pipelines/sim_other/edit');
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
      '{\n "camera_name": "simulation",\n "no_client_timeout": 0,\n "image_threshold": 12,\n "name": "sim_other"\n}',
    );
    await until(
      () => testId(otto, 'editor-review').getAttribute('aria-disabled'),
      (value) => value === null,
      'review possible',
    );
    await testId(otto, 'editor-review').click();
    const changes = otto.locator('[data-testid="review-changes"] tbody tr[data-path="/image_threshold"]');
    await changes.waitFor();
    expect(await changes.innerText()).to.contain('12');
    await testId(otto, 'review-comment').fill('test of the threshold');
    await testId(otto, 'review-apply').click();
    await testId(otto, 'editor-review-dialog').waitFor({ state: 'detached' });
    const stored = await v1('/pipeline/sim_other/config');
    expect((stored.config as Json).image_threshold).to.equal(12);
    await open(otto, '/configs/pipelines/sim_other/history');
    const newest = otto.locator('.revisions li').first();
    await newest.waitFor();
    expect(await newest.innerText())
      .to.contain('otto')
      .and.to.contain('test of the threshold');
  });

  it('20: stores nothing before Apply, and shows the defaults', async () => {
    await open(otto, '/configs/pipelines');
    await testId(otto, 'configs-new').click();
    await testId(otto, 'configs-new-name').fill('t1');
    await testId(otto, 'configs-new-begin').click();
    await otto.locator('.cm-content').waitFor();
    await typeDocument(otto, '{"camera_name": "simulation"}');
    await until(
      () => testId(otto, 'editor-check-list').innerText(),
      (text) => text.includes('pipeline_type'),
      'defaults',
    );
    await until(
      () => testId(otto, 'editor-review').getAttribute('aria-disabled'),
      (value) => value === null,
      'review possible',
    );
    await testId(otto, 'editor-review').click();
    expect(await testId(otto, 'review-defaults').innerText()).to.contain('pipeline_type = "processing"');
    await testId(otto, 'review-back').click();
    const names = (await v1('/proxy/config_names')).config_names as string[];
    expect(names).not.to.contain('t1');
  });

  it('21: lets two people not overwrite each other', async () => {
    const text = (threshold: number): string =>
      `{"camera_name": "simulation", "no_client_timeout": 0, "name": "sim_other", "image_threshold": ${threshold}}`;
    const second = await openPage(browser, plant.url, 'ada');
    for (const page of [otto, second]) {
      await open(page, '/configs/pipelines/sim_other/edit');
      await page.locator('.cm-content').waitFor();
    }
    await typeDocument(otto, text(21));
    await typeDocument(second, text(22));
    await until(
      () => testId(otto, 'editor-review').getAttribute('aria-disabled'),
      (value) => value === null,
      'first review',
    );
    await testId(otto, 'editor-review').click();
    await testId(otto, 'review-apply').click();
    await testId(otto, 'editor-review-dialog').waitFor({ state: 'detached' });
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
    await open(otto, '/configs/pipelines/sim_other/history');
    const revisions = otto.locator('.revisions li');
    await revisions.first().waitFor();
    const before = await revisions.count();
    await revisions
      .nth(1)
      .getByRole('button', { name: /Restore/ })
      .click();
    await testId(otto, 'confirm-action').click();
    await until(
      () => revisions.count(),
      (count) => count === before + 1,
      'one revision more',
    );
    expect(((await v1('/pipeline/sim_other/config')).config as Json).image_threshold).to.equal(12);
    await until(
      () => audit(ada, 'action=config.restore'),
      (records) => records.length > 0,
      'audit record',
    );
  });

  it('23: stops a permanent instance only when its name is typed', async () => {
    await open(otto, '/overview');
    await row(otto, 'sim_push').waitFor();
    await testId(otto, 'overview-instances-menu-sim_push').click();
    await testId(otto, 'instance-stop').first().click();
    const dialog = await testId(otto, 'confirm-dialog').innerText();
    expect(dialog)
      .to.match(/\d+ clients?/)
      .and.to.match(/restarts by itself/);
    expect(await testId(otto, 'confirm-action').getAttribute('aria-disabled')).to.equal('true');
    await testId(otto, 'confirm-name').fill('sim_pus');
    await testId(otto, 'confirm-name').press('Enter');
    expect(await testId(otto, 'confirm-dialog').count()).to.equal(1);
    await testId(otto, 'confirm-name').fill('sim_push');
    await testId(otto, 'confirm-action').click();
    await testId(otto, 'confirm-dialog').waitFor({ state: 'detached' });
    await until(
      async () =>
        (await row(otto, 'sim_push').count()) > 0 && (await cell(otto, 'sim_push', 'state').innerText()),
      (text) => text !== false && /Running|Blocked|No output/.test(text),
      'sim_push again',
    );
  });

  it('24: restarts a worker once, with name and reason, and keeps it in the audit log', async () => {
    const requests: string[] = [];
    ada.on(
      'request',
      (request) =>
        request.method() === 'POST' && request.url().endsWith('/restart') && requests.push(request.url()),
    );
    await open(ada, `/servers/pipelines/${plant.w1.replace(':', '_')}`);
    await testId(ada, 'worker-restart').click();
    await testId(ada, 'confirm-name').fill(plant.w1);
    expect(await testId(ada, 'confirm-action').getAttribute('aria-disabled')).to.equal('true');
    await testId(ada, 'confirm-reason').fill('test of the restart');
    await testId(ada, 'confirm-action').dblclick();
    await testId(ada, 'confirm-dialog').waitFor({ state: 'detached' });
    const [record] = await until(
      () => audit(ada, 'action=worker.restart'),
      (records) => records.length > 0,
      'audit record',
    );
    expect(record).to.include({ actor: 'ada', role: 'admin', result: 'ok', reason: 'test of the restart' });
    expect(requests).to.have.length(1);
    await open(ada, '/overview');
    await until(
      () => testId(ada, `overview-workers-row-${plant.w1}`).innerText(),
      (text) => /Running/.test(text),
      'worker again',
    );
  });

  it('25: tells a viewer which role is needed, and refuses what is forged', async () => {
    await start('simulation_sp');
    await open(vera, '/i/pipelines/simulation_sp/info');
    const button = testId(vera, 'instance-stop').first();
    await button.waitFor();
    expect(await button.getAttribute('aria-disabled')).to.equal('true');
    expect(await button.getAttribute('title')).to.contain('operator');
    const answer = await vera.request.post('/api/v2/instances/pipelines/simulation_sp/stop', { data: {} });
    expect(answer.status()).to.equal(403);
    await until(
      () => audit(ada, 'result=refused'),
      (records) => records.length > 0,
      'refused record',
    );
    await open(vera, '/admin/users');
    await vera.locator('[data-testid="users"][data-state="denied"]').waitFor();
  });

  it('26: keeps what old clients do in the audit log', async () => {
    await start('sim_other');
    await fetch(`${plant.url}/api/v1/proxy/sim_other`, {
      method: 'DELETE',
      headers: { 'User-Agent': 'java client' },
    });
    await open(vera, '/audit?target=sim_other');
    const line = vera.locator('[data-testid="audit"] tr[data-key]').first();
    await until(
      () => line.innerText(),
      (text) => /instance\.stop|instance\.create/.test(text),
      'record',
    );
    await testId(vera, 'audit-filter-action').fill('instance.stop');
    await until(
      () => line.innerText(),
      (text) => text.includes('instance.stop') && text.includes('127.0.0.1'),
      'filtered',
    );
    expect(vera.url()).to.contain('action=instance.stop').and.to.contain('target=sim_other');
    const [download] = await Promise.all([
      vera.waitForEvent('download'),
      testId(vera, 'audit-export').click(),
    ]);
    expect(readFileSync((await download.path())!, 'utf8')).to.contain('sim_other');
  });

  it('27: shows what a change of the placement would do, and posts nothing wrong', async () => {
    await open(ada, '/placement/pipelines');
    const line = testId(ada, 'placement-permanent-sim_push');
    await line.locator('input[type=checkbox]').click();
    await until(
      () => line.innerText(),
      (text) => text.includes('will STOP'),
      'consequence',
    );
    await testId(ada, 'placement-review').click();
    const consequences = testId(ada, 'placement-consequences');
    await until(
      () => consequences.innerText(),
      (text) => text.includes('stops sim_push'),
      'consequences of the manager',
    );
    await ada.keyboard.press('Escape');
    await testId(ada, 'placement-discard').click();
    expect(await testId(ada, 'placement-draft').innerText()).to.equal('No changes');
    await testId(ada, 'placement-permanent-name').fill('ghost');
    await testId(ada, 'placement-permanent-configuration').fill('nowhere');
    await testId(ada, 'placement-permanent-add').click();
    expect(await testId(ada, 'placement-problems').innerText()).to.contain('nowhere');
    expect(await testId(ada, 'placement-review').getAttribute('aria-disabled')).to.equal('true');
    await testId(ada, 'placement-discard').click();
    await testId(ada, 'placement-drag-sim_push').dragTo(testId(ada, 'placement-drop'));
    await testId(ada, 'placement-fixed-table').getByText('sim_push').waitFor();
    await testId(ada, 'placement-add-fixed').click();
    await testId(ada, 'placement-fixed-name').fill('sim_other');
    await testId(ada, 'placement-fixed-add').click();
    await testId(ada, 'placement-fixed-table').getByText('sim_other').waitFor();
    await testId(ada, 'placement-discard').click();
    const { permanent_instances } = await v1('/proxy/permanent');
    expect(permanent_instances).to.deep.equal({ sim_push: 'sim_push' });
  });

  it('28: captures backgrounds, refuses wrong shapes, and saves no script with an error', async () => {
    await open(otto, '/backgrounds/simulation');
    await until(
      () => testId(otto, 'backgrounds-size').innerText(),
      (text) => text === '640 × 480',
      'size of the camera',
    );
    await testId(otto, 'backgrounds-images').fill('5');
    const cards = otto.locator('[data-testid="backgrounds-list"] figure');
    await testId(otto, 'backgrounds-capture-button').click();
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
      otto.waitForEvent('download'),
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
    const wrong = readFileSync(join(plant.folder, 'background_config', 'simulation_bad.npy'));
    await testId(otto, 'backgrounds-upload').setInputFiles({
      name: 'wrong.npy',
      mimeType: 'application/octet-stream',
      buffer: wrong,
    });
    const problem = await testId(otto, 'backgrounds-upload-problem').innerText();
    expect(problem).to.contain('(4, 4)').and.to.contain('(480, 640)');

    await open(ada, '/scripts');
    await testId(ada, 'scripts-new').click();
    await testId(ada, 'scripts-new-name').fill('mine');
    await testId(ada, 'scripts-new-begin').click();
    await ada.locator('.cm-content').waitFor();
    const text = await ada.locator('.cm-content').innerText();
    expect(text).to.contain('def process_image').and.to.contain('processor.process_image');
    await typeDocument(ada, 'def process_image(image:\n    return {}\n');
    expect(await testId(ada, 'script-problem').innerText()).to.match(/line 1/);
    expect(await testId(ada, 'script-save').getAttribute('aria-disabled')).to.equal('true');
    expect((await v1('/pipeline/script')).scripts).not.to.contain('mine.py');
  });

  it('29: filters the log, and stands still when somebody reads', async () => {
    await start('sim_bad');
    await open(vera, '/i/pipelines/sim_bad/logs');
    await until(
      () => testId(vera, 'logs-row').count(),
      (count) => count > 0,
      'records',
    );
    await testId(vera, 'logs-text').fill('ackground');
    await until(
      () => testId(vera, 'logs-row').count(),
      (count) => count > 0,
      'records with the text',
    );
    expect(vera.url()).to.contain('q=ackground');
    for (const text of await testId(vera, 'logs-row').allInnerTexts()) expect(text).to.match(/ackground/);
    await testId(vera, 'logs-level').selectOption('ERROR');
    expect(vera.url()).to.contain('level=ERROR');
    const [download] = await Promise.all([
      vera.waitForEvent('download'),
      testId(vera, 'logs-download').click(),
    ]);
    for (const line of readFileSync((await download.path())!, 'utf8')
      .split('\n')
      .filter(Boolean))
      expect(line).to.match(/ackground/);
    await stop('sim_bad');
  });

  it('30: has no accessibility violation, fits small screens, and is no page for old clients', async function () {
    this.timeout(10 * PATIENCE);
    const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    const screens = [
      ['overview', '/overview'],
      ['instance', '/i/pipelines/simulation_sp/view'],
      ['info', '/i/pipelines/simulation_sp/info'],
      ['inspect', '/i/pipelines/simulation_sp/inspect'],
      ['configurations', '/configs/pipelines'],
      ['editor', '/configs/pipelines/simulation_sp/edit'],
      ['launch', '/launch/pipelines'],
      ['placement', '/placement/pipelines'],
      ['backgrounds', '/backgrounds/simulation'],
      ['scripts', '/scripts'],
      ['worker', `/servers/pipelines/${plant.w1.replace(':', '_')}`],
      ['logs', '/logs'],
      ['audit', '/audit'],
      ['users', '/admin/users'],
      ['settings', '/settings'],
      ['help', '/help'],
    ] as const;
    const violations: string[] = [];
    for (const theme of ['dark', 'light'] as const) {
      const page = await openPage(browser, plant.url, 'ada', { width: 1280, height: 720, theme, calm: true });
      for (const [name, path] of screens) {
        await open(page, path);
        await page.locator('[data-state]').first().waitFor();
        await page.waitForTimeout(400);
        await keepPicture(page, `${name}-${theme}`);
        expect(await page.evaluate(FITS), `${name}: width`).to.equal(true);
        violations.push(...(await violationsOf(page, axe)).map((text) => `${name} ${theme}: ${text}`));
      }
      await page.context().close();
    }
    expect(violations).to.deep.equal([]);
    const info = await fetch(`${plant.url}/api/v1/proxy/info`, { headers: { Accept: 'text/html' } });
    expect(info.headers.get('content-type')).to.equal('application/json');
  });

  it('8: tells a blocked push from a camera that gives nothing', async () => {
    await consumer.close();
    await open(vera, '/overview');
    await until(
      () => cell(vera, 'sim_push', 'state').innerText(),
      (text) => /Blocked/.test(text),
      'blocked',
    );
    expect(await cell(vera, 'sim_push', 'state').locator('[title]').getAttribute('title')).to.match(
      /[Rr]econnect/,
    );
  });

  async function audit(page: Page, query: string): Promise<Json[]> {
    const answer = await page.request.get(`/api/v2/audit?${query}&limit=20`);
    return ((await answer.json()) as { records: Json[] }).records;
  }

  async function save(page: Page, entry: string): Promise<string> {
    await testId(page, 'viewer-save').click();
    const [download] = await Promise.all([page.waitForEvent('download'), testId(page, entry).click()]);
    const folder = join(plant.folder, 'downloads');
    mkdirSync(folder, { recursive: true });
    const path = join(folder, download.suggestedFilename());
    writeFileSync(path, readFileSync((await download.path())!));
    return path;
  }
});

/** Red, green and blue of pixels in the middle of the canvas. */
function pixels(page: Page): Promise<number[][]> {
  return page.evaluate(SAMPLED_PIXELS);
}

async function variance(page: Page): Promise<number> {
  const values = (await pixels(page)).map(([r = 0, g = 0, b = 0]) => r + g + b);
  const mean = values.reduce((sum, value) => sum + value, 0) / (values.length || 1);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length || 1);
}

async function violationsOf(page: Page, axe: string): Promise<string[]> {
  // the policy of the page forbids added scripts; evaluation by the debugger is not the page's
  await page.evaluate(axe);
  return page.evaluate(VIOLATIONS);
}

function readNpy(bytes: Buffer): {
  shape: number[];
  descr: string;
  at: (row: number, column: number) => number;
} {
  const length = bytes.readUInt16LE(8);
  const header = bytes.subarray(10, 10 + length).toString();
  const shape = /'shape': \((\d+), (\d+)\)/.exec(header)!.slice(1).map(Number);
  const start = 10 + length;
  return {
    shape,
    descr: /'descr': '([^']+)'/.exec(header)![1]!,
    at: (row, column) => bytes.readUInt16LE(start + 2 * (row * shape[1]! + column)),
  };
}
