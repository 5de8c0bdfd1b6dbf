import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { Receiver } from '../../../src/bsread/index.js';
import { StreamSource } from '../../camera/sources/bsread/stream-source.js';
import { openPage, testId, until } from './browser.js';
import {
  audit,
  cell,
  type Json,
  keepPulses,
  openScreen,
  row,
  stage,
  start,
  stopConsuming,
  v1,
} from './stage.js';
import { openView } from './view-support.js';

/** Checks 17 and 18: looking disturbs nobody, and tells every channel. */
export function watchingChecks(): void {
  it('17: looking takes no message from a consumer', async () => {
    const before = await until(
      () => statistics('sim_push'),
      ({ clients }) => clients === 1,
      'the consumer among the clients',
    );
    const first = stage.received.length;
    const { stream } = (await (await fetch(`${stage.plant.cameraUrl}/api/v1/cam/simulation`)).json()) as Json;
    const recorder = new Receiver({ address: String(stream), mode: 'SUB' });
    await recorder.open();
    const published: number[] = [];
    const recording = keepPulses(recorder, published);
    const viewer = await openView('sim_push');
    const inspector = await openPage(stage.browser, stage.plant.url, 'vera');
    await openScreen(inspector, '/i/pipelines/sim_push/inspect');
    const list = await openPage(stage.browser, stage.plant.url, 'vera');
    await openScreen(list, '/overview');
    await row(list, 'sim_push').click();
    const looks: [string, number, () => Promise<string | null>][] = [
      ['pictures', 20, () => testId(viewer, 'viewer-canvas').getAttribute('data-pulse-id')],
      ['inspected messages', 8, () => testId(inspector, 'inspect-table').getAttribute('data-pulse-id')],
      [
        'pictures in the list',
        3,
        () => testId(list, 'thumbnail-sim_push').locator('canvas').getAttribute('data-pulse-id'),
      ],
    ];
    const seen = new Set<number>();
    await Promise.all(
      looks.map(async ([what, wanted, read]) => {
        const own = new Set<number>();
        await until(
          async () => {
            const text = await read();
            if (text !== null) own.add(Number(text));
            return own.size;
          },
          (count) => count >= wanted,
          what,
        );
        for (const pulse of own) seen.add(pulse);
      }),
    );
    expect(await testId(inspector, 'inspect-table').getAttribute('data-clients')).to.equal('1');
    expect((await statistics('sim_push')).clients).to.equal(before.clients);
    for (const page of [viewer, inspector, list]) await page.context().close();
    await until(
      async () => [...seen].filter((pulse) => !stage.received.includes(pulse)),
      (missing) => missing.length === 0,
      'messages that the consumer did not get',
    );
    await recorder.close();
    await recording;
    const received = new Set(stage.received.slice(first));
    const [from, to] = [Math.min(...received), Math.max(...received)];
    // what the camera itself did not get done on a busy machine, nobody can have received
    const missing = published.filter((pulse) => pulse > from && pulse < to && !received.has(pulse)).length;
    // the machine of the test may be too slow for the pipeline; what it loses it counts, and tells with its next figures
    await until(
      async () => (await statistics('sim_push')).dropped - before.dropped,
      (dropped) => missing <= dropped,
      `the loss of ${missing} messages among those that were dropped`,
    );
  });

  it('18: lists the channels of a message', async () => {
    await start('simulation_sp');
    await openScreen(stage.vera, '/i/pipelines/simulation_sp/inspect');
    await testId(stage.vera, 'inspect-row-image').waitFor();
    const heads = await stage.vera.locator('[data-testid="inspect-table"] thead th').allInnerTexts();
    expect(heads.slice(0, 4)).to.deep.equal(['Channel', 'Type', 'Size', 'Value']);
    const names = await stage.vera.locator('[data-testid="inspect-table"] tbody th').allInnerTexts();
    expect(names.map((name) => name.trim())).to.deep.equal(
      names.map((name) => name.trim()).sort((a, b) => a.localeCompare(b, 'en')),
    );
    const { geometry } = (await (
      await fetch(`${stage.plant.cameraUrl}/api/v1/cam/simulation/geometry`)
    ).json()) as { geometry: [number, number] };
    const image = await testId(stage.vera, 'inspect-row-image').innerText();
    expect(image).to.contain('uint16').and.to.contain(geometry.join(' x '));
    await testId(stage.vera, 'inspect-row-processing_parameters').locator('button').click();
    await stage.vera.locator('.opened .json-tree').waitFor();
  });
}

