import { signal } from '@preact/signals';
import { expect } from 'chai';
import { colourWords } from '../../../src/console/app/core/colour-words.js';
import { wantedPicture, wantedValues } from '../../../src/console/app/core/wanted-view.js';
import { paced } from '../../../src/console/app/data/paced.js';

const bytesOf = (word: number): number[] => [...new Uint8Array(Uint32Array.of(word).buffer)];

describe('colours of the values of a plane', () => {
  const grey = { range: { low: 100, high: 200 }, scaling: 'linear', colormap: 'grey' } as const;

  it('gives every value of 8 and of 16 bits its colour', () => {
    const words = colourWords(
      { width: 1, height: 1, type: 'uint8', low: 0, scale: 1 },
      { ...grey, marksOutside: false },
    );
    expect(words).to.have.length(256);
    expect([100, 150, 200, 99, 255].map((value) => bytesOf(words[value]!))).to.deep.equal([
      [0, 0, 0, 255],
      [128, 128, 128, 255],
      [255, 255, 255, 255],
      [0, 0, 0, 255],
      [255, 255, 255, 255],
    ]);
    const fine = colourWords(
      { width: 1, height: 1, type: 'uint16', low: 0, scale: 256 },
      { ...grey, marksOutside: false },
    );
    expect(bytesOf(fine[150 * 256]!)).to.deep.equal([128, 128, 128, 255]);
  });

  it('marks what is outside of the range when asked to', () => {
    const words = colourWords(
      { width: 1, height: 1, type: 'uint8', low: 0, scale: 1 },
      { ...grey, colormap: 'viridis', marksOutside: true },
    );
    expect(bytesOf(words[201]!)).to.deep.equal([255, 0, 255, 255]);
    expect(bytesOf(words[99]!)).to.deep.equal([0, 0, 0, 255]);
    expect(bytesOf(words[200]!)).to.deep.equal([0xfd, 0xe7, 0x25, 255]);
  });
});

describe('what a viewer asks for', () => {
  const screen = { width: 800, height: 600 };

  it('counts the pixels of the screen, turned with the picture', () => {
    const upright = { turns: 0, mirrored: false };
    expect(wantedPicture(null, screen, upright, 2)).to.deep.equal({
      region: null,
      width: 1600,
      height: 1200,
      fit: 'outside',
    });
    const turned = wantedPicture([1.5, 2.5, 10.2, 20.8], screen, { turns: 3, mirrored: true }, 1);
    expect(turned).to.deep.equal({ region: [1, 2, 11, 21], width: 600, height: 800, fit: 'outside' });
  });

  it('leaves the ends of 8 bits for what is outside of a manual range', () => {
    const { range } = wantedValues('manual', { low: 0, high: 253 }, 'linear');
    expect(range).to.deep.equal([-1, 254]);
    expect(wantedValues('auto', { low: 0, high: 1 }, 'linear')).to.deep.equal({
      range: null,
      encoding: 'auto',
    });
    expect(wantedValues('full', null, 'log')).to.deep.equal({ range: 'full', encoding: 'uint16' });
  });
});

describe('signals for people', () => {
  const changeOf = <T>(watched: { subscribe(listener: (value: T) => void): () => void }): Promise<T> =>
    new Promise((resolve) => {
      let first = true;
      const stop = watched.subscribe((value) => {
        if (!first) {
          resolve(value);
          queueMicrotask(() => stop());
        }
        first = false;
      });
    });

  it('follow at once when they rested, then tell only the last of many values', async () => {
    const source = signal(0);
    const told = paced(
      () => source.value,
      () => false,
      20,
    );
    const changed = changeOf(told);
    for (const value of [1, 2, 3]) source.value = value;
    expect(told.value).to.equal(0);
    expect(await changed).to.equal(3);
    told.stop();
    source.value = 4;
    expect(told.value).to.equal(3);
  });

  it('follow every change while it is urgent', () => {
    const [source, urgent] = [signal(0), signal(false)];
    const told = paced(
      () => source.value,
      () => urgent.value,
      60_000,
    );
    source.value = 1;
    expect(told.value).to.equal(0);
    urgent.value = true;
    expect(told.value).to.equal(1);
    source.value = 2;
    expect(told.value).to.equal(2);
    told.stop();
  });
});
