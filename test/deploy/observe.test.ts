import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { packageRoot } from '../../src/common/package.js';
import { startPipelineManager } from '../../src/proxy/pipeline-manager-server.js';
import { startTestServer, type TestServer } from '../worker/support.js';

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
}

interface AlertGroups {
  readonly groups: readonly {
    readonly rules: readonly { alert: string; expr: string; annotations: { description: string } }[];
  }[];
}

const read = (path: string): string => readFileSync(join(packageRoot, path), 'utf8');
const dashboard = JSON.parse(read('deploy/observe/grafana-dashboard.json')) as Dashboard;
const alerts = parse(read('deploy/observe/alerts.yaml')) as AlertGroups;
const rules = alerts.groups.flatMap((group) => group.rules);

/** Names of metrics in an expression, without the suffixes of histograms. */
function metricsOf(expression: string): string[] {
  const names = expression.match(/\b(camserver|nodejs|process)_\w+/g) ?? [];
  return names.map((name) => name.replace(/_bucket$/, ''));
}

describe('dashboard and alerts', () => {
  let worker: TestServer;
  let offered: Set<string>;

  before(async () => {
    worker = await startTestServer({ worker: true });
    const { folder } = worker;
    const manager = await startPipelineManager({
      port: 0,
      interface: '127.0.0.1',
      hostname: '127.0.0.1',
      configFolder: folder,
      backgroundFolder: folder,
      scriptFolder: folder,
      servers: worker.url,
      updateTimeout: 2000,
      clientTimeout: 100_000,
      pollInterval: 200,
      registrationSecret: null,
      restartFrozen: false,
      logLevel: 'CRITICAL',
      onReset: () => {},
      cameraServer: 'http://127.0.0.1:1',
      sharedReadOnly: false,
      backgroundDaysToLive: -1,
    });
    try {
      const texts = await Promise.all(
        [worker.url, manager.url].map(async (url) => (await fetch(`${url}/metrics`)).text()),
      );
      offered = new Set([...texts.join('\n').matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name!));
    } finally {
      await manager.close();
    }
  });

  after(() => worker.close());

  it('show only metrics that the servers have', () => {
    const expressions = dashboard.panels.flatMap(({ targets }) => (targets ?? []).map(({ expr }) => expr));
    expect(expressions).to.have.length.above(15);
    const used = [...expressions, ...rules.map(({ expr }) => expr)].flatMap(metricsOf);
    expect([...new Set(used)].filter((name) => !offered.has(name))).to.deep.equal([]);
  });

  it('name the page and the section that help', () => {
    const headings = [...read('docs/troubleshoot.md').matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading);
    for (const { alert, annotations } of rules) {
      const section = /See docs\/troubleshoot\.md, "(.*)"\./.exec(annotations.description)?.[1];
      if (section !== undefined) expect(headings, alert).to.include(section);
    }
  });
});
