import { expect } from 'chai';
import { Receiver } from '../../src/bsread/index.js';
import type { JsonObject } from '../../src/common/json.js';
import { expandPipelineConfiguration } from '../../src/worker/configuration/index.js';
import { freePortRange } from '../support/ports.js';
import { until } from '../support/until.js';
import {
  type Answer,
  startTestCameras,
  startTestServer,
  type TestCameras,
  type TestServer,
} from './support.js';

const STILL = {
  source: 'still',
  source_type: 'simulation',
  size_x: 64,
  size_y: 48,
  frame_rate: 100,
  image_type: 'static_beam',
};
const SMALL = { camera_name: 'still', function: 'transparent', no_client_timeout: 0 };

describe('pipeline instances of a server', () => {
  let cameras: TestCameras;
  let server: TestServer;
  before(async () => {
    cameras = await startTestCameras({ still: STILL });
    server = await startTestServer({ cameraServer: cameras.url });
    await server.call('POST', '/stored/config', SMALL);
  });
  after(async () => {
    await server.close();
    await cameras.close();
  });
  afterEach(() => server.call('DELETE', ''));

  const create = (config: object, id: string): Promise<Answer> =>
    server.call('POST', `?instance_id=${id}`, config);
  const active = async (): Promise<string[]> =>
    Object.keys((await server.call('GET', '/info')).info.active_instances).sort();

  const kinds: JsonObject[] = [
    SMALL,
    { pipeline_type: 'stream', function: 'propagate_stream', input_stream: 'tcp://127.0.0.1:1' },
    { pipeline_type: 'fanout', camera_name: 'still' },
    { pipeline_type: 'custom', function: 'custom_pipeline' },
  ];
  for (const config of kinds) {
    it(`end without clients as their configuration says now, of type ${config.pipeline_type ?? 'processing'}`, async () => {
      await create({ ...config, no_client_timeout: 600 }, 'kept');
      const changed = await server.call('POST', '/instance/kept/config', { no_client_timeout: 0.2 });
      expect(changed.config).to.include({ no_client_timeout: 0.2 });
      await until(async () => (await active()).length === 0);
    });
  }

  it('are created with an address that serves, and end with everything readable', async () => {
    const created = await create(SMALL, 'a');
    expect(created).to.include({ state: 'ok', status: 'Stream address for pipeline a.', instance_id: 'a' });
    expect(created.config).to.deep.equal(expandPipelineConfiguration(SMALL));
    const receiver = new Receiver({ address: created.stream, receiveTimeout: 60_000 });
    await receiver.open();
    const message = await receiver.receive();
    receiver.close();
    expect(message!.channel('width')!.decode()).to.deep.include({ type: 'int64', value: 64n });

    const { info } = await server.call('GET', '/instance/a/info');
    expect(info).to.include({
      stream_address: created.stream,
      is_stream_active: true,
      camera_name: 'still',
      instance_id: 'a',
      read_only: false,
    });
    expect(info.running_ms).to.be.a('number').and.at.least(0);
    expect(info.last_start_time).to.match(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC[+-]\d{4}$/);
    expect(info.statistics).to.include.keys(
      'total_bytes',
      'clients',
      'throughput',
      'time',
      'rx',
      'tx',
      'pid',
      'cpu',
    );
    expect(await server.call('GET', '/instance/a/exitcode')).to.include({ exitcode: null });
    const { instances } = await server.call('GET', '/heartbeat');
    expect(instances.a).to.include({
      stream_address: created.stream,
      camera_name: 'still',
      read_only: false,
    });

    expect((await server.call('DELETE', '/a')).status).to.equal("Instance 'a' stopped.");
    expect(await active()).to.deep.equal([]);
    for (let reading = 0; reading < 2; reading++) {
      expect((await server.call('GET', '/instance/a/exitcode')).exitcode).to.equal(0);
      expect(await server.client.instanceLogs('a')).not.to.have.lengthOf(0);
    }
    expect((await server.call('GET', '/instance/a/info')).status).to.equal("Instance 'a' does not exist.");
    await server.call('DELETE', '/a/del');
    expect((await server.call('GET', '/instance/a/exitcode')).status).to.equal(
      "Instance 'a' does not exist.",
    );
  });

  it('exist once per id, however many ask for it at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => create(SMALL, 'one')));
    const refused = answers.filter(({ state }) => state === 'error');
    expect(refused).to.have.lengthOf(19);
    for (const { status } of refused) {
      expect(status).to.equal(
        "Instance with id 'one' is already present and running. Use another instance_id or stop the current instance if you want to reuse the same instance_id.",
      );
    }
    expect(await active()).to.deep.equal(['one']);
  });

  it('are shared by all who ask for the stream of one id', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => server.call('GET', '/instance/stored')),
    );
    expect(new Set(answers.map(({ stream }) => stream)).size).to.equal(1);
    expect(answers[0]).to.include({ state: 'ok', status: 'Stream address for pipeline stored.' });
    expect(await active()).to.deep.equal(['stored']);
    expect((await server.call('GET', '/instance/stored/info')).info.read_only).to.equal(false);
  });

  it('are shared and read-only when they are asked for by configuration', async () => {
    const reversed = Object.fromEntries(Object.entries(SMALL).reverse());
    const [first, second] = await Promise.all([
      server.call('POST', '/instance/', SMALL),
      server.call('POST', '/instance/', reversed),
    ]);
    const third = await server.call('POST', '/instance/', SMALL);
    const other = await server.call('POST', '/instance/', { ...SMALL, max_frame_rate: 20 });
    expect(first.instance_id).to.match(/^[0-9a-f-]{36}$/);
    expect([second.instance_id, third.instance_id]).to.deep.equal([first.instance_id, first.instance_id]);
    expect(other.instance_id).not.to.equal(first.instance_id);
    expect((await server.call('GET', `/instance/${first.instance_id}/info`)).info.read_only).to.equal(true);
    expect(
      (await server.call('POST', `/instance/${first.instance_id}/config`, { copy: true })).status,
    ).to.equal('Cannot set config on a read only instance.');
  });

  it('are read-only when their configuration or the additional one says so', async () => {
    await create({ ...SMALL, read_only: true }, 'posted');
    const additional = encodeURIComponent('{"read_only": true, "note": "mine"}');
    const named = await server.call('POST', `/stored?instance_id=named&additional_config=${additional}`);
    expect(named.config).to.include({ note: 'mine', name: 'stored', function: 'transparent' });
    for (const id of ['posted', 'named']) {
      expect((await server.call('POST', `/instance/${id}/config`, { copy: true })).status).to.equal(
        'Cannot set config on a read only instance.',
      );
    }
  });

  it('take updates, and refuse those that would end them', async () => {
    await create({ ...SMALL, nothing: null }, 'u');
    const updated = await server.call('POST', '/instance/u/config', {
      note: 1.5,
      max_frame_rate: 20,
      reload: true,
    });
    expect(updated).to.include({ state: 'ok', status: 'Pipeline instance u configuration changed.' });
    expect(updated.config).to.deep.equal({
      ...expandPipelineConfiguration(SMALL),
      max_frame_rate: 20,
      note: 1.5,
      reload: false,
    });
    const refusals: [update: unknown, status: RegExp][] = [
      [{}, /^Config updates cannot be empty\.$/],
      [undefined, /^Config updates cannot be empty\.$/],
      [{ max_frame_rate: [1] }, /^Invalid value of 'max_frame_rate': \[1\]\. It must be a number\.$/],
      [{ image_region_of_interest: [1, 2, 3] }, /^Invalid value of 'image_region_of_interest'/],
      [
        { image_background_enable: true, image_background: 'none' },
        /^Requested background 'none' does not exist\.$/,
      ],
      [{ pipeline_type: 'nonsense' }, /^pipeline_type 'nonsense' not present in mapping/],
      [
        { camera_name: 'other' },
        /^Cannot change the camera name on a running instance\. Stop the instance first\.$/,
      ],
    ];
    for (const [update, status] of refusals) {
      const answer = await server.call('POST', '/instance/u/config', update);
      expect(answer).to.include({ code: 200, state: 'error' });
      expect(answer.status).to.match(status);
    }
    expect((await server.call('GET', '/instance/u/config')).config).to.deep.equal(updated.config);
    expect(await active()).to.deep.equal(['u']);
  });

  it('lose no key when two updates come at the same time', async () => {
    await create(SMALL, 'p');
    const keys = Array.from({ length: 10 }, (_, index) => `key${index}`);
    await Promise.all(keys.map((key) => server.call('POST', '/instance/p/config', { [key]: key })));
    expect((await server.call('GET', '/instance/p/config')).config).to.include.keys(...keys);
  });

  it('bind the port they are given, one instance per port', async () => {
    const port = Number((await create(SMALL, 'first')).stream.split(':').at(-1));
    await server.call('DELETE', '/first/del');
    expect((await create({ ...SMALL, port }, 'fixed')).stream).to.equal(`tcp://127.0.0.1:${port}`);
    expect((await create({ ...SMALL, port }, 'second')).status).to.equal(
      `Port ${port} is used by instance 'fixed'.`,
    );
  });

  it('that end by themselves keep exit code and log, and leave the listing', async () => {
    await create({ ...SMALL, records: 3 }, 'three');
    await until(async () => (await server.call('GET', '/instance/three/exitcode')).exitcode !== null);
    expect((await server.call('GET', '/instance/three/exitcode')).exitcode).to.equal(0);
    expect(await active()).to.deep.equal([]);
    const lines = (await server.client.instanceLogs('three')).map((record) => record[3]);
    expect(lines.join('\n')).to.contain('Reached number of records: 3');
    expect(await create(SMALL, 'three')).to.include({ state: 'ok' });
  });

  it('that cannot start say so, and why in their log', async () => {
    const answer = await create({ ...SMALL, function: 'no_such_function' }, 'bad');
    if (answer.state === 'error') expect(answer.status).to.equal("'bad' instance  terminated. See logs.");
    await until(async () => (await server.call('GET', '/instance/bad/exitcode')).exitcode !== null);
    expect((await server.call('GET', '/instance/bad/exitcode')).exitcode).to.be.greaterThan(0);
    const lines = (await server.client.instanceLogs('bad')).map((record) => record[3]);
    expect(lines.join('\n')).to.contain('no_such_function');
  });

  it('that are killed leave the listing with the signal as exit code, and start again on demand', async () => {
    const before = await server.call('GET', '/instance/stored');
    const { info } = await server.call('GET', '/instance/stored/info');
    process.kill(Number(info.statistics.pid), 'SIGKILL');
    await until(async () => (await active()).length === 0);
    expect((await server.call('GET', '/instance/stored/exitcode')).exitcode).to.equal(-9);
    const again = await server.call('GET', '/instance/stored');
    expect(again).to.include({ state: 'ok' });
    expect(again.stream).not.to.equal(before.stream);
  });
});

