import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { Hdf5File } from '../../../src/hdf5/index.js';
import { testId, until } from './browser.js';
import { readNpy } from './npy.js';
import { save } from './stage.js';
import { freeze, IMAGE, messageOf, openView, pulseOf } from './view-support.js';

/** Checks 13, 15 and 16: what is drawn over the picture, saved of it, and followed. */
export function numberChecks(): void {
  describe('the numbers of the picture', () => {
    let page: Page;

    before(async () => {
      page = await openView('simulation_slices', '?overlays=none');
    });

    after(() => page.context().close());

    it('13: draws profiles, fits, good region and slices as the stream has them', async () => {
      await testId(page, 'viewer-overlays').click();
      for (const name of ['profiles', 'fit', 'good-region', 'slices']) {
        await testId(page, `overlay-toggle-${name}`).check();
      }
      await testId(page, 'viewer-overlays').click();
      for (const id of ['overlay-profile-x', 'overlay-profile-y', 'overlay-fit-x', 'overlay-fit-y']) {
        await testId(page, id).waitFor({ state: 'attached' });
        expect(await testId(page, id).count()).to.equal(1);
      }
      await testId(page, 'overlay-good-region').waitFor({ state: 'attached' });
      await until(
        () => testId(page, 'overlay-slice').count(),
        (count) => count === 5,
        'slice centres',
      );
      await freeze(page);
      const pulse = await pulseOf(page);
      const message = await messageOf(page, 'simulation_slices', pulse);
      expect(await testId(page, 'overlay-slice').count()).to.equal(message.get('slice_amount'));
      const edges = (await testId(page, 'overlay-good-region').getAttribute('data-edges'))!
        .split(',')
        .map(Number);
      const region = message.get('good_region') as number[];
      expect(edges).to.have.length(4);
      for (const [index, edge] of edges.entries()) expect(edge).to.be.closeTo(region[index]!, 1);
      const mean = await testId(page, 'number-gr_x_fit_mean').getAttribute('data-value');
      await testId(page, 'viewer-inspect-message').click();
      await testId(page, 'inspect-row-gr_x_fit_mean').waitFor();
      expect(await testId(page, 'inspect-table').getAttribute('data-pulse-id')).to.equal(String(pulse));
      const inspected = testId(page, 'inspect-row-gr_x_fit_mean').locator('.value-cell');
      expect((await inspected.innerText()).trim()).to.equal(mean);
      await page.goBack();
      await testId(page, 'overlay-good-region').waitFor({ state: 'attached' });
    });

    it('marks what the user bound to channels, kept in the address', async () => {
      await testId(page, 'viewer-overlays').click();
      await testId(page, 'own-overlay-x').selectOption('x_fit_mean');
      await testId(page, 'own-overlay-y').selectOption('y_fit_mean');
      await testId(page, 'own-overlay-add').click();
      await testId(page, 'own-overlay-x').selectOption('');
      await testId(page, 'own-overlay-add').click();
      await testId(page, 'viewer-overlays').click();
      const marks = testId(page, 'overlay-own');
      await until(
        () => marks.count(),
        (count) => count === 2,
        'a cross and a line',
      );
      expect(new URL(page.url()).searchParams.get('own')).to.equal('x_fit_mean,y_fit_mean;,y_fit_mean');
      await page.reload();
      await until(
        () => marks.count(),
        (count) => count === 2,
        'both after the reload',
      );
    });

    it('15: saves the picture and its numbers', async () => {
      const png = readFileSync(await save(page, 'save-png'));
      expect(png.subarray(1, 4).toString()).to.equal('PNG');
      const array = readNpy(readFileSync(await save(page, 'save-npy')));
      expect(array.shape).to.deep.equal([IMAGE.height, IMAGE.width]);
      expect(array.descr).to.equal('<u2');
      const file = await Hdf5File.open(await save(page, 'save-h5'));
      try {
        expect((await file.dataset('image')).rows).to.equal(5);
        const pulses = [...((await (await file.dataset('pulse_id')).read(0, 5)) as BigInt64Array)];
        expect(new Set(pulses).size).to.equal(5);
        expect(pulses).to.deep.equal([...pulses].sort((a, b) => Number(a - b)));
      } finally {
        await file.close();
      }
    });

    it('saves as many messages as asked for, and gives up when told to', async () => {
      const ask = async (count: number): Promise<void> => {
        await testId(page, 'viewer-save').click();
        await testId(page, 'save-h5-more').click();
        await testId(page, 'save-messages-count').fill(String(count));
      };
      await ask(7);
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        testId(page, 'save-messages-start').click(),
      ]);
      const file = await Hdf5File.open((await download.path())!);
      try {
        expect((await file.dataset('pulse_id')).rows).to.equal(7);
      } finally {
        await file.close();
      }
      await testId(page, 'save-messages').waitFor({ state: 'detached' });
      await ask(1000);
      await testId(page, 'save-messages-start').click();
      await testId(page, 'save-messages-cancel').click();
      await testId(page, 'save-messages-start').waitFor();
      await page.keyboard.press('Escape');
      await testId(page, 'save-messages').waitFor({ state: 'detached' });
    });

    it('16: follows a pinned number', async () => {
      await testId(page, 'number-intensity').click();
      const trend = testId(page, 'trend-intensity');
      const points = async (): Promise<number> => Number(await trend.getAttribute('data-points'));
      await until(points, (count) => count >= 20, 'points');
      expect(await trend.innerText())
        .to.match(/mean/)
        .and.to.match(/sigma/);
      const before = await points();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        testId(page, 'trend-csv-intensity').click(),
      ]);
      const text = readFileSync((await download.path())!, 'utf8');
      const rows = text.trim().split('\n').length - 1;
      expect(rows).to.be.within(before - 2, (await points()) + 2);
    });
  });
}
