import { expect } from 'chai';
import fc from 'fast-check';
import { EventHub } from '../../../src/proxy/v2/event-hub.js';

describe('proxy/v2/event hub', () => {
  const publish = (hub: EventHub, count: number, text = ''): void => {
    for (let index = 0; index < count; index += 1) hub.publish('cluster', 'x', 'pipelines', { text });
  };

  it('gives exactly what was missed, or says that it cannot', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(40), fc.integer({ min: 1, max: 20 }), (before, after, count) => {
        const hub = new EventHub({ count, bytes: 1e5, age: 1e6 });
        publish(hub, before);
        const position = hub.position;
        publish(hub, after);
        const missed = hub.since(position);
        if (after > count) expect(missed).to.equal(null);
        else
          expect(missed!.map(({ number }) => number)).to.deep.equal(
            Array.from({ length: after }, (_, index) => before + index + 1),
          );
      }),
    );
  });

  it('gives missed events as they were sent, and what they are about', () => {
    const hub = new EventHub();
    const live: string[] = [];
    const { position } = hub;
    const end = hub.listen((event) => live.push(`${Buffer.from(event.text)}${JSON.stringify(event.data())}`));
    for (const text of ['a', 'data: "b"\n\n', 'ü😀']) hub.publish('logs', 'log', 'cameras', { text });
    end();
    const missed = hub.since(position)!;
    expect(missed.map(({ topic, cluster }) => [topic, cluster])).to.deep.equal(
      Array(3).fill(['logs', 'cameras']),
    );
    expect(missed.map((event) => `${Buffer.from(event.text)}${JSON.stringify(event.data())}`)).to.deep.equal(
      live,
    );
  });

  it('knows no position of another life, or of the future', () => {
    const [hub, other] = [new EventHub(), new EventHub()];
    publish(hub, 3);
    for (const position of ['', 'x', '-1', `${hub.position}0`, other.position.replace(/^\w+/, 'older')]) {
      expect(hub.since(position)).to.equal(null);
    }
    expect(hub.since(hub.position)).to.deep.equal([]);
  });

  it('is bounded in bytes and by age', () => {
    const hub = new EventHub({ count: 1000, bytes: 5000, age: 1e6 });
    const position = hub.position;
    publish(hub, 100, 'a'.repeat(500));
    expect(hub.since(position)).to.equal(null);
    const old = new EventHub({ count: 1000, bytes: 1e5, age: -1 });
    const start = old.position;
    publish(old, 2);
    expect(old.since(start)).to.equal(null);
  });
});
