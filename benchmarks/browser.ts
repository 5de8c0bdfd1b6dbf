/** Headless Chromium for benchmarks, without a graphics processor. */
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Servers } from './servers.js';

const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync'],
];

export async function withBrowser<T>(work: (browser: Browser) => Promise<T>): Promise<T> {
  const executablePath = process.env.CAMSERVER_CHROMIUM ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  try {
    return await work(browser);
  } finally {
    await browser.close();
  }
}

/** A page with the live view of a simulated camera of 1280×960 at that rate, once its first picture is there. */
export async function openLiveView(
  browser: Browser,
  { cameras, pipelines }: Servers,
  { streamRate, query }: { readonly streamRate: number; readonly query: string },
): Promise<Page> {
  const camera = { ...(await cameras.config('simulation')), frame_rate: streamRate };
  await cameras.saveConfig('simulation', camera);
  const config = { camera_name: 'simulation', no_client_timeout: 0, image_good_region: { threshold: 0.3 } };
  await pipelines.createFromConfig(config, 'watched');
  const context = await browser.newContext({ viewport: { width: 1920, height: 1080 } });
  const page = await context.newPage();
  await page.goto(`${pipelines.address}/ui/i/pipelines/watched/view?${query}`);
  await page.locator('[data-testid=viewer-canvas][data-pulse-id]').waitFor({ timeout: 60_000 });
  return page;
}