/** The buffers of the site: an operator connects, an admin chooses what is read. */
export function bufferChecks(): void {
  it('connects a pushed stream anew with a buffer, and notes who did it', async () => {
    await openScreen(stage.vera, '/buffers/reconnect');
    const button = 'buffers-reconnect-data-sim_push';
    await testId(stage.vera, button).waitFor();
    expect(await testId(stage.vera, button).getAttribute('aria-disabled')).to.equal('true');
    await openScreen(stage.otto, '/buffers/reconnect');
    await testId(stage.otto, button).click();
    await testId(stage.otto, 'confirm-action').click();
    await testId(stage.otto, 'buffers-output').getByText('Added tcp://').waitFor();
    const cellOf = testId(stage.otto, 'buffers-row-sim_push').locator('[data-connected]');
    await until(
      () => cellOf.getAttribute('data-connected'),
      (text) => text === 'true',
      'source of the buffer',
    );
    await cellOf.getByText(/reconnected .* by otto/).waitFor();
    const records = await audit(stage.ada, 'action=buffer.reconnect');
    expect(records[0]).to.include({ actor: 'otto', result: 'ok' });
  });
}

/** Check 8; the last one, as it takes the consumer of `sim_push` away. */
export function silenceChecks(): void {
  it('8: tells a blocked push from a camera that gives nothing', async () => {
    const page = stage.vera;
    const source = new StreamSource('quiet:FPICTURE');
    await source.open();
    let pulse = 0;
    const sending = setInterval(() => {
      pulse += 1;
      source.send(pulse).catch(() => undefined);
    }, 100);
    try {
      await saveCamera('quiet', { source: 'quiet', source_type: 'bsread', url: source.address });
      await createPipeline('sim_quiet', {
        camera_name: 'quiet',
        no_client_timeout: 0,
        image_threshold: null,
      });
      await openScreen(page, '/overview');
      await stateOf(page, 'sim_quiet', /Running/);
      clearInterval(sending);
      await stateOf(page, 'sim_quiet', /No input/);
      await hinted(page, 'sim_quiet', /camera|source/);
    } finally {
      clearInterval(sending);
      source.close();
      await v1('/proxy/sim_quiet', { method: 'DELETE' });
    }
    await stopConsuming();
    await stateOf(page, 'sim_push', /Blocked/);
    expect(await cell(page, 'sim_push', 'state').innerText()).not.to.match(/Frozen/);
    await hinted(page, 'sim_push', /[Rr]econnect/);
  });
}

function stateOf(page: Page, instance: string, wanted: RegExp): Promise<string> {
  return until(
    () => cell(page, instance, 'state').innerText(),
    (text) => wanted.test(text),
    `state of ${instance}`,
  );
}

async function hinted(page: Page, instance: string, wanted: RegExp): Promise<void> {
  await until(
    () => cell(page, instance, 'state').locator('[title]').getAttribute('title'),
    (title) => title !== null && wanted.test(title),
    `hint for ${instance}`,
  );
}

async function saveCamera(name: string, config: Json): Promise<void> {
  const url = `${stage.plant.cameraUrl}/api/v1/cam/${name}/config`;
  const answer = (await (await fetch(url, post(config))).json()) as Json;
  expect(answer.state).to.equal('ok', String(answer.status));
}

async function createPipeline(name: string, config: Json): Promise<void> {
  await until(
    () => v1(`/pipeline?instance_id=${name}`, post(config)),
    (answer) => answer.state === 'ok',
    `pipeline ${name}`,
  );
}

function post(document: Json): RequestInit {
  return {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(document),
  };
}

interface Statistics {
  readonly clients: number;
  /** Messages lost since the start, whatever the reason. */
  readonly dropped: number;
}

async function statistics(instance: string): Promise<Statistics> {
  const answer = await stage.vera.request.get('/api/v2/snapshot?cluster=pipelines');
  const { clusters } = (await answer.json()) as {
    clusters: { pipelines: { instances: { instance: string; statistics: Json }[] } };
  };
  const record = clusters.pipelines.instances.find((entry) => entry.instance === instance)!;
  const dropped = (record.statistics.dropped ?? {}) as Record<string, number>;
  return {
    clients: Number(record.statistics.clients),
    dropped: Object.values(dropped).reduce((sum, count) => sum + count, 0),
  };
}
