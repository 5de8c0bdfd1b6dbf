/**
 * Whether a live view that is watched for long needs more and more memory. `CAMSERVER_BENCH_MINUTES` says for how long;
 * default 2.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, CDPSession, Page } from 'playwright-core';
import type { BenchmarkRow } from './benchmark.js';
import { openLiveView, withBrowser } from './browser.js';
import { proportionalSetSize } from './process-figures.js';
import { withServers } from './servers.js';

const MINUTES = Number(process.env.CAMSERVER_BENCH_MINUTES ?? 2);
const RATE = 5;
/** Milliseconds until the pictures for looking back, 60 of them, and the caches of the browser are full, and the code is compiled. */
const WARM_UP = 60_000;
const SAMPLE_PERIOD = 5000;
/** Samples whose smallest is compared, at the beginning and at the end: what is more will be collected. */
const COMPARED = 12;
const PINNED = ['intensity', 'x_fit_mean', 'y_fit_mean', 'x_fit_standard_deviation'];

export const title = `Memory of the live view, ${MINUTES} min`;

interface Sample {
  /** Mebibytes after garbage was collected: objects and code of scripts. */
  readonly objects: number;
  /** The same with what they hold outside of their heap: pixels, and the page itself. */
  readonly held: number;
  /** Mebibytes of all processes of the browser. */
  readonly processes: number;
}

export async function run(): Promise<BenchmarkRow[]> {
  const rows: BenchmarkRow[] = [];
  await withBrowser((browser) =>
    withServers(1, async (servers) => {
      const query = `rate=${RATE}&overlays=profiles,fit,mass,good-region,reticle`;
      const page = await openLiveView(browser, servers, { streamRate: RATE, query });
      for (const name of PINNED) await page.getByTestId(`number-${name}`).click();
      const samples = await watch(browser, page);
      rows.push(
        growthRow('memory of the page with its pixels', samples, ({ held }) => held),
        growthRow('objects and code of its scripts', samples, ({ objects }) => objects),
        growthRow('all processes of the browser', samples, ({ processes }) => processes),
      );
    }),
  );
  return rows;
}

async function watch(browser: Browser, page: Page): Promise<Sample[]> {
  const [inPage, inBrowser] = [
    await page.context().newCDPSession(page),
    await browser.newBrowserCDPSession(),
  ];
  await inPage.send('HeapProfiler.enable');
  await delay(WARM_UP);
  const samples: Sample[] = [];
  const end = Date.now() + MINUTES * 60_000;
  while (Date.now() < end || samples.length < 2 * COMPARED) {
    await inPage.send('HeapProfiler.collectGarbage');
    const { usedSize, embedderHeapUsedSize, backingStorageSize } = await inPage.send('Runtime.getHeapUsage');
    samples.push({
      objects: usedSize / 2 ** 20,
      held: (usedSize + embedderHeapUsedSize + backingStorageSize) / 2 ** 20,
      processes: await proportionalMemory(inBrowser),
    });
    await delay(SAMPLE_PERIOD);
  }
  return samples;
}

async function proportionalMemory(session: CDPSession): Promise<number> {
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  return processInfo.reduce((sum, { id }) => sum + proportionalSetSize(id), 0);
}

function growthRow(what: string, samples: readonly Sample[], read: (sample: Sample) => number): BenchmarkRow {
  const values = samples.map(read);
  const [first, last] = [Math.min(...values.slice(0, COMPARED)), Math.min(...values.slice(-COMPARED))];
  return {
    figure: `growth of ${what} in ${MINUTES} min of live view, 1280x960 at ${RATE} Hz`,
    target: '≤ 10 %',
    measured: `${((100 * (last - first)) / first).toFixed(1)} %`,
    comparedWith: `${first.toFixed(1)} to ${last.toFixed(1)} MiB, at most ${Math.max(...values).toFixed(1)} MiB`,
  };
}
