import { expect } from 'chai';
import { compactName, findServer, parsePool, poolFromAddresses } from '../../src/proxy/pool-configuration.js';

describe('proxy/pool-configuration', () => {
  it('reads the servers file of the original', () => {
    const pool = parsePool({
      'http://host-01:8881/': {
        enabled: true,
        expanding: true,
        instances: ['simulation_sp:5554', ' pipeline_x ', '#disabled_entry'],
        cameras: ['CAMERA-A', 'CAMERA-B'],
      },
      'http://host-02:8881': { expanding: false, draining: true, max_instances: 20, max_load: 90 },
      'http://host-03:8881': { enabled: false },
    });
    expect(pool).to.deep.equal([
      {
        address: 'http://host-01:8881',
        expanding: true,
        fixedInstances: [
          { name: 'simulation_sp', port: 5554 },
          { name: 'pipeline_x', port: null },
        ],
        cameras: ['CAMERA-A', 'CAMERA-B'],
        draining: false,
        limits: { maximumInstances: null, maximumLoad: null },
      },
      {
        address: 'http://host-02:8881',
        expanding: false,
        fixedInstances: [],
        cameras: [],
        draining: true,
        limits: { maximumInstances: 20, maximumLoad: 90 },
      },
    ]);
  });

  it('makes a pool of a list of addresses', () => {
    expect(
      parsePool(poolFromAddresses('http://a:1, http://b:2')).map((server) => server.address),
    ).to.deep.equal(['http://a:1', 'http://b:2']);
  });

  it('says which server and key is wrong, and what is allowed', () => {
    const message = (settings: object): string => {
      try {
        parsePool({ 'http://h:1': settings } as never);
      } catch (error) {
        return (error as Error).message;
      }
      return 'accepted';
    };
    expect(message({ expanding: 'no' })).to.equal(
      `Server 'http://h:1': 'expanding' must be true or false, not "no"`,
    );
    expect(message({ instances: ['a:b:c'] })).to.equal(
      "Server 'http://h:1': the entry 'a:b:c' of 'instances' must be NAME or NAME:PORT",
    );
    expect(message({ cameras: 'CAM' })).to.equal("Server 'http://h:1': 'cameras' must be a list of texts");
    expect(() => parsePool({ 'host:8881': {} })).to.throw(
      "Server 'host:8881': an address such as http://host:8881",
    );
    expect(() => parsePool(null)).to.throw('The server pool must be an object');
  });

  it('finds servers by index and by compact name', () => {
    const servers = [{ address: 'http://host.psi.ch:8880' }, { address: 'https://a:1' }];
    expect(compactName('https://a:1')).to.equal('sa1');
    expect(findServer(servers, 'host.psi.ch8880')).to.equal(servers[0]);
    expect(findServer(servers, '1')).to.equal(servers[1]);
    expect(findServer(servers, '-2')).to.equal(servers[0]);
    expect(() => findServer(servers, '2')).to.throw('list index out of range');
    expect(() => findServer(servers, 'x')).to.throw("invalid literal for int() with base 10: 'x'");
  });

  it('leaves out what cannot be read in the file of a site, and nothing after it', () => {
    const faults: string[] = [];
    const pool = parsePool({ 'http://a:1': { instances: ['x:1:2', 'y:5'] } }, (fault) => faults.push(fault));
    expect(pool[0]!.fixedInstances).to.deep.equal([{ name: 'y', port: 5 }]);
    expect(faults).to.deep.equal([
      "Server 'http://a:1': the entry 'x:1:2' of 'instances' must be NAME or NAME:PORT",
    ]);
  });
});
