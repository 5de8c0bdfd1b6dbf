import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { testId, until } from './browser.js';
import { readNpy } from './npy.js';
import { save } from './stage.js';
import {
  freeze,
  goOn,
  IMAGE,
  messageOf,
  openView,
  painted,
  pixels,
  placeOf,
  pulseOf,
} from './view-support.js';

/** Checks 9 to 12 and 14: the picture, its colours, its place, its time. */
export function pictureChecks(): void {
  it('9: opens the live view of an instance directly', async () => {
    const page = await openView('simulation_sp');
    await until(
      () => testId(page, 'viewer-stream-rate').innerText(),
      (text) => Math.abs(Number.parseFloat(text) - 10) <= 1,
      'stream rate',
    );
    // nothing is told before the first frame
    const first = await until(
      () => pulseOf(page),
      (pulse) => pulse > 0,
      'first pulse id',
    );
    await until(
      () => pulseOf(page),
      (pulse) => pulse > first,
      'pulse id',
    );
    await until(
      () => testId(page, 'viewer-shown-rate').innerText(),
      (text) => Number.parseFloat(text) > 0,
      'shown rate',
    );
    await until(
      () => testId(page, 'viewer-latency').innerText(),
      (text) => /^\d+ ms|clock\?/.test(text),
      'latency',
    );
    await page.context().close();
  });

  describe('the picture', () => {
    let page: Page;

    before(async () => {
      page = await openView('simulation_slices');
    });

    after(() => page.context().close());

    it('10: reads the exact value under the pointer', async () => {
      const pulses = new Set<number>();
      await until(
        async () => pulses.add(await pulseOf(page)).size,
        (count) => count >= 4,
        'pictures',
      );
      await freeze(page);
      const [column, line] = [323, 245];
      await page.mouse.move(...(await placeOf(page, column, line)));
      const readout = testId(page, 'viewer-readout');
      const value = await until(
        () => readout.getAttribute('data-value'),
        (text) => text !== null,
        'exact value',
      );
      expect(await readout.getAttribute('data-x')).to.equal(String(column));
      expect(await readout.getAttribute('data-y')).to.equal(String(line));
      const message = await messageOf(page, 'simulation_slices', await pulseOf(page));
      for (const [axis, index] of [
        ['x', column],
        ['y', line],
      ] as const) {
        const shown = Number.parseFloat(await testId(page, `readout-${axis}`).innerText());
        expect(shown).to.be.closeTo((message.get(`${axis}_axis`) as number[])[index]!, 0.1);
      }
      const array = readNpy(readFileSync(await save(page, 'save-npy')));
      expect(Number(value)).to.equal(array.at(line, column));
    });

    it('14: freezes, steps back, and goes on', async () => {
      await freeze(page);
      const pulse = await pulseOf(page);
      const renewed = await testId(page, 'viewer-stream-rate').getAttribute('data-renewed-at');
      const pulses = new Set<number>();
      await until(
        async () => {
          pulses.add(await pulseOf(page));
          return testId(page, 'viewer-stream-rate').getAttribute('data-renewed-at');
        },
        (text) => Number(text) >= Number(renewed) + 3000,
        'three seconds of a stream that is still measured',
      );
      expect([...pulses]).to.deep.equal([pulse]);
      await page.keyboard.press('[');
      await until(
        () => pulseOf(page),
        (value) => value < pulse,
        'older picture',
      );
      await goOn(page);
      await until(
        () => pulseOf(page),
        (value) => value > pulse,
        'newer picture',
      );
    });

    it('11: changes colours and range, kept in the address', async () => {
      const isGrey = (list: number[][]): boolean => list.every(([r, g, b]) => r === g && g === b);
      await testId(page, 'viewer-colormap').selectOption('grey');
      await until(() => pixels(page), isGrey, 'grey pixels');
      await testId(page, 'viewer-range-high').fill('1');
      await testId(page, 'viewer-range-high').press('Enter');
      await testId(page, 'viewer-range-low').fill('0');
      await testId(page, 'viewer-range-low').press('Enter');
      const over = (list: number[][]): number =>
        list.filter(([r, g, b]) => r === 255 && g === 0 && b === 255).length / list.length;
      await until(
        () => pixels(page),
        (list) => over(list) >= 0.95,
        'over range',
      );
      expect(page.url()).to.contain('map=grey').and.to.contain('range=0..1');
      await page.reload();
      await until(
        () => pixels(page),
        (list) => list.length > 0 && over(list) >= 0.95,
        'over range after the reload',
      );
      await testId(page, 'viewer-range-auto').click();
      await until(
        () => pixels(page),
        (list) => over(list) === 0 && isGrey(list),
        'automatic range, still in grey',
      );
      await testId(page, 'viewer-colormap').selectOption('viridis');
    });

    it('12: zooms and pans by wheel, pointer and keys', async () => {
      const shown = async (): Promise<number[]> =>
        new URL(page.url()).searchParams.get('view')?.split(',').map(Number) ?? [
          0,
          0,
          IMAGE.width,
          IMAGE.height,
        ];
      const changed = async (what: string, action: () => Promise<void>): Promise<number[]> => {
        const before = (await shown()).join();
        await action();
        return until(shown, (view) => view.join() !== before, what);
      };
      const width = ([left, , right]: number[]): number => right! - left!;
      const middle = ([left, top, right, bottom]: number[]): [number, number] => [
        (left! + right!) / 2,
        (top! + bottom!) / 2,
      ];
      const [x, y] = await placeOf(page, 200, 120);
      await page.mouse.move(x, y);
      const wheeled = await changed('zoomed by the wheel', () => page.mouse.wheel(0, -200));
      expect(width(wheeled)).to.be.lessThan(IMAGE.width);
      // what is under the pointer stays there
      const share = (200.5 - wheeled[0]!) / width(wheeled);
      expect(share).to.be.closeTo(200.5 / IMAGE.width, 0.01);
      const dragged = await changed('panned by the pointer', async () => {
        await page.mouse.down();
        await page.mouse.move(x - 60, y - 40, { steps: 4 });
        await page.mouse.up();
      });
      expect(width(dragged)).to.be.closeTo(width(wheeled), 0.2);
      await changed('whole image', () => page.keyboard.press('0'));
      expect(new URL(page.url()).searchParams.get('view')).to.equal(null);
      // from here on by keys only
      const zoomed = await changed('zoomed by the key', () => page.keyboard.press('+'));
      expect(width(zoomed)).to.be.lessThan(IMAGE.width);
      expect(middle(zoomed)).to.deep.equal([IMAGE.width / 2, IMAGE.height / 2]);
      const panned = await changed('panned by the key', () => page.keyboard.press('ArrowLeft'));
      expect(middle(panned)[0]).to.be.lessThan(IMAGE.width / 2);
      expect(width(await changed('smaller by the key', () => page.keyboard.press('-')))).to.be.greaterThan(
        width(zoomed),
      );
      await changed('larger again', () => page.keyboard.press('+'));
      await changed('whole image', () => page.keyboard.press('0'));
      await painted(page);
    });
  });
}
