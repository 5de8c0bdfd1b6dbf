import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { openPage, testId, until } from './browser.js';
import { type Json, openScreen, stage, start, v1 } from './stage.js';
import { painted, placeOf } from './view-support.js';

const INSTANCE = 'sim_other';

/** What an operator changes while watching, and takes back; what somebody measures on the picture. */
export function changeChecks(): void {
  describe('changes beside the picture', () => {
    let page: Page;

    before(async () => {
      await start(INSTANCE);
      page = await openPage(stage.browser, stage.plant.url, 'otto');
      await openScreen(page, `/i/pipelines/${INSTANCE}/view?overlays=none`);
      await painted(page);
      await testId(page, 'viewer-change-tab').click();
    });

    after(() => page.context().close());

    async function setting(name: string): Promise<unknown> {
      return ((await v1(`/pipeline/instance/${INSTANCE}/config`)).config as Json)[name] ?? null;
    }

    async function hasSetting(name: string, wanted: unknown): Promise<void> {
      await until(
        () => setting(name),
        (value) => JSON.stringify(value) === JSON.stringify(wanted),
        name,
      );
    }

    it('change a threshold and take it back', async () => {
      // other checks have changed the configuration that it was started from
      const threshold = await setting('image_threshold');
      await testId(page, 'quick-image_threshold').fill('12');
      expect(await testId(page, 'quick-changes').innerText()).to.contain('image_threshold');
      await testId(page, 'quick-apply').click();
      await hasSetting('image_threshold', 12);
      await testId(page, 'quick-undo').click();
      await hasSetting('image_threshold', threshold);
      await testId(page, 'quick-undo').waitFor({ state: 'detached' });
      await until(
        () => testId(page, 'quick-image_threshold').inputValue(),
        (text) => text === String(threshold ?? ''),
        'threshold as before',
      );
    });

    it('draw a region of interest, and go back to the whole image', async () => {
      await testId(page, 'quick-region-draw').click();
      const [from, to] = [await placeOf(page, 100, 80), await placeOf(page, 300, 240)];
      await page.mouse.move(...from);
      await page.mouse.down();
      await page.mouse.move(...to, { steps: 4 });
      await page.mouse.up();
      await testId(page, 'overlay-proposed').waitFor({ state: 'attached' });
      const drawn = await Promise.all(
        ['x', 'width', 'y', 'height'].map(async (part) =>
          Number(await testId(page, `quick-region-${part}`).inputValue()),
        ),
      );
      for (const [index, value] of [100, 200, 80, 160].entries()) {
        expect(drawn[index]).to.be.closeTo(value, 2);
      }
      await testId(page, 'quick-apply').click();
      await hasSetting('image_region_of_interest', drawn);
      await testId(page, 'overlay-proposed').waitFor({ state: 'detached' });
      await testId(page, 'quick-region-all').click();
      await testId(page, 'quick-apply').click();
      await hasSetting('image_region_of_interest', null);
    });

    it('measure from one place to another, in pixels and on the axes', async () => {
      const line = testId(page, 'viewer-distance');
      const measured = async (): Promise<number> => {
        if ((await line.count()) > 0) await testId(page, 'viewer-measure-end').click();
        await testId(page, 'viewer-measure').click();
        await page.mouse.click(...(await placeOf(page, 100, 100)));
        await page.mouse.click(...(await placeOf(page, 130, 140)));
        return Number(
          await until(
            () => line.getAttribute('data-pixels'),
            (text) => text !== null,
            'a distance',
          ),
        );
      };
      // pictures of the region may still come, in which the same places lie closer together
      await until(measured, (pixels) => Math.abs(pixels - 50) < 2, 'distance in pixels');
      // ten micrometres per pixel
      await until(
        () => line.getAttribute('data-length'),
        (text) => Math.abs(Number(text) - 500) < 20,
        'distance on the axes',
      );
      await until(
        async () => page.url(),
        (url) => url.includes('markers='),
        'the distance in the address',
      );
      await testId(page, 'viewer-measure-end').click();
      await line.waitFor({ state: 'detached' });
    });

    it('print the values on pixels that are large enough', async () => {
      await openScreen(page, `/i/pipelines/${INSTANCE}/view?view=300,220,312,229&overlays=none`);
      await painted(page);
      await until(
        () => testId(page, 'overlay-pixel-values').locator('text').count(),
        (count) => count >= 12 * 9,
        'values of pixels',
      );
    });
  });
}
