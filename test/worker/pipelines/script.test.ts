import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import type { JsonObject } from '../../../src/common/json.js';
import { PYTHON } from '../../user-code/support.js';
import { logsOfFailedStart, namesOf, numberOf, pulseIdsOf, type Rig, range, withRig } from './rig.js';

describe('pipeline instance of type script', () => {
  function withScript(
    name: string,
    text: string,
    config: JsonObject,
    use: (rig: Rig) => Promise<void>,
  ): Promise<void> {
    const prepare = (folder: string) => writeFile(join(folder, name), text);
    return withRig({ pipeline_type: 'script', pipeline_script: name, ...config }, use, {
      prepare,
      options: { python: PYTHON },
    });
  }

  it('runs a script in TypeScript that receives, computes and sends', async () => {
    const text = `
      export async function run(pipeline: any): Promise<void> {
        const output = await pipeline.openOutput({ create_header: 'always' });
        let factor = pipeline.config.factor as number;
        pipeline.onConfig((config: any) => { factor = config.factor; });
        for await (const { data, pulseId, timestamp } of pipeline.messages()) {
          await output.send({ sum: factor * (data.a.value + data.b.value), list: [1, 2] }, { pulseId, timestamp });
          await output.send({ half: 0.5 }, { pulseId: pulseId + 1000 });
        }
      }`;
    await withScript('sum.ts', text, { factor: 2 }, async (rig) => {
      await rig.camera.send(1, { a: 1, b: 2 });
      const [sum, half] = await rig.receive(2);
      expect(namesOf(sum!)).to.deep.equal(['sum', 'list']);
      expect(numberOf(sum!, 'sum')).to.equal(6);
      expect(sum!.timestamp).to.deep.equal({ seconds: 1_700_000_000n, nanoseconds: 1n });
      expect(pulseIdsOf([sum!, half!])).to.deep.equal([1, 1001]);
      rig.supervisor.updateConfig('pipeline', { ...rig.instance.config, factor: 10 });
      let pulseId = 1;
      let last = 6;
      while (last !== 30) {
        pulseId += 1;
        await rig.camera.send(pulseId, { a: 1, b: 2 });
        [last] = (await rig.receive(2)).map((message) => numberOf(message, 'sum')) as [number];
      }
      await rig.supervisor.stop('pipeline');
      expect(await rig.exitCode()).to.equal(0);
      expect(rig.instance.lastSample).to.deep.include({ received: pulseId, sent: 2 * pulseId });
    });
  });

  it('ends with the records of its output, and with the number that the script returns', async () => {
    const endless = `export async function run(pipeline) {
      const output = await pipeline.openOutput();
      while (!pipeline.signal.aborted) await output.send({ value: 1 });
    }`;
    await withScript('endless.js', endless, { records: 3 }, async (rig) => {
      expect(pulseIdsOf(await rig.receive(3))).to.deep.equal(range(0, 3));
      expect(await rig.exitCode()).to.equal(0);
    });
    const code = 'export async function run(pipeline) { pipeline.ready(); return 7; }';
    await withScript('code.js', code, {}, async (rig) => {
      expect(await rig.exitCode()).to.equal(7);
    });
  });

  it('reports errors with the line of the script', async () => {
    const failing = `export async function run(pipeline) {
      pipeline.ready();
      await Promise.resolve();
      throw new Error('no beam');
    }`;
    await withScript('failing.js', failing, {}, async (rig) => {
      expect(await rig.exitCode()).to.equal(2);
      expect(rig.logs().join('\n')).to.contain('failing.js line 4: no beam');
    });
    await withScript(
      'value.js',
      'export const run = async (pipeline) => (await pipeline.openOutput()).send({ a: () => 1 });',
      {},
      async (rig) => {
        expect(await rig.exitCode()).to.equal(2);
        expect(rig.logs().join('\n')).to.contain("Channel 'a' is a function");
      },
    );
  });

  it('stops a script that computes for ever, and says why', async () => {
    const endless = `export async function run(pipeline) {
      pipeline.ready();
      await new Promise((resolve) => pipeline.onConfig(resolve));
      for (;;);
    }`;
    await withScript('endless.js', endless, { function_timeout: 2 }, async (rig) => {
      rig.supervisor.updateConfig('pipeline', { ...rig.instance.config, start: true });
      expect(await rig.exitCode()).to.equal(-9);
      expect(rig.logs().join('\n')).to.contain(
        "'endless.js' did not finish within 2 s (function_timeout) and was stopped",
      );
    });
  });

  it('does not start what is no pipeline script', async () => {
    const logs = (name: string, text: string) =>
      logsOfFailedStart(
        { pipeline_type: 'script', pipeline_script: name },
        {
          prepare: (folder) => writeFile(join(folder, name), text),
        },
      );
    expect(await logs('none.js', 'export const x = 1;')).to.contain("none.js exports no function 'run'");
    expect(await logs('broken.js', 'export function run( {')).to.match(/broken\.js line 1: /);
    expect(await logsOfFailedStart({ pipeline_type: 'script', pipeline_script: 'missing' })).to.contain(
      'Invalid pipeline script: missing',
    );
  });

  it('runs a script in Python with the nine arguments of the original', async () => {
    const text = [
      'import logging, socket',
      'from cam_server.utils import get_lib_file',
      'def run(stop_event, statistics, parameter_queue, logs_queue, cam_client, pipeline_config,',
      '        output_stream_port, background_manager, user_scripts_manager):',
      '    assert stop_event.is_set()',
      '    server = socket.create_server(("127.0.0.1", output_stream_port))',
      '    logging.getLogger().warning("serving %s", pipeline_config["factor"])',
      '    logs_queue.put("from " + user_scripts_manager.get_lib_path("x")[-5:])',
      '    stop_event.clear()',
      '    statistics.rx = "9.98Hz - 41"',
      '    statistics.tx = 40',
      '    statistics.clients = 2',
      '    config = parameter_queue.get(timeout=20)',
      '    print("new factor", config["factor"], pipeline_config.get("factor"))',
      '    while not stop_event.wait(10): pass',
      '    return 5',
    ].join('\n');
    await withScript('all.py', text, { factor: 2 }, async (rig) => {
      const connection = connect(rig.instance.port!, '127.0.0.1');
      await once(connection, 'connect');
      connection.destroy();
      rig.supervisor.updateConfig('pipeline', { ...rig.instance.config, factor: 10 });
      while (!rig.logs().includes('all.py: new factor 10 10')) await delay(5);
      while (rig.instance.lastSample?.clients !== 2) await delay(5);
      expect(rig.instance.lastSample).to.include({ received: 41, sent: 40 });
      expect(rig.logs()).to.include('serving 2').and.to.include('from lib/x');
      await rig.supervisor.stop('pipeline');
      expect(await rig.exitCode()).to.equal(5);
    });
  });

  it('ends with the errors and exit codes of scripts in Python', async () => {
    const signature = 'def run(stop_event, *arguments):\n    stop_event.clear()\n';
    const cases = [
      ['raise ValueError("no beam")', 2, 'failing.py line 3: ValueError: no beam'],
      ['raise SystemExit(4)', 4, ''],
      [
        'import os, signal; os.kill(os.getpid(), signal.SIGSEGV)',
        2,
        'failing.py: its process was killed by SIGSEGV',
      ],
      ['stop_event.set()', 0, ''],
    ] as const;
    for (const [line, code, log] of cases) {
      await withScript('failing.py', `${signature}    ${line}\n`, {}, async (rig) => {
        expect(await rig.exitCode(), `${line} ${rig.logs().join(' | ')}`).to.equal(code);
        expect(rig.logs().join('\n')).to.contain(log);
      });
    }
    const greedy = `${signature}    kept = bytearray(2 ** 30)\n`;
    await withScript('greedy.py', greedy, { function_memory: 200 }, async (rig) => {
      expect(await rig.exitCode()).to.equal(2);
      expect(rig.logs().join('\n')).to.contain('greedy.py line 3: MemoryError');
    });
    const logs = (text: string) =>
      logsOfFailedStart(
        { pipeline_type: 'script', pipeline_script: 'bad.py' },
        {
          prepare: (folder) => writeFile(join(folder, 'bad.py'), text),
          options: { python: PYTHON },
        },
      );
    expect(await logs('x = 1')).to.contain("bad.py has no function 'run'");
    expect(await logs('def run(:')).to.contain('bad.py line 1: SyntaxError');
  });
});
