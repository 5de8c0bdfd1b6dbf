import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { testId, until } from './browser.js';
import { openView } from './view-support.js';

/** The windows beside the picture: the whole image while it is zoomed, a second view; and means of pictures. */
export function windowChecks(): void {
  describe('further views of the picture', () => {
    let page: Page;

    before(async () => {
      page = await openView('simulation_sp', '?overlays=none');
    });

    after(() => page.context().close());

    const rectIn = (name: string): number[] =>
      (new URL(page.url()).searchParams.get(name) ?? '').split(',').map(Number);

    /** As soon as it is in the address, and another one than the former. */
    function rect(name: string, former: number[] = []): Promise<number[]> {
      return until(
        async () => rectIn(name),
        (found) => found.length === 4 && found.join() !== former.join(),
        `${name} in the address`,
      );
    }

    async function hasNo(name: string): Promise<void> {
      await until(
        async () => new URL(page.url()).searchParams.has(name),
        (isThere) => !isThere,
        `no ${name} in the address`,
      );
    }

    async function shows(id: string): Promise<void> {
      await page.locator(`[data-testid="${id}"][data-pulse-id]`).waitFor();
    }

    it('show the whole image while the picture is zoomed, and go where one clicks', async () => {
      await testId(page, 'viewer-zoom-in').click();
      const once = await rect('view');
      await testId(page, 'viewer-zoom-in').click();
      const before = await rect('view', once);
      await shows('viewer-overview');
      await testId(page, 'viewer-overview').click({ position: { x: 10, y: 10 } });
      await until(
        async () => rectIn('view'),
        ([left = 1, top = 1]) => left === 0 && top === 0,
        'upper left corner',
      );
      const after = rectIn('view');
      expect(after[2]! - after[0]!).to.be.closeTo(before[2]! - before[0]!, 0.5);
      await testId(page, 'viewer-fit').click();
      await testId(page, 'viewer-overview').waitFor({ state: 'detached' });
    });

    it('show a part beside the whole, which is zoomed by itself', async () => {
      await testId(page, 'viewer-second-toggle').click();
      await shows('viewer-second');
      const before = await rect('second');
      await testId(page, 'viewer-second').hover();
      await page.mouse.wheel(0, -100);
      await until(
        async () => rectIn('second'),
        (after) => after[2]! - after[0]! < before[2]! - before[0]!,
        'a smaller part',
      );
      await hasNo('view');
      await page.reload();
      await shows('viewer-second');
      await testId(page, 'viewer-second-close').click();
      await testId(page, 'viewer-second').waitFor({ state: 'detached' });
      await hasNo('second');
    });

    it('show the mean of pictures, and of values', async () => {
      await testId(page, 'viewer-averaging').selectOption('5');
      await until(
        async () => (await testId(page, 'viewer-averaged').allInnerTexts()).join(),
        (text) => text.trim() === 'mean of 5',
        'mean of five pictures',
      );
      await testId(page, 'viewer-averaging').selectOption('1');
      await testId(page, 'viewer-averaged').waitFor({ state: 'detached' });
      await testId(page, 'number-intensity').click();
      await testId(page, 'trend-average').selectOption('20');
      await testId(page, 'trend-intensity').getByRole('button', { name: 'Enlarge' }).click();
      await page.getByText('average of 20').first().waitFor();
      await page.keyboard.press('Escape');
      await testId(page, 'number-intensity').click();
    });
  });
}
