/** What the checks share: the plant, one page per user, the consumer of the pushed stream. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { Receiver } from '../../../src/bsread/index.js';
import { testId, until } from './browser.js';
import type { Plant } from './plant.js';

export type Json = Record<string, unknown>;

interface Stage {
  plant: Plant;
  browser: Browser;
  vera: Page;
  otto: Page;
  ada: Page;
  consumer: Receiver;
  /** Pulse ids that the consumer got. */
  readonly received: number[];
  /** Requests of vera's page that left the origin, and what it complained about. */
  readonly outside: string[];
  readonly complaints: string[];
}

let consuming: Promise<void> = Promise.resolve();

/** Has the consumer take what `sim_push` sends, from where it sends it now. */
export async function consumePushed(): Promise<void> {
  const pushed = await until(
    () => start('sim_push'),
    (answer) => answer.state === 'ok',
    'stream of sim_push',
  );
  await stopConsuming();
  const receiver = new Receiver({ address: String(pushed.stream), mode: 'PULL' });
  await receiver.open();
  stage.consumer = receiver;
  consuming = keepPulses(receiver, stage.received);
}

/** Until the receiver is closed. */
export async function keepPulses(receiver: Receiver, pulses: number[]): Promise<void> {
  while (!receiver.closed) {
    const message = await receiver.receive();
    if (message === null) continue;
    pulses.push(Number(message.pulseId));
    message.release();
  }
}

export async function stopConsuming(): Promise<void> {
  await stage.consumer?.close();
  await consuming;
}

/** Filled before the first check. */
export const stage = { received: [], outside: [], complaints: [] } as unknown as Stage;

/** Version 1 of the interface, as old clients use it. */
export async function v1(path: string, options: RequestInit = {}): Promise<Json> {
  const answer = await fetch(`${stage.plant.url}/api/v1${path}`, options);
  return (await answer.json()) as Json;
}

export function start(name: string): Promise<Json> {
  return v1(`/pipeline/instance/${name}`);
}

export function stop(name: string): Promise<Json> {
  return v1(`/proxy/${name}`, { method: 'DELETE' });
}

/** An action of version 2 in the name of the user of a page. @param path after `/api/v2` */
export async function operate(page: Page, path: string, data: object): Promise<Json> {
  const { csrf_token } = (await (await page.request.get('/api/v2/me')).json()) as { csrf_token: string };
  const headers = { 'X-CSRF-Token': csrf_token };
  const answer = await page.request.post(`/api/v2${path}`, { data, headers });
  const record = (await answer.json()) as Json;
  if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${JSON.stringify(record)}`);
  return record;
}

/** A row of the list of instances. */
export function row(page: Page, name: string): Locator {
  return testId(page, `overview-instances-row-${name}`);
}

export function cell(page: Page, name: string, column: string): Locator {
  return row(page, name).locator(`[data-column="${column}"]`);
}

export async function openScreen(page: Page, path: string): Promise<void> {
  await page.goto(`/ui${path}`);
  await page.locator('h1').waitFor({ state: 'attached' });
}

/** Replaces the text of the editor. */
export async function typeDocument(page: Page, text: string): Promise<void> {
  await page.locator('.cm-content').click();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(text);
}

export async function audit(page: Page, query: string): Promise<Json[]> {
  const answer = await page.request.get(`/api/v2/audit?${query}&limit=20`);
  return ((await answer.json()) as { records: Json[] }).records;
}

/** Chooses an entry of the menu Save and keeps the download. @returns its path */
export async function save(page: Page, entry: string): Promise<string> {
  await testId(page, 'viewer-save').click();
  const [download] = await Promise.all([page.waitForEvent('download'), testId(page, entry).click()]);
  const folder = join(stage.plant.folder, 'downloads');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, download.suggestedFilename());
  writeFileSync(path, readFileSync((await download.path())!));
  return path;
}
