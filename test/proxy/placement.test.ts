import { expect } from 'chai';
import { type PlacementRequest, place, type ServerSnapshot } from '../../src/proxy/placement.js';

function server(address: string, changes: Partial<ServerSnapshot> = {}): ServerSnapshot {
  return {
    address,
    expanding: true,
    fixedInstances: [],
    cameras: [],
    isReachable: true,
    instances: [],
    reserved: [],
    cpu: null,
    memory: null,
    traffic: 0,
    draining: false,
    limits: { maximumInstances: null, maximumLoad: null },
    ...changes,
  };
}

function request(changes: Partial<PlacementRequest> = {}): PlacementRequest {
  return {
    instance: 'new',
    configuration: 'new',
    cameraName: null,
    cameraHost: null,
    originHost: null,
    ...changes,
  };
}

const runs = (name: string, cameraName: string | null = null) => ({ name, cameraName });

describe('proxy/placement', () => {
  it('stays where the instance runs, also on a server that takes nothing new', () => {
    const servers = [
      server('http://a:1'),
      server('http://b:1', { expanding: false, instances: [runs('new')] }),
    ];
    expect(place(servers, request())).to.deep.include({ rule: 'running', server: servers[1] });
  });

  it('joins a start that is on its way', () => {
    const servers = [server('http://a:1'), server('http://b:1', { reserved: [runs('new')] })];
    expect(place(servers, request()).server).to.equal(servers[1]);
  });

  it('follows a fixed entry with its port, by the name of the configuration', () => {
    const servers = [
      server('http://a:1'),
      server('http://b:1', { fixedInstances: [{ name: 'cam_sp', port: 5554 }], instances: [runs('x')] }),
    ];
    const decision = place(servers, request({ instance: 'other', configuration: 'cam_sp' }));
    expect(decision).to.deep.include({ rule: 'fixed', server: servers[1], port: 5554 });
  });

  it('passes over a fixed entry whose server is down, and says so', () => {
    const servers = [
      server('http://a:1', { isReachable: false, fixedInstances: [{ name: 'new', port: 5554 }] }),
      server('http://b:1'),
    ];
    const decision = place(servers, request());
    expect(decision).to.deep.include({ rule: 'least load', server: servers[1], port: null });
    expect(decision.explanation).to.include(
      'fixed: an entry of http://a:1 names it, but that server cannot be reached',
    );
  });

  it('prefers the server that already works on the camera, then the listed one, then the camera host', () => {
    const plain = server('http://a:1');
    const onHost = server('http://camhost.psi.ch:1', { instances: [runs('x'), runs('y')] });
    const listed = server('http://b:1', { cameras: ['CAM'], instances: [runs('z'), runs('w'), runs('v')] });
    const affine = server('http://c:1', { instances: [runs('p', 'CAM'), runs('q'), runs('r'), runs('s')] });
    const wanted = request({ cameraName: 'CAM', cameraHost: 'CAMHOST' });
    expect(place([plain, onHost, listed, affine], wanted).rule).to.equal('same camera');
    expect(place([plain, onHost, listed], wanted).rule).to.equal('listed camera');
    expect(place([plain, onHost], wanted)).to.deep.include({ rule: 'camera host', server: onHost });
    expect(place([plain], wanted).rule).to.equal('least load');
  });

  it('prefers the host that asks, but never a reserved server there', () => {
    const origin = server('http://console.psi.ch:1', { instances: [runs('x')] });
    const wanted = request({ originHost: 'console' });
    expect(place([server('http://a:1'), origin], wanted).rule).to.equal('origin host');
    const reserved = { ...origin, expanding: false };
    expect(place([server('http://a:1'), reserved], wanted).rule).to.equal('least load');
  });

  it('compares addresses completely and understands IPv6 loopback', () => {
    const v4 = server('http://10.0.0.1:1');
    expect(place([server('http://10.0.0.2:1'), v4], request({ originHost: '10.0.0.1' })).server).to.equal(v4);
    const local = server('http://localhost:1');
    expect(place([v4, local], request({ originHost: '::1' })).server).to.equal(local);
  });

  it('takes the fewest instances, counting those on their way; then the idler host; then pool order', () => {
    const busy = server('http://a:1', { instances: [runs('x')] });
    const reserving = server('http://b:1', { reserved: [runs('p'), runs('q')] });
    const idle = server('http://c:1', { instances: [runs('y')], cpu: 5 });
    expect(place([reserving, busy], request()).server).to.equal(busy);
    expect(place([{ ...busy, cpu: 50 }, idle], request()).server).to.equal(idle);
    expect(place([server('http://x:1'), server('http://y:1')], request()).server.address).to.equal(
      'http://x:1',
    );
  });

  it('spreads a burst when each decision reserves', () => {
    const reserved: Record<string, string[]> = { 'http://a:1': [], 'http://b:1': [], 'http://c:1': [] };
    for (let index = 0; index < 20; index += 1) {
      const servers = Object.entries(reserved).map(([address, names]) =>
        server(address, { reserved: names.map((name) => runs(name)) }),
      );
      const chosen = place(servers, request({ instance: `i${index}`, configuration: null })).server.address;
      reserved[chosen]?.push(`i${index}`);
    }
    expect(Object.values(reserved).map((names) => names.length)).to.deep.equal([7, 7, 6]);
  });

  it('refuses when nothing is left, with the reasons', () => {
    const servers = [
      server('http://a:1', { isReachable: false }),
      server('http://b:1', { expanding: false }),
      server('http://c:1', { limits: { maximumInstances: 1, maximumLoad: null }, instances: [runs('x')] }),
      server('http://d:1', { limits: { maximumInstances: null, maximumLoad: 80 }, cpu: 93 }),
    ];
    const reasons =
      'http://a:1 cannot be reached; http://b:1 is reserved; http://c:1 has 1 of at most 1 instances; ' +
      'http://d:1 is 93 % busy, at most 80 % are allowed';
    expect(() => place(servers, request())).to.throw(`No available server: ${reasons}`);
    try {
      place(servers, request());
    } catch (error) {
      const cause = ['running: it runs nowhere', `least load: ${reasons}`];
      expect((error as Error).cause).to.deep.equal(cause);
    }
  });

  it('says no more than clients know when nothing can be reached', () => {
    expect(() => place([server('http://a:1', { isReachable: false })], request())).to.throw(
      /^No available server$/,
    );
    expect(() => place([], request())).to.throw(/^No available server$/);
  });

  it('leaves a server that is being drained alone, whatever rule names it', () => {
    const drained = server('http://a:1', {
      draining: true,
      cameras: ['CAM'],
      instances: [runs('p', 'CAM')],
      fixedInstances: [{ name: 'new', port: null }],
    });
    const other = server('http://b:1', { instances: [runs('x'), runs('y')] });
    const wanted = request({ cameraName: 'CAM', cameraHost: 'a', originHost: 'a' });
    expect(place([drained, other], wanted)).to.deep.include({ rule: 'least load', server: other });
    expect(place([drained, other], { ...wanted, instance: 'p' }).rule).to.equal('running');
  });

  it('counts what heavy instances on their way will receive', () => {
    const heavy = server('http://a:1', { reserved: [runs('big')], traffic: 1e9, cpu: 11 });
    const light = server('http://b:1', { reserved: [runs('small')], traffic: 1e6, cpu: 14 });
    expect(place([heavy, light], request()).server).to.equal(light);
  });
});
