/** Headless Chromium with one signed-in page per user. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { packageRoot } from '../../../src/common/package.js';
import { PASSWORD } from './plant.js';

export const CHROMIUM = '/usr/bin/chromium';
/** The machine may be slow: conditions are waited for, never times. */
export const PATIENCE = 120_000;
/** Pictures of the screens, made by every run and looked at by people. */
const ARTEFACTS = join(packageRoot, 'dist', 'test-artefacts', 'console');

const FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

export function openBrowser(): Promise<Browser> {
  if (!existsSync(CHROMIUM)) throw new Error(`${CHROMIUM} is missing: npm run setup installs it.`);
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}

export interface PageOptions {
  readonly width?: number;
  readonly height?: number;
  readonly theme?: 'dark' | 'light';
  readonly calm?: boolean;
}

/** A page in a context of its own, signed in unless `user` is null. */
export async function openPage(
  browser: Browser,
  url: string,
  user: string | null,
  options: PageOptions = {},
): Promise<Page> {
  const { width = 1920, height = 1080, theme = 'dark', calm = false } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    reducedMotion: calm ? 'reduce' : 'no-preference',
    acceptDownloads: true,
    baseURL: url,
  });
  context.setDefaultTimeout(PATIENCE);
  context.setDefaultNavigationTimeout(PATIENCE);
  const page = await context.newPage();
  if (user !== null) {
    await page.request.post('/api/v2/session', { data: { user, password: PASSWORD } });
  }
  return page;
}

export async function keepPicture(page: Page, name: string): Promise<void> {
  mkdirSync(ARTEFACTS, { recursive: true });
  await page.screenshot({ path: join(ARTEFACTS, `${name}.png`) });
}

/** Asks again until `read` gives what `wanted` accepts. */
export async function until<T>(
  read: () => Promise<T>,
  wanted: (value: T) => boolean,
  what: string,
): Promise<T> {
  const deadline = Date.now() + PATIENCE;
  let last: T | undefined;
  while (Date.now() < deadline) {
    last = await read();
    if (wanted(last)) return last;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  throw new Error(`${what}: still ${JSON.stringify(last)?.slice(0, 2000)} after ${PATIENCE / 1000} s`);
}

export function testId(page: Page, id: string): ReturnType<Page['locator']> {
  return page.locator(`[data-testid="${id}"]`);
}
