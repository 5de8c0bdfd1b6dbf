/** What the checks of the live view share. */
import type { Page } from 'playwright-core';
import { openPage, testId, until } from './browser.js';
import { SAMPLED_PIXELS } from './page-scripts.js';
import { type Json, openScreen, stage, start } from './stage.js';

/** Of the test camera. */
export const IMAGE = { width: 640, height: 480 };

/** A page of its own on the live view of an instance, with its first picture painted. */
export async function openView(instance: string, query = ''): Promise<Page> {
  await start(instance);
  const page = await openPage(stage.browser, stage.plant.url, 'vera');
  await openScreen(page, `/i/pipelines/${instance}/view${query}`);
  await painted(page);
  return page;
}

export async function painted(page: Page): Promise<void> {
  await until(
    () => variance(page),
    (value) => value > 0,
    'painted picture',
  );
}

/** Red, green and blue of pixels in the middle of the canvas. */
export function pixels(page: Page): Promise<number[][]> {
  return page.evaluate(SAMPLED_PIXELS);
}

async function variance(page: Page): Promise<number> {
  const values = (await pixels(page)).map(([r = 0, g = 0, b = 0]) => r + g + b);
  const mean = values.reduce((sum, value) => sum + value, 0) / (values.length || 1);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length || 1);
}

export async function pulseOf(page: Page): Promise<number> {
  return Number(await testId(page, 'viewer-pulse').innerText());
}

/** Presses Space until the picture stands still. */
export async function freeze(page: Page): Promise<void> {
  if ((await testId(page, 'viewer-state').innerText()) === 'Frozen') return;
  // the focus may be on a button, to which Space belongs
  await testId(page, 'viewer-readout').click();
  await page.keyboard.press(' ');
  await state(page, 'Frozen');
}

export async function goOn(page: Page): Promise<void> {
  await testId(page, 'viewer-readout').click();
  await page.keyboard.press(' ');
  await state(page, 'Live');
}

async function state(page: Page, wanted: string): Promise<void> {
  await until(
    () => testId(page, 'viewer-state').innerText(),
    (text) => text === wanted,
    wanted,
  );
}

export interface Channel {
  readonly name: string;
  readonly value: number | string | readonly number[];
}

/** The channels of the message of a pulse, by name, as the inspector asks for them. */
export async function messageOf(
  page: Page,
  instance: string,
  pulse: number,
): Promise<Map<string, Channel['value']>> {
  const path = `/api/v2/view/pipelines/${instance}/message?elements=1000&pulse_id=${pulse}`;
  const answer = (await (await page.request.get(path)).json()) as Json & { channels: Channel[] };
  return new Map(answer.channels.map(({ name, value }) => [name, value]));
}

/** The place of a pixel of the whole image on the page. */
export async function placeOf(page: Page, column: number, row: number): Promise<[number, number]> {
  const box = (await testId(page, 'viewer-canvas').boundingBox())!;
  const scale = Math.min(box.width / IMAGE.width, box.height / IMAGE.height);
  return [
    box.x + box.width / 2 + (column + 0.5 - IMAGE.width / 2) * scale,
    box.y + box.height / 2 + (row + 0.5 - IMAGE.height / 2) * scale,
  ];
}
