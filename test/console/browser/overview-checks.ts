import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';
import { openPage, testId, until } from './browser.js';
import { cell, openScreen, operate, row, stage, start, stop, v1 } from './stage.js';

/** Started and stopped beside what a check looks at. */
const OTHERS = ['sim_store', 'sim_other', 'simulation_slices'];

const WORKER_FIGURES = {
  version: /^\d+\.\d+\.\d+/,
  instances: /^\d+$/,
  cpu: /^\d+(\.\d+)? %$/,
  memory: /^[\d.]+ [kMGT]?B$/,
  rx: /^[\d.]+ [kMGT]?B\/s$/,
  tx: /^[\d.]+ [kMGT]?B\/s$/,
};

export function overviewChecks(): void {
  it('1: shows every enabled worker of both clusters with its figures, and asks nobody else', async () => {
    await openScreen(stage.vera, '/overview');
    for (const worker of [stage.plant.w1, stage.plant.w2, stage.plant.c1]) {
      for (const [column, shape] of Object.entries(WORKER_FIGURES)) {
        await until(
          () => workerCell(stage.vera, worker, column).innerText(),
          (text) => shape.test(text.trim()),
          `${column} of ${worker}`,
        );
      }
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
    for (const name of OTHERS) await start(name);
    for (const name of OTHERS) await row(stage.otto, name).waitFor();
    for (const name of OTHERS) await stop(name);
    for (const name of OTHERS) await row(stage.otto, name).waitFor({ state: 'detached' });
    expect(
      await stage.otto.locator('tr[aria-selected="true"][data-key^="pipelines/"]').getAttribute('data-key'),
    ).to.equal('pipelines/sim_push');
    await testId(stage.otto, 'overview-instances-menu-sim_push').click();
    await testId(stage.otto, 'instance-stop').first().click();
    expect(await testId(stage.otto, 'confirm-dialog').locator('h2').innerText()).to.contain('sim_push');
    await testId(stage.otto, 'confirm-cancel').click();
  });

  it('4: filters by words and tokens, kept in the address', async () => {
    for (const name of OTHERS) await start(name);
    await openScreen(stage.vera, '/overview');
    for (const name of ['sim_push', ...OTHERS]) await row(stage.vera, name).waitFor();
    await moveAway('sim_other', await cell(stage.vera, 'sim_push', 'worker').innerText());
    await testId(stage.vera, 'overview-search').fill('SIM_');
    await row(stage.vera, 'simulation_sp').waitFor({ state: 'detached' });
    expect(stage.vera.url()).to.contain('q=SIM_');
    const found = await until(
      () => places(stage.vera),
      (list) => list.length === 3,
      'three rows',
    );
    expect(found.map(({ name }) => name)).to.deep.equal(['sim_other', 'sim_push', 'sim_store']);
    expect(new Set(found.map(({ worker }) => worker)), 'workers of the rows').to.have.property('size', 2);
    const shownAgain = (list: { name: string }[]): boolean => JSON.stringify(list) === JSON.stringify(found);
    await stage.vera.reload();
    await until(() => places(stage.vera), shownAgain, 'the same rows after reload');
    expect(await testId(stage.vera, 'overview-search').inputValue()).to.equal('SIM_');
    await testId(stage.vera, 'rail-help').click();
    await stage.vera.goBack();
    await until(() => places(stage.vera), shownAgain, 'the same rows after going back');
    expect(await testId(stage.vera, 'overview-search').inputValue()).to.equal('SIM_');
    await testId(stage.vera, 'overview-search').fill('state:blocked');
    // of all that run, only what pushes to nobody is blocked
    await row(stage.vera, 'simulation_sp').waitFor({ state: 'detached' });
    await until(
      () => shown(stage.vera),
      (list) => list.length > 0 && list.every(({ state }) => state === 'Blocked'),
      'blocked instances only',
    );
    await testId(stage.vera, 'overview-search').fill('');
    for (const name of OTHERS) await stop(name);
  });

  it('links tell filter, columns and height of rows', async () => {
    // a page of its own: what is chosen here is remembered
    const page = await openPage(stage.browser, stage.plant.url, 'vera');
    await openScreen(page, '/overview?q=sim&mode=push&cols=mode,worker&density=comfortable');
    await row(page, 'sim_push').waitFor();
    const query = async (): Promise<URLSearchParams> => new URL(page.url()).searchParams;
    await until(query, (keys) => keys.get('q') === 'sim mode:push' && !keys.has('mode'), 'one filter');
    expect(await row(page, 'simulation_sp').count()).to.equal(0);
    const heads = page.locator('[data-testid=overview-instances] thead th');
    const keys = await heads.evaluateAll((cells) => cells.map((head) => head.getAttribute('data-column')));
    expect(keys).to.include.members(['mode', 'worker', 'state']).and.not.include('cpu');
    expect(await page.locator('html').getAttribute('data-density')).to.equal('comfortable');
    await page.getByRole('button', { name: 'Choose columns' }).click();
    await page.getByLabel('CPU', { exact: true }).check();
    await page.locator('[data-testid=overview-instances] th[data-column=cpu]').first().waitFor();
    await until(query, (keys) => keys.get('cols')?.split(',').sort().join() === 'cpu,mode,worker', 'columns');
    await page.reload();
    await page.locator('[data-testid=overview-instances] th[data-column=cpu]').first().waitFor();
    await page.context().close();
  });

  it('5: polls when events do not come through, and returns to them', async () => {
    const page = await openPage(stage.browser, stage.plant.url, 'vera');
    await page.route('**/api/v2/events**', (route) => route.abort());
    await openScreen(page, '/overview');
    await until(
      () => testId(page, 'app-connection').innerText(),
      (text) => text.trim() === 'Polling 2 s',
      'polling',
    );
    await figuresMove(page, 'simulation_sp');
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
    for (const panel of ['workers', 'instances'])
      await page.locator(`[data-testid="overview-${panel}-panel"][data-state="stale"]`).waitFor();
    await testId(page, 'app-disconnected').waitFor();
    expect(await row(page, 'sim_push').innerText()).to.contain('Hz');
    expect(await workerCell(page, stage.plant.w1, 'cpu').innerText()).to.match(WORKER_FIGURES.cpu);
    await testId(page, 'overview-instances-menu-sim_push').click();
    expect(await testId(page, 'instance-stop').first().getAttribute('aria-disabled')).to.equal('true');
    await page.keyboard.press('Escape');
    await page.evaluate('window.isSamePage = true');
    await page.unroute('**/api/**');
    await page.unroute('**/api/v2/events**');
    await testId(page, 'app-disconnected').waitFor({ state: 'detached' });
    for (const panel of ['workers', 'instances'])
      await page.locator(`[data-testid="overview-${panel}-panel"][data-state="ready"]`).waitFor();
    expect(await page.evaluate('window.isSamePage'), 'without reload').to.equal(true);
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
    const asking = askAsJava();
    await stage.plant.kill(victim);
    try {
      await until(
        () => testId(stage.vera, `overview-workers-row-${victim}`).innerText(),
        (text) => /Unknown/.test(text) && /no reply/.test(text),
        'state of w2',
      );
      await stage.vera.locator('[data-testid="overview-workers-panel"][data-state="partial"]').waitFor();
      await figuresMove(stage.vera, 'sim_push');
      const info = (await v1('/proxy/info')).info as { servers: Record<string, { instances: unknown }> };
      expect(info.servers[`http://${victim}`]?.instances).to.deep.equal([]);
    } finally {
      await stage.plant.revive(victim);
    }
    const { asked, complaints } = await asking.end();
    expect(asked).to.be.greaterThan(3);
    expect(complaints).to.deep.equal([]);
    await stage.vera.locator('[data-testid="overview-workers-panel"][data-state="ready"]').waitFor();
  });
}

function workerCell(page: Page, worker: string, column: string): Locator {
  return testId(page, `overview-workers-row-${worker}`).locator(`[data-column="${column}"]`);
}

/** Has an instance started on the other worker of pipelines: pipelines of one camera are placed together. */
async function moveAway(name: string, from: string): Promise<void> {
  const worker = from === stage.plant.w1 ? stage.plant.w2 : stage.plant.w1;
  await operate(stage.otto, `/instances/pipelines/${name}/restart`, { worker });
  await until(
    () => cell(stage.vera, name, 'worker').innerText(),
    (text) => text === worker,
    `${name} on the other worker`,
  );
}

/** The rows of instances that are shown. */
async function shown(page: Page): Promise<{ name: string; worker: string; state: string }[]> {
  const rows = page.locator('[data-testid="overview-instances"] tr[data-key]');
  const list = await rows.evaluateAll((elements) =>
    elements.map((element) => {
      const text = (column: string): string =>
        element.querySelector(`[data-column="${column}"]`)?.textContent?.trim() ?? '';
      return { name: text('name'), worker: text('worker'), state: text('state') };
    }),
  );
  return list.sort((a, b) => a.name.localeCompare(b.name));
}

/** Name and worker of the rows: their states change by themselves. */
async function places(page: Page): Promise<{ name: string; worker: string }[]> {
  return (await shown(page)).map(({ name, worker }) => ({ name, worker }));
}

/** Waits until a measured figure of the instance is another one: ages and times go on by themselves. */
async function figuresMove(page: Page, name: string): Promise<void> {
  const read = async (): Promise<string> => {
    const texts = ['rx', 'tx', 'throughput', 'cpu', 'memory'].map((key) => cell(page, name, key).innerText());
    return (await Promise.all(texts)).join(' ');
  };
  const before = await read();
  await until(read, (text) => text !== before, `changing figures of ${name}`);
}

/** Asks for the status as the Java console does, until `end`; a list that is none would stop its tables. */
function askAsJava(): { end: () => Promise<{ asked: number; complaints: string[] }> } {
  let isAsking = true;
  const work = (async () => {
    const complaints: string[] = [];
    let asked = 0;
    while (isAsking) {
      const answer = await v1('/proxy/info', { headers: { Accept: 'text/html' } });
      asked += 1;
      const { servers } = answer.info as { servers: Record<string, { instances: unknown }> };
      if (answer.state !== 'ok') complaints.push(JSON.stringify(answer));
      for (const [server, { instances }] of Object.entries(servers))
        if (!Array.isArray(instances)) complaints.push(`${server}: ${JSON.stringify(instances)}`);
      await delay(300);
    }
    return { asked, complaints };
  })();
  return {
    end: () => {
      isAsking = false;
      return work;
    },
  };
}
