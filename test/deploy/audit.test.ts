import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { packageRoot } from '../../src/common/package.js';

interface Registry {
  readonly url: string;
  /** Of a hole in express; null: there is none. */
  severity: string | null;
  /** Whether it audits. */
  isOffered: boolean;
  /** Packages that it was asked about. */
  readonly asked: string[];
  close(): void;
}

const { version: expressVersion } = JSON.parse(
  readFileSync(join(packageRoot, 'node_modules', 'express', 'package.json'), 'utf8'),
) as { version: string };

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const body = Buffer.concat(parts);
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
}

/** Answers what npm asks a registry for when it audits: advisories in bulk, then the versions of what has some. */
async function openRegistry(): Promise<Registry> {
  const server = createServer(async (request, response) => {
    const answer = (status: number, content: object): void => {
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(content));
    };
    const body = await bodyOf(request);
    if (request.url === '/express') {
      const versions = { [expressVersion]: { name: 'express', version: expressVersion } };
      return answer(200, { name: 'express', 'dist-tags': { latest: expressVersion }, versions });
    }
    if (request.method !== 'POST' || !registry.isOffered) return answer(405, { error: 'Method Not Allowed' });
    registry.asked.push(...Object.keys(JSON.parse(body.toString()) as object));
    const hole = { id: 1, url: 'https://example.org/1', title: 'A hole', vulnerable_versions: '*' };
    answer(200, registry.severity === null ? {} : { express: [{ ...hole, severity: registry.severity }] });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const registry: Registry = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    severity: null,
    isOffered: true,
    asked: [],
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return registry;
}

describe('the audit of dependencies', () => {
  const judge = async (answer: string): Promise<{ status: number; lines: string[] }> => {
    const script = (await import(join(packageRoot, 'scripts', 'audit.mjs'))) as {
      judge(answer: string): { status: number; lines: string[] };
    };
    return script.judge(answer);
  };
  const report = (severity: string): string =>
    JSON.stringify({
      vulnerabilities: { express: { name: 'express', severity, range: '<4.0.0' } },
      metadata: { dependencies: { prod: 90 } },
    });

  it('fails for severe holes only', async () => {
    expect(await judge(report('critical'))).to.deep.equal({
      status: 1,
      lines: ['critical: express <4.0.0', '90 dependencies audited, 1 with known holes, 1 of them severe'],
    });
    expect((await judge(report('high'))).status).to.equal(1);
    expect((await judge(report('moderate'))).status).to.equal(0);
    expect((await judge('{"vulnerabilities": {}}')).lines).to.deep.equal([
      'all dependencies audited, 0 with known holes, 0 of them severe',
    ]);
  });

  it('says that nothing was audited when no registry answers', async () => {
    expect(await judge('{"message": "405 Method Not Allowed"}')).to.deep.equal({
      status: 0,
      lines: ['NOT AUDITED: 405 Method Not Allowed'],
    });
    expect((await judge('')).lines[0]).to.match(/^NOT AUDITED: /);
  });

  describe('with a registry', () => {
    let registry: Registry;
    beforeEach(async () => {
      registry = await openRegistry();
    });
    afterEach(() => registry.close());

    /** As `npm test` runs it. */
    async function audit(): Promise<{ status: number; shown: string }> {
      const script = spawn(process.execPath, [join(packageRoot, 'scripts', 'audit.mjs')], {
        env: { ...process.env, npm_config_registry: registry.url },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let shown = '';
      script.stdout.on('data', (text) => (shown += text));
      const [status] = await once(script, 'close');
      return { status, shown };
    }

    it('fails for a severe hole in what the system runs on', async () => {
      registry.severity = 'critical';
      const { status, shown } = await audit();
      expect(shown)
        .to.match(/^critical: express /m)
        .and.match(/1 with known holes, 1 of them severe/);
      expect(status).to.equal(1);
    });

    it('passes without holes, after all dependencies were asked for', async () => {
      const { status, shown } = await audit();
      expect(shown).to.match(/^\d+ dependencies audited, 0 with known holes/);
      expect(status).to.equal(0);
      expect(registry.asked).to.include.members(['express', 'zeromq']).and.not.include('mocha');
    });

    it('passes and says so when the registry has no such service', async () => {
      registry.isOffered = false;
      const { status, shown } = await audit();
      expect(shown).to.match(/^NOT AUDITED: .*405/);
      expect(status).to.equal(0);
    });
  });
});