describe('options of a pipeline server', () => {
  let cameras: TestCameras;
  before(async () => {
    cameras = await startTestCameras({ still: STILL });
  });
  after(() => cameras.close());

  it('limit the ports, and creation says when all are used', async () => {
    const server = await startTestServer({ cameraServer: cameras.url, portRange: await freePortRange(1) });
    try {
      const first = await server.call('POST', '', SMALL);
      const second = await server.call('POST', '', SMALL);
      expect(first.state).to.equal('ok');
      expect(second.status).to.equal('All ports are used. Stop some instances before opening a new stream.');
    } finally {
      await server.close();
    }
  });

  it('make streams by id read-only', async () => {
    const server = await startTestServer({ cameraServer: cameras.url, sharedReadOnly: true });
    try {
      await server.call('POST', '/stored/config', SMALL);
      await server.call('GET', '/instance/stored');
      expect((await server.call('GET', '/instance/stored/info')).info.read_only).to.equal(true);
    } finally {
      await server.close();
    }
  });

  it('complete an enabled background with the newest of the camera, on servers but not on workers', async () => {
    const config = { ...SMALL, image_background_enable: true };
    for (const worker of [false, true]) {
      const server = await startTestServer({ cameraServer: cameras.url, worker });
      try {
        expect((await server.call('POST', '?instance_id=none', config)).config.image_background).to.equal(
          null,
        );
        const id = (await server.call('POST', '/camera/still/background?n_images=2')).background_id;
        const expected = worker ? null : id;
        expect((await server.call('POST', '?instance_id=a', config)).config.image_background).to.equal(
          expected,
        );
        const { config: updated } = await server.call('POST', '/instance/none/config', { copy: true });
        expect(updated.image_background).to.equal(expected);
      } finally {
        await server.close();
      }
    }
  });
});
