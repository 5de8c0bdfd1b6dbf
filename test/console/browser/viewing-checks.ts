import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { Hdf5File } from '../../../src/hdf5/index.js';
import { openPage, testId, until } from './browser.js';
import { readNpy } from './npy.js';
import { SAMPLED_PIXELS } from './page-scripts.js';
import { openScreen, save, stage, start } from './stage.js';

export function viewingChecks(): void {
  it('9: opens the live view of an instance directly', async () => {
    await start('simulation_sp');
    const page = await openPage(stage.browser, stage.plant.url, 'vera');
    await openScreen(page, '/i/pipelines/simulation_sp/view');
    await until(
      () => variance(page),
      (value) => value > 0,
      'painted picture',
    );
    await until(
      () => testId(page, 'viewer-stream-rate').innerText(),
      (text) => Math.abs(Number.parseFloat(text) - 10) <= 2,
      'stream rate',
    );
    const first = Number(await testId(page, 'viewer-pulse').innerText());
    await until(
      async () => Number(await testId(page, 'viewer-pulse').innerText()),
      (pulse) => pulse > first,
      'pulse id',
    );
    expect(Number.parseFloat(await testId(page, 'viewer-shown-rate').innerText())).to.be.greaterThan(0);
    expect(await testId(page, 'viewer-latency').innerText()).to.match(/ms|clock\?/);
    await page.context().close();
  });

  describe('the live view', () => {
    let page: Page;

    before(async () => {
      await start('simulation_slices');
      page = await openPage(stage.browser, stage.plant.url, 'vera');
      await openScreen(page, '/i/pipelines/simulation_slices/view');
      await until(
        () => variance(page),
        (value) => value > 0,
        'painted picture',
      );
    });

    after(() => page.context().close());

    it('10: reads the exact value under the pointer', async () => {
      const pulses = new Set<string>();
      await until(
        async () => pulses.add(await testId(page, 'viewer-pulse').innerText()).size,
        (count) => count >= 4,
        'pictures',
      );
      await page.keyboard.press(' ');
      await until(
        () => testId(page, 'viewer-state').innerText(),
        (text) => text === 'Frozen',
        'frozen',
      );
      const box = (await testId(page, 'viewer-canvas').boundingBox())!;
      await page.mouse.move(box.x + box.width / 2 + 3, box.y + box.height / 2 + 5);
      const readout = testId(page, 'viewer-readout');
      const value = await until(
        () => readout.getAttribute('data-value'),
        (text) => text !== null,
        'exact value',
      );
      const [column, line] = [
        Number(await readout.getAttribute('data-x')),
        Number(await readout.getAttribute('data-y')),
      ];
      const shown = Number.parseFloat(await testId(page, 'readout-x').innerText());
      const array = readNpy(readFileSync(await save(page, 'save-npy')));
      expect(Number(value)).to.equal(array.at(line, column));
      const message = await page.request.get(
        '/api/v2/view/pipelines/simulation_slices/message?elements=2000',
      );
      const channels = ((await message.json()) as { channels: { name: string; value: number[] }[] }).channels;
      expect(shown).to.be.closeTo(channels.find(({ name }) => name === 'x_axis')!.value[column]!, 0.1);
    });

    it('14: freezes, steps back, and goes on', async () => {
      // the focus is still on the menu, where Space belongs to its button
      await testId(page, 'viewer-readout').click();
      if ((await testId(page, 'viewer-state').innerText()) !== 'Frozen') await page.keyboard.press(' ');
      const pulse = Number(await testId(page, 'viewer-pulse').innerText());
      await page.waitForTimeout(1500);
      expect(Number(await testId(page, 'viewer-pulse').innerText())).to.equal(pulse);
      await page.keyboard.press('[');
      await until(
        async () => Number(await testId(page, 'viewer-pulse').innerText()),
        (value) => value < pulse,
        'older picture',
      );
      await page.keyboard.press(' ');
      await until(
        () => testId(page, 'viewer-state').innerText(),
        (text) => text === 'Live',
        'live',
      );
    });

    it('11: changes colours and range, kept in the address', async () => {
      await testId(page, 'viewer-colormap').selectOption('grey');
      await until(
        () => pixels(page),
        (list) => list.every(([r, g, b]) => r === g && g === b),
        'grey pixels',
      );
      await testId(page, 'viewer-range-high').fill('1');
      await testId(page, 'viewer-range-high').press('Enter');
      await testId(page, 'viewer-range-low').fill('0');
      await testId(page, 'viewer-range-low').press('Enter');
      const over = (list: number[][]): number =>
        list.filter(([r, g, b]) => r === 255 && g === 0 && b === 255).length / list.length;
      await until(
        () => pixels(page),
        (list) => over(list) > 0.95,
        'over range',
      );
      expect(page.url()).to.contain('map=grey').and.to.contain('range=0..1');
      await page.reload();
      await until(
        () => pixels(page),
        (list) => list.length > 0 && over(list) > 0.95,
        'over range after the reload',
      );
      await testId(page, 'viewer-range-auto').click();
      await until(
        () => pixels(page),
        (list) => over(list) < 0.05,
        'automatic range',
      );
      await testId(page, 'viewer-colormap').selectOption('viridis');
    });

    it('12: zooms and pans by wheel, pointer and keys', async () => {
      const box = (await testId(page, 'viewer-canvas').boundingBox())!;
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      await page.mouse.wheel(0, -200);
      const width = async (): Promise<number> => {
        const view = new URL(page.url()).searchParams.get('view')?.split(',').map(Number) ?? [0, 0, 640, 480];
        return view[2]! - view[0]!;
      };
      const first = await until(width, (value) => value < 640, 'zoomed by the wheel');
      await page.keyboard.press('+');
      await until(width, (value) => value < first, 'zoomed by the key');
      const before = new URL(page.url()).searchParams.get('view');
      await page.keyboard.press('ArrowLeft');
      await until(
        async () => new URL(page.url()).searchParams.get('view'),
        (view) => view !== before,
        'panned by the key',
      );
      const panned = new URL(page.url()).searchParams.get('view');
      await page.mouse.down();
      await page.mouse.move(box.x + box.width / 2 - 60, box.y + box.height / 2 - 40, { steps: 4 });
      await page.mouse.up();
      await until(
        async () => new URL(page.url()).searchParams.get('view'),
        (view) => view !== panned,
        'panned by the pointer',
      );
      await page.keyboard.press('0');
      await until(
        async () => new URL(page.url()).searchParams.get('view'),
        (view) => view === null,
        'whole image',
      );
    });

    it('13: draws profiles, fits, good region and slices as the stream has them', async () => {
      await page.goto('/ui/i/pipelines/simulation_slices/view?overlays=profiles,fit,good-region,slices');
      for (const id of ['overlay-profile-x', 'overlay-profile-y', 'overlay-fit-x', 'overlay-fit-y']) {
        await testId(page, id).waitFor({ state: 'attached' });
      }
      const region = testId(page, 'overlay-good-region');
      await region.waitFor({ state: 'attached' });
      await until(
        () => testId(page, 'overlay-slice').count(),
        (count) => count === 5,
        'slice centres',
      );
      await page.keyboard.press(' ');
      await until(
        () => testId(page, 'viewer-state').innerText(),
        (text) => text === 'Frozen',
        'frozen',
      );
      const edges = (await region.getAttribute('data-edges'))!.split(',').map(Number);
      expect(edges).to.have.length(4);
      expect(edges[2]).to.be.greaterThan(edges[0]!);
      const mean = Number(await testId(page, 'number-gr_x_fit_mean').getAttribute('data-value'));
      expect(Number.isFinite(mean)).to.equal(true);
      await page.keyboard.press(' ');
    });

    it('15: saves the picture and its numbers', async () => {
      const png = readFileSync(await save(page, 'save-png'));
      expect(png.subarray(1, 4).toString()).to.equal('PNG');
      const array = readNpy(readFileSync(await save(page, 'save-npy')));
      expect(array.shape).to.deep.equal([480, 640]);
      expect(array.descr).to.equal('<u2');
      const file = await Hdf5File.open(await save(page, 'save-h5'));
      try {
        const images = await file.dataset('image');
        expect(images.rows).to.equal(5);
        const pulses = [...((await (await file.dataset('pulse_id')).read(0, 5)) as BigInt64Array)];
        expect(new Set(pulses).size).to.equal(5);
        expect(pulses).to.deep.equal([...pulses].sort((a, b) => Number(a - b)));
      } finally {
        await file.close();
      }
    });

    it('16: follows a pinned number', async () => {
      await testId(page, 'number-intensity').click();
      const trend = testId(page, 'trend-intensity');
      await until(
        async () => Number(await trend.getAttribute('data-points')),
        (count) => count >= 20,
        'points',
      );
      expect(await trend.innerText())
        .to.match(/mean/)
        .and.to.match(/sigma/);
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        testId(page, 'trend-csv-intensity').click(),
      ]);
      const points = Number(await trend.getAttribute('data-points'));
      const lines = readFileSync((await download.path())!, 'utf8')
        .trim()
        .split('\n');
      expect(lines.length - 1).to.be.closeTo(points, 3);
    });
  });

  it('17: looking takes no message from a consumer', async () => {
    const page = await openPage(stage.browser, stage.plant.url, 'vera');
    const seen = new Set<number>();
    const look = async (id: string, wanted: number): Promise<void> => {
      const more = seen.size + wanted;
      await until(
        async () => {
          const text = await testId(page, id).getAttribute('data-pulse-id');
          if (text !== null) seen.add(Number(text));
          return seen.size;
        },
        (count) => count >= more,
        'messages that were looked at',
      );
    };
    await openScreen(page, '/i/pipelines/sim_push/view');
    await look('viewer-canvas', 5);
    await openScreen(page, '/i/pipelines/sim_push/inspect');
    await look('inspect-table', 3);
    expect(await testId(page, 'inspect-table').getAttribute('data-clients')).to.equal('1');
    await page.context().close();
    await until(
      async () => [...seen].filter((pulse) => !stage.received.includes(pulse)),
      (missing) => missing.length === 0,
      'messages that the consumer did not get',
    );
  });

  it('18: lists the channels of a message', async () => {
    await openScreen(stage.vera, '/i/pipelines/simulation_sp/inspect');
    await testId(stage.vera, 'inspect-row-image').waitFor();
    const heads = await stage.vera.locator('[data-testid="inspect-table"] thead th').allInnerTexts();
    expect(heads.slice(0, 4)).to.deep.equal(['Channel', 'Type', 'Size', 'Value']);
    const names = await stage.vera.locator('[data-testid="inspect-table"] tbody th').allInnerTexts();
    expect(names.map((name) => name.trim())).to.deep.equal(
      names.map((name) => name.trim()).sort((a, b) => a.localeCompare(b, 'en')),
    );
    const image = await testId(stage.vera, 'inspect-row-image').innerText();
    expect(image).to.contain('uint16').and.to.contain('640 x 480');
    await testId(stage.vera, 'inspect-row-processing_parameters').locator('button').click();
    await stage.vera.locator('.opened .json-tree').waitFor();
  });
}

/** Red, green and blue of pixels in the middle of the canvas. */
function pixels(page: Page): Promise<number[][]> {
  return page.evaluate(SAMPLED_PIXELS);
}

async function variance(page: Page): Promise<number> {
  const values = (await pixels(page)).map(([r = 0, g = 0, b = 0]) => r + g + b);
  const mean = values.reduce((sum, value) => sum + value, 0) / (values.length || 1);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length || 1);
}
