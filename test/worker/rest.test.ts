import { join } from 'node:path';
import { expect } from 'chai';
import { formatPickledArray } from '../../src/common/pickle.js';
import { arrayValue } from '../../src/common/values.js';
import { startTestServer, type TestServer } from './support.js';

const PROCESSING = { camera_name: 'cam1', image_threshold: 5 };

for (const worker of [false, true]) {
  describe(`REST interface of a pipeline ${worker ? 'worker' : 'server'}`, () => {
    let server: TestServer;
    before(async () => {
      server = await startTestServer({ worker });
    });
    after(() => server.close());

    it('stores, lists, gives back and deletes pipelines', async () => {
      const saved = await server.call('POST', '/my%20pipe/config', { ...PROCESSING, group: ['a', 'b'] });
      expect(saved).to.deep.include({
        code: 200,
        state: 'ok',
        status: 'Pipeline my pipe configuration saved.',
      });
      expect(saved.config).to.include({
        image_background_enable: false,
        image_threshold: 5,
        camera_name: 'cam1',
      });
      expect(await server.call('GET', '/my%20pipe/config')).to.deep.include({
        status: 'Pipeline my pipe configuration retrieved.',
        config: saved.config,
      });
      expect(await server.call('GET', '')).to.deep.include({
        status: 'List of available cameras.',
        pipelines: ['my pipe'],
      });
      expect((await server.call('GET', '/config_names')).config_names).to.deep.equal(['my pipe']);
      expect(await server.call('GET', '/groups')).to.deep.include({
        status: 'Pipeline groups.',
        groups: { a: ['my pipe'], b: ['my pipe'] },
      });
      expect((await server.call('DELETE', '/my%20pipe/config')).status).to.equal(
        'Pipeline my pipe configuration deleted.',
      );
      expect(await server.call('DELETE', '/my%20pipe/config')).to.deep.include({
        code: 200,
        state: 'error',
        status: "Pipeline 'my pipe' does not exist.",
      });
      const missing = `Unable to load config 'my pipe'`;
      expect((await server.call('GET', '/my%20pipe/config')).status).to.equal(
        worker
          ? missing
          : `${missing}. Config file '${join(server.folder, 'pipelines/my pipe.json')}' does not exist.`,
      );
    });

    it('refuses to store what could not run, and a body that is none', async () => {
      const refusals: [body: unknown, status: RegExp][] = [
        [{}, /^Camera name not specified in configuration\.$/],
        [{ pipeline_type: 'x' }, /^pipeline_type 'x' not present in mapping\. Available: /],
        [
          { ...PROCESSING, image_region_of_interest: [1, 2, 3] },
          /^Invalid value of 'image_region_of_interest'/,
        ],
        [{ ...PROCESSING, mode: 'FILE' }, /^File name not defined$/],
        [undefined, /^The pipeline configuration is missing/],
      ];
      for (const [body, status] of refusals) {
        const answer = await server.call('POST', '/bad/config', body);
        expect(answer).to.include({ code: 200, state: 'error' });
        expect(answer.status).to.match(status);
      }
      expect((await server.call('GET', '')).pipelines).not.to.include('bad');
    });

    it('answers requests for instances that do not exist', async () => {
      for (const path of ['info', 'config', 'exitcode']) {
        expect((await server.call('GET', `/instance/none/${path}`)).status).to.equal(
          "Instance 'none' does not exist.",
        );
      }
      expect((await server.call('POST', '/instance/none/config', { copy: true })).status).to.equal(
        "Instance 'none' does not exist.",
      );
      expect((await server.call('GET', '/instance/none')).status).to.equal(
        "Instance 'none' is not present on server and it is not a saved pipeline name.",
      );
      expect(await server.call('DELETE', '/none')).to.include({
        state: 'ok',
        status: "Instance 'none' stopped.",
      });
      expect(await server.call('DELETE', '/none/del')).to.include({
        state: 'ok',
        status: "Instance 'none' stopped.",
      });
      expect((await server.call('DELETE', '')).status).to.equal('All instances have been stopped.');
    });

    it('reports itself', async () => {
      const { info, status } = await server.call('GET', '/info');
      expect(status).to.equal('Instance manager info retrieved.');
      expect(info).to.have.all.keys('version', 'boot_id', 'active_instances', 'cpu', 'memory', 'tx', 'rx');
      expect(info.active_instances).to.deep.equal({});
      expect(await server.call('GET', '/heartbeat')).to.deep.include({ status: 'Heartbeat', instances: {} });
      expect(await server.call('GET', '/version')).to.deep.include({
        status: 'Version',
        version: info.version,
      });
      const base = await (await fetch(`${server.url}/base`)).json();
      expect(base).to.deep.equal({ state: 'ok', status: 'Base', base: '/api/v1/pipeline' });
    });

    it('says what is needed to create an instance', async () => {
      const nothing = 'You must specify either the pipeline name or the configuration for the pipeline.';
      expect((await server.call('POST', '', {})).status).to.equal(nothing);
      expect((await server.call('POST', '')).status).to.equal(nothing);
      expect((await server.call('POST', '', { pipeline_type: 'store' })).status).to.equal(
        'Camera name not specified in configuration.',
      );
      expect(
        (await server.call('POST', '', { pipeline_type: 'script', pipeline_script: 'no.py' })).status,
      ).to.equal('Invalid pipeline script: no.py');
      expect((await server.call('POST', '/none')).status).to.match(/^Unable to load config 'none'/);
      expect((await server.call('POST', '?instance_id=a%2Fb', PROCESSING)).status).to.match(
        /^Invalid instance name/,
      );
      expect((await server.call('POST', '/none?additional_config=%5B1%5D')).status).to.equal(
        'additional_config must be a JSON object.',
      );
      expect((await server.call('POST', '/none?additional_config=%7B')).status).to.match(
        /^additional_config is not valid JSON\. Expecting property name/,
      );
      expect((await server.call('POST', '/instance/', {})).status).to.equal(
        'Camera name not specified in configuration.',
      );
    });

    it('says that the camera server cannot be reached', async () => {
      for (const answer of [await server.call('POST', '', PROCESSING), await server.call('GET', '/camera')]) {
        expect(answer).to.include({ code: 200, state: 'error' });
        expect(answer.status).to.contain('http://127.0.0.1:1');
      }
    });

    it('keeps backgrounds, given as pickle or as rows, and shows them', async () => {
      const image = arrayValue(
        Uint16Array.from({ length: 12 }, (_, index) => index),
        [3, 4],
      );
      const stored = await server.call('PUT', '/background/bg/image_bytes', formatPickledArray(image));
      expect(stored.status).to.equal('Background image bg stored.');
      expect(await server.call('GET', '/background/bg/image_bytes')).to.deep.include({
        status: "Background file 'bg'.",
        image: { bytes: Buffer.from(image.data.buffer).toString('base64'), shape: [3, 4], dtype: '<u2' },
      });
      const rows = {
        filename: 'rows',
        data: [
          [1, 2.9],
          [3, 65_536],
        ],
      };
      expect((await server.call('POST', '/background', rows)).status).to.equal(
        'Background image rows stored.',
      );
      expect(await server.client.backgroundImage('rows')).to.deep.include({ type: 'uint16', shape: [2, 2] });
      const png = await fetch(`${server.url}/api/v1/pipeline/background/bg/image?colormap=gray`);
      expect(png.headers.get('content-type')).to.equal('image/png');
      expect(
        Buffer.from(await png.arrayBuffer())
          .subarray(1, 4)
          .toString(),
      ).to.equal('PNG');
      expect((await server.call('GET', '/background/bg/image?scale=0.7')).status).to.match(
        /^cannot reshape array/,
      );
      expect((await server.call('GET', '/background/bg/image?min_value=abc')).status).to.equal(
        "could not convert string to float: 'abc'",
      );
    });

    it('refuses backgrounds that are none, and finds those of exactly one camera', async () => {
      expect((await server.call('GET', '/background/none/image')).status).to.equal(
        "Requested background 'none' does not exist.",
      );
      expect((await server.call('POST', '/background', { filename: '../x', data: [[1]] })).status).to.match(
        /^Invalid background name/,
      );
      expect((await server.call('POST', '/background', { filename: 'x', data: null })).status).to.match(
        /^Not an image/,
      );
      expect(
        (await server.call('PUT', '/background/x/image_bytes', Buffer.from('cos\nsystem\n'))).state,
      ).to.equal('error');
      const image = arrayValue(new Uint16Array(4), [2, 2]);
      for (const id of [
        'CAM_20260101_000000_000001',
        'CAM_20260102_000000_000000',
        'CAM_2_20270101_000000_000000',
      ]) {
        await server.client.storeBackground(id, image);
      }
      expect((await server.call('GET', '/camera/CAM/background')).background_id).to.equal(
        'CAM_20260102_000000_000000',
      );
      expect((await server.call('GET', '/camera/CAM/backgrounds')).background_ids).to.deep.equal([
        'CAM_20260101_000000_000001',
        'CAM_20260102_000000_000000',
      ]);
      for (const path of ['background', 'backgrounds']) {
        expect((await server.call('GET', `/camera/none/${path}`)).status).to.equal(
          "No background matches for the specified prefix 'none'.",
        );
      }
      expect((await server.call('POST', '/camera/CAM/background?n_images=abc')).status).to.equal(
        'n_images must be a number.',
      );
      expect((await server.call('POST', '/camera/CAM/background?n_images=0')).status).to.equal(
        'n_images must be a number. It must be from 1 to 1000, not 0.',
      );
    });

    it('keeps scripts and libraries', async () => {
      const code = Buffer.from('def process_image(): pass\n');
      expect((await server.call('PUT', '/script/my.py/script_bytes', code)).status).to.equal(
        'Script file my.py stored.',
      );
      expect(await server.call('GET', '/script')).to.deep.include({
        status: 'List of scripts.',
        scripts: ['my.py'],
      });
      expect(await server.call('GET', '/script/my/script_bytes')).to.deep.include({
        status: "Script file 'my'.",
        script: code.toString(),
      });
      expect((await server.call('GET', '/script/no/script_bytes')).status).to.equal(
        "Requested script 'no' does not exist.",
      );
      expect((await server.call('DELETE', '/script/my.py/script_bytes')).status).to.equal(
        'Script my.py configuration deleted.',
      );
      expect((await server.call('DELETE', '/script/my.py/script_bytes')).status).to.match(
        /No such file or directory/,
      );

      const egg = Buffer.from([0, 255, 7]);
      expect((await server.call('PUT', '/lib/tool.egg/lib_bytes', egg)).status).to.equal(
        'Lib file tool.egg stored.',
      );
      await server.call('PUT', '/lib/data.csv/lib_bytes', Buffer.from('1,2'));
      expect(await server.call('GET', '/lib')).to.deep.include({
        status: 'List of libraries.',
        libs: ['data.csv', 'tool.egg'],
      });
      expect(await server.call('GET', '/lib/tool.egg/lib_bytes')).to.deep.include({
        status: "Lib file 'tool.egg'.",
        base64: true,
        lib: egg.toString('base64'),
      });
      expect(await server.call('GET', '/lib/data.csv/lib_bytes')).to.deep.include({
        base64: false,
        lib: '1,2',
      });
      expect((await server.call('DELETE', '/lib/tool.egg/lib_bytes')).status).to.equal(
        'Lib tool.egg configuration deleted.',
      );
      expect((await server.call('GET', '/lib/tool.egg/lib_bytes')).status).to.equal(
        "Requested lib 'tool.egg' does not exist.",
      );
    });

    it('has logs of its own, and empty ones for unknown instances', async () => {
      const logs = (await (await fetch(`${server.url}/api/v1/logs/instance/none`)).json()) as {
        logs: unknown;
      };
      expect(logs.logs).to.deep.equal([]);
    });
  });
}
