import { EventEmitter, once } from 'node:events';
import { expect } from 'chai';
import { watchClients } from '../../src/streaming/client-watch.js';

describe('client watch', () => {
  it('expires once nobody is connected any more, and not before', async () => {
    const events = new EventEmitter();
    let clients = 1;
    let looks = 0;
    const expired = once(events, 'expired');
    watchClients({
      clients: () => {
        looks += 1;
        if (looks === 3) clients = 0;
        return clients;
      },
      timeout: 0.01,
      expired: () => events.emit('expired'),
    });
    await expired;
    expect(looks).to.be.at.least(3);
  });

  it('is off without a positive time-out', () => {
    const stop = watchClients({
      clients: () => {
        throw new Error('nobody should look');
      },
      timeout: 0,
      expired: () => {},
    });
    stop();
  });
});
