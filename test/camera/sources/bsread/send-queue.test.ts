import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { throughQueue } from '../../../../src/camera/sources/bsread/send-queue.js';

async function* numbers(count: number): AsyncGenerator<number> {
  for (let number = 0; number < count; number += 1) yield number;
}

describe('camera/sources/bsread/send-queue', () => {
  it('hands on in order, and ends when the messages end', async () => {
    const taken: number[] = [];
    for await (const number of throughQueue(numbers(5), () => taken.push(-1))) taken.push(number);
    expect(taken).to.deep.equal([0, 1, 2, 3, 4]);
  });

  it('receives while sending is held up, keeps ten, and drops the oldest', async () => {
    const [taken, dropped]: number[][] = [[], []];
    for await (const number of throughQueue(numbers(30), (lost) => dropped!.push(lost))) {
      if (taken!.length === 0) for (let count = 0; count < 200; count += 1) await turn();
      taken!.push(number);
    }
    expect(taken!.slice(-10)).to.deep.equal([20, 21, 22, 23, 24, 25, 26, 27, 28, 29]);
    expect([...taken!, ...dropped!].sort((a, b) => a - b)).to.deep.equal(
      Array.from({ length: 30 }, (_, index) => index),
    );
    expect(taken).to.have.length(11);
  });

  it('drops what waits, and what still comes, when it is left', async () => {
    const dropped: [number, string][] = [];
    let comeLate = (): void => {};
    const late = new Promise<void>((resolve) => {
      comeLate = resolve;
    });
    async function* lateOnes(): AsyncGenerator<number> {
      yield* numbers(4);
      await late;
      yield 4;
      yield 5;
    }
    for await (const number of throughQueue(lateOnes(), (...lost) => dropped.push(lost))) {
      expect(number).to.equal(0);
      for (let count = 0; count < 50; count += 1) await turn();
      break;
    }
    expect(dropped).to.deep.equal([1, 2, 3].map((number) => [number, 'stopped']));
    comeLate();
    while (dropped.length < 4) await turn();
    expect(dropped[3]).to.deep.equal([4, 'stopped']);
  });

  it('throws what the messages throw, after those that came before', async () => {
    async function* failing(): AsyncGenerator<number> {
      yield 1;
      throw new Error('no more');
    }
    const taken: number[] = [];
    let text = '';
    try {
      for await (const number of throughQueue(failing(), () => {})) taken.push(number);
    } catch (error) {
      text = (error as Error).message;
    }
    expect([taken, text]).to.deep.equal([[1], 'no more']);
  });
});
