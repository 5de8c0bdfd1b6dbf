import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { PipelineClient } from '../../src/client/index.js';
import { packageRoot } from '../../src/common/package.js';

import { freePortRange } from '../support/ports.js';
import { until } from '../support/until.js';

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly intValue?: string };
}

interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
}

const attribute = (span: CollectedSpan, key: string): string | undefined => {
  const value = span.attributes.find((entry) => entry.key === key)?.value;
  return value?.stringValue ?? value?.intValue;
};

/** What a collector of OpenTelemetry does: takes OTLP over HTTP and answers. */
class Collector {
  readonly spans: CollectedSpan[] = [];
  readonly services = new Set<string>();
  private readonly server: Server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { resourceSpans } = JSON.parse(Buffer.concat(parts).toString()) as {
      resourceSpans: { resource: { attributes: Attribute[] }; scopeSpans: { spans: CollectedSpan[] }[] }[];
    };
    for (const { resource, scopeSpans } of resourceSpans) {
      const service = resource.attributes.find(({ key }) => key === 'service.name');
      if (request.url === '/v1/traces' && service !== undefined)
        this.services.add(service.value.stringValue!);
      this.spans.push(...scopeSpans.flatMap(({ spans }) => spans));
    }
    response.setHeader('Content-Type', 'application/json').end('{}');
  });

  async open(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

/** A pipeline script that sends one number for each image. */
const WIDTHS = `
export async function run(pipeline) {
  const output = await pipeline.openOutput();
  for await (const { data, pulseId, timestamp } of pipeline.messages()) {
    await output.send({ width: data.width }, { pulseId, timestamp });
  }
}
`;

describe('logs and traces of servers', () => {
  const collector = new Collector();
  const children: ChildProcess[] = [];
  const lines: string[] = [];
  let folder: string;
  let collectorUrl: string;
  let pipelines: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'camserver-test-'));
    collectorUrl = await collector.open();
    const config = { camera: 'cameras', pipeline: 'pipelines' };
    for (const name of [...Object.values(config), 'backgrounds', 'scripts']) mkdirSync(join(folder, name));
    writeFileSync(
      join(folder, 'cameras', 'beam.json'),
      // a script does not ask again for a camera that has ended for lack of clients
      '{"source_type": "simulation", "source": "", "size_x": 64, "size_y": 48, "frame_rate": 50, "no_client_timeout": 0}',
    );
    writeFileSync(join(folder, 'pipelines', 'beam_sp.json'), '{"camera_name": "beam"}');
    writeFileSync(
      join(folder, 'pipelines', 'made_up.json'),
      '{"pipeline_type": "custom", "function": "custom_pipeline", "max_frame_rate": 50, "no_client_timeout": 0}',
    );
    writeFileSync(
      join(folder, 'pipelines', 'scripted.json'),
      '{"pipeline_type": "script", "pipeline_script": "widths.js", "camera_name": "beam", "no_client_timeout": 0}',
    );
    writeFileSync(join(folder, 'scripts', 'widths.js'), WIDTHS);
    const cameras = await start('camera-server', ['-b', 'cameras']);
    pipelines = await start('pipeline-server', ['-b', 'pipelines', '-c', cameras]);
  });

  after(async () => {
    await Promise.all(
      children.map(async (child) => {
        const ended = once(child, 'exit');
        if (child.exitCode === null && child.kill('SIGTERM')) await ended;
      }),
    );
    collector.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The address of the started server. */
  async function start(command: string, options: readonly string[]): Promise<string> {
    const { from, to } = await freePortRange(10);
    const common = ['-p', '0', '-i', '127.0.0.1', '-n', '127.0.0.1', '-r', `${from}:${to}`];
    const folders = ['-u', 'scripts', '-g', 'backgrounds', '--state', `state-${command}`];
    const child = spawn(
      process.execPath,
      [
        join(packageRoot, 'bin', 'camserver.js'),
        ...[command, ...common, ...folders, ...options],
        ...['--log_format', 'json', '--log_level', 'DEBUG'],
      ],
      {
        cwd: folder,
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { ...process.env, CAMSERVER_TRACES: collectorUrl, CAMSERVER_TRACES_EVERY: '10' },
      },
    );
    children.push(child);
    let rest = '';
    return new Promise((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`${command} ended with ${code}: ${rest}`)));
      child.stderr!.on('data', (chunk) => {
        rest += chunk;
        const complete = rest.split('\n');
        rest = complete.pop()!;
        lines.push(...complete);
        const url = complete.map((line) => / on (http:\/\/127\.0\.0\.1:\d+)\./.exec(line)?.[1]).find(Boolean);
        if (url !== undefined) resolve(url);
      });
    });
  }

  it('follow a pulse from the camera through the pipeline in one trace', async () => {
    const stream = await new PipelineClient(pipelines).stream('beam_sp');
    expect(stream).to.match(/^tcp:/);
    const namesOf = (traceId: string): string[] =>
      collector.spans.filter((span) => span.traceId === traceId).map(({ name }) => name);
    const complete = (): CollectedSpan | undefined =>
      collector.spans.find(
        (span) =>
          attribute(span, 'camserver.instance') === 'beam_sp' &&
          namesOf(span.traceId).includes('camera frame'),
      );
    const span = await until(async () => complete());
    const pulseId = attribute(span, 'camserver.pulse_id')!;
    expect(Number(pulseId) % 10).to.equal(0);
    expect(span.traceId).to.equal(`63616d7365727672${BigInt(pulseId).toString(16).padStart(16, '0')}`);
    expect(span.name).to.equal('pipeline frame');
    expect(attribute(span, 'camserver.outcome')).to.be.a('string');
    expect(BigInt(span.endTimeUnixNano) >= BigInt(span.startTimeUnixNano)).to.equal(true);
    expect(collector.services).to.include('camserver instance');
  });

  for (const [pipeline, what] of [
    ['made_up', 'a function makes up'],
    ['scripted', 'a script sends'],
  ] as const) {
    it(`follow a pulse that ${what}`, async () => {
      await new PipelineClient(pipelines).stream(pipeline);
      const found = (): CollectedSpan | undefined =>
        collector.spans.find((span) => attribute(span, 'camserver.instance') === pipeline);
      const span = await until(async () => found(), `a span of ${pipeline}`);
      const pulseId = BigInt(attribute(span, 'camserver.pulse_id')!);
      expect(pulseId % 10n).to.equal(0n);
      expect(span.name).to.equal('pipeline frame');
      expect(span.traceId).to.equal(`63616d7365727672${pulseId.toString(16).padStart(16, '0')}`);
      expect(attribute(span, 'camserver.outcome')).to.be.a('string');
      expect(BigInt(span.endTimeUnixNano) > BigInt(span.startTimeUnixNano)).to.equal(true);
    });
  }

  it('have the requests of clients, under the trace that they name', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    await fetch(`${pipelines}/api/v1/pipeline/beam_sp/config`, {
      headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01`, 'X-Request-Id': 'my-request' },
    });
    const found = (): CollectedSpan | undefined => collector.spans.find((span) => span.traceId === traceId);
    const span = await until(async () => found());
    expect(span.name).to.equal('GET /api/v1/pipeline/{pipeline_name}/config');
    expect(span.parentSpanId).to.equal('b7ad6b7169203331');
    expect(attribute(span, 'http.response.status_code')).to.equal('200');
    expect(attribute(span, 'camserver.request_id')).to.equal('my-request');
    expect(collector.services).to.include.members(['camserver pipeline server', 'camserver camera server']);
  });

  it('are lines of JSON, with the request that they belong to', async () => {
    const read = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const mine = await until(() => read().find(({ request_id }) => request_id === 'my-request'));
    const records = read();
    expect(records.length).to.be.greaterThan(5);
    for (const record of records) expect(record).to.include.keys('time', 'level', 'logger', 'message', 'pid');
    expect(mine).to.include({ logger: 'cam_server.http', level: 'DEBUG' });
    expect(records.map(({ instance }) => instance)).to.include('camera:beam');
  });

  it('are refused with the reason when the collector has no usable address', async () => {
    const child = spawn(
      process.execPath,
      [join(packageRoot, 'bin', 'camserver.js'), 'camera-worker', '-p', '0', '-i', '127.0.0.1'],
      { cwd: folder, env: { ...process.env, CAMSERVER_TRACES: 'collector' } },
    );
    let text = '';
    child.stderr.on('data', (chunk) => {
      text += chunk;
    });
    const [code] = await once(child, 'close');
    expect(code).to.equal(1);
    expect(text).to.contain("CAMSERVER_TRACES is 'collector'; it must be an address such as");
  });
});
