/** The console in a browser: how soon it is there, what many instances cost it, how fast and how fresh its pictures are. */
import { fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { TestProcess } from '../test/proxy/process-rig.js';
import { freePortRange } from '../test/support/ports.js';
import { type BenchmarkRow, median } from './benchmark.js';
import { openLiveView, withBrowser } from './browser.js';
import { withServers } from './servers.js';

const LOADS = 5;
const WORKERS = 10;
const INSTANCES = 50;
/** Milliseconds of each measurement. */
const DURATION = 20_000;
const STREAM_RATE = 25;

export const title = 'Console';

export function run(): Promise<BenchmarkRow[]> {
  return withBrowser(async (browser) => [
    ...(await measureOverview(browser)),
    ...(await measureLiveView(browser)),
  ]);
}

async function measureOverview(browser: Browser): Promise<BenchmarkRow[]> {
  const peer = fork(fileURLToPath(new URL('./cluster-peer.js', import.meta.url)), [
    ...[WORKERS, INSTANCES, 0].map(String),
  ]);
  const addresses = await new Promise<string[]>((resolve) => peer.once('message', resolve as () => void));
  const manager = await startManager(addresses);
  try {
    const url = `${manager.url}/ui/overview`;
    const loads: Load[] = [];
    for (let index = 0; index < LOADS; index += 1) loads.push(await coldLoad(browser, url));
    const { scripts, parts } = loads[0]!;
    const page = await openOverview(browser, url);
    const cost = await costOf(browser, page);
    await page.context().close();
    return [
      {
        figure: `list of ${WORKERS * INSTANCES} instances on the screen, cold cache`,
        target: '≤ 2 s',
        measured: `${(median(loads.map(({ ready }) => ready)) / 1000).toFixed(2)} s`,
        comparedWith: `first paint of anything ${(median(loads.map(({ paint }) => paint)) / 1000).toFixed(2)} s`,
      },
      {
        figure: 'scripts loaded before that, gzip',
        target: '≤ 350 kB',
        measured: `${(scripts / 1000).toFixed(0)} kB`,
        comparedWith: `${parts} files`,
      },
      {
        figure: `share of a core of the page, ${WORKERS * INSTANCES} instances renewed every 2 s`,
        target: '< 10 %',
        measured: `${(100 * cost.share).toFixed(1)} %`,
        comparedWith: `an empty page ${(100 * cost.empty).toFixed(1)} %`,
      },
      {
        figure: 'longest task of the page meanwhile',
        target: '≤ 100 ms',
        measured: cost.longest === 0 ? '< 50 ms' : `${cost.longest.toFixed(0)} ms`,
        comparedWith: `${DURATION / 1000} s`,
      },
    ];
  } finally {
    await manager.kill('SIGTERM');
    rmSync(manager.folder, { recursive: true, force: true });
    peer.disconnect();
  }
}

async function startManager(addresses: readonly string[]): Promise<TestProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'camserver-bench-'));
  const parts = ['cameras', 'scripts', 'backgrounds'].map((name) => join(folder, name));
  for (const part of parts) mkdirSync(part);
  const [configurations, scripts, backgrounds] = parts as [string, string, string];
  const { from } = await freePortRange(1);
  const manager = new TestProcess(`http://127.0.0.1:${from}`, folder, [
    'camera-manager',
    ...[
      '--port',
      String(from),
      '--interface',
      '127.0.0.1',
      '--hostname',
      '127.0.0.1',
      '--log_level',
      'ERROR',
    ],
    ...['--base', configurations, '--servers', addresses.join(',')],
    ...['--scripts_base', scripts, '--background_base', backgrounds, '--state', join(folder, 'state')],
  ]);
  manager.start();
  await manager.answering();
  return manager;
}

interface Load {
  /** Milliseconds from the beginning of the navigation. */
  readonly ready: number;
  readonly paint: number;
  /** Bytes on the wire. */
  readonly scripts: number;
  readonly parts: number;
}

const LOAD = `(() => {
  const scripts = performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.js'));
  return {
    ready: performance.now(),
    paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN,
    scripts: scripts.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
    parts: scripts.length,
  };
})()`;

async function coldLoad(browser: Browser, url: string): Promise<Load> {
  const page = await openOverview(browser, url);
  const load = await page.evaluate<Load>(LOAD);
  await page.context().close();
  return load;
}

async function openOverview(browser: Browser, url: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1920, height: 1080 } });
  const page = await context.newPage();
  await page.goto(url, { waitUntil: 'commit', timeout: 120_000 });
  const row = page.locator('[data-testid=overview-instances] tbody tr').nth(20);
  await row.waitFor({ timeout: 120_000 });
  return page;
}

const WATCH_TASKS = `(() => {
  window.longest = 0;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.longest = Math.max(window.longest, duration);
  }).observe({ type: 'longtask' });
})()`;

async function costOf(
  browser: Browser,
  page: Page,
): Promise<{ share: number; empty: number; longest: number }> {
  const blank = await (await browser.newContext()).newPage();
  // what the first load leaves to do is not the matter
  await delay(3000);
  await page.evaluate(WATCH_TASKS);
  const before = [await processTime(page), await processTime(blank)];
  await delay(DURATION);
  const after = [await processTime(page), await processTime(blank)];
  await blank.context().close();
  const [share, empty] = after.map((time, index) => (time - before[index]!) / (DURATION / 1000));
  return { share: share!, empty: empty!, longest: await page.evaluate<number>('window.longest') };
}

/** Processor seconds of the process that draws the page. */
async function processTime(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const { metrics } = await session.send('Performance.getMetrics');
  await session.detach();
  return metrics.find(({ name }) => name === 'ProcessTime')!.value;
}

async function measureLiveView(browser: Browser): Promise<BenchmarkRow[]> {
  const rows: BenchmarkRow[] = [];
  await withServers(1, async (servers) => {
    const query = `rate=${STREAM_RATE}&overlays=none`;
    const page = await openLiveView(browser, servers, { streamRate: STREAM_RATE, query });
    await delay(4000);
    const rates: number[] = [];
    const ages: number[] = [];
    for (let sample = 0; sample < 20; sample += 1) {
      rates.push(Number.parseFloat((await page.getByTestId('viewer-shown-rate').textContent())!));
      ages.push(Number.parseFloat((await page.getByTestId('viewer-latency').textContent())!));
      await delay(500);
    }
    const limited = await page.getByText('slower:').count();
    await page.context().close();
    rows.push({
      figure: 'pictures per second on the screen, 1280x960, all asked for',
      target: '≥ 20',
      measured: `${median(rates).toFixed(1)}`,
      comparedWith: `a stream of ${STREAM_RATE} Hz${limited > 0 ? ', held down by the bit rate' : ''}`,
    });
    rows.push({
      figure: 'from the time stamp of the camera to the screen, median',
      target: '≤ 150 ms',
      measured: `${median(ages).toFixed(0)} ms`,
      comparedWith: `period of the stream ${1000 / STREAM_RATE} ms`,
    });
  });
  return rows;
}
