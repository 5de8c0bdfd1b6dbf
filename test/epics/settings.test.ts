import { expect } from 'chai';
import { readCaSettings } from '../../src/epics/settings.js';

describe('epics/settings', () => {
  it('reads the address list, with and without ports', () => {
    const settings = readCaSettings({
      EPICS_CA_ADDR_LIST: ' 10.0.0.1  gateway:5066 ',
      EPICS_CA_AUTO_ADDR_LIST: 'no',
      EPICS_CA_SERVER_PORT: '6064',
      EPICS_CA_MAX_ARRAY_BYTES: '20000000',
    });
    expect(settings.addresses).to.deep.equal([
      { host: '10.0.0.1', port: 6064 },
      { host: 'gateway', port: 5066 },
    ]);
    expect(settings.maximumArrayBytes).to.equal(20_000_000);
  });

  it('adds the addresses of the interfaces by default', () => {
    expect(readCaSettings({}).addresses).to.deep.include({ host: '127.0.0.1', port: 5064 });
  });

  it('says which variable is wrong and what it may hold', () => {
    expect(() => readCaSettings({ EPICS_CA_ADDR_LIST: 'host:99999' })).to.throw(
      "EPICS_CA_ADDR_LIST has the entry 'host:99999'; expected HOST or HOST:PORT",
    );
    expect(() => readCaSettings({ EPICS_CA_MAX_ARRAY_BYTES: 'much' })).to.throw(
      "EPICS_CA_MAX_ARRAY_BYTES is 'much'; expected a number from 16384 to",
    );
  });
});
