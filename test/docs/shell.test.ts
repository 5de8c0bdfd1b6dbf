import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { packageRoot } from '../../src/common/package.js';
import { freePortRange } from '../support/ports.js';
import { checkOf } from './checks.js';
import { pages, readPage, samplesOf } from './samples.js';
import { openShell, type Shell } from './shell.js';
import { edited, editsOf, type Site } from './shell-edits.js';

/** Answers that say what was wrong, less those that the page tells of. */
function unexpectedErrors(shown: string, page: string): string[] {
  const text = readPage(page);
  return (shown.match(/\{"state": "error"[^}]*\}|\{"type":"about:blank"[^}]*\}/g) ?? []).filter(
    // that an instance has no exit code yet is what the pages say
    (answer) => !answer.includes('still running') && !text.includes(answer),
  );
}

describe('commands in the documentation, typed beside the simulated cluster', function () {
  this.timeout(300_000);
  let shell: Shell;

  beforeEach(async () => {
    shell = await openShell();
  });

  afterEach(() => shell.close());

  async function site(): Promise<Site> {
    const { camera, pipeline, data } = shell.cluster;
    const configuration = join(shell.folder, 'configuration');
    cpSync(join(packageRoot, 'config'), configuration, { recursive: true });
    mkdirSync(join(configuration, 'background_config'));
    const servers = (await (await fetch(`${pipeline.address}/api/v1/proxy/servers`)).json()) as {
      servers: string[];
    };
    const states = join(data, 'state');
    const manager = readdirSync(states).find((name) => name.startsWith('pipeline-manager'))!;
    return {
      cameras: camera.address,
      pipelines: pipeline.address,
      workers: servers.servers.map((address) => new URL(address).host),
      ports: await freePortRange(40),
      configuration: './configuration',
      state: join(states, manager),
    };
  }

  for (const page of pages) {
    const samples = samplesOf(page).filter(
      (sample) => checkOf(sample)?.by === 'shell' && sample.language === 'bash',
    );
    if (samples.length === 0) continue;
    it(`work as ${page} has them`, async () => {
      const edits = editsOf(page, await site());
      const commands = samples.map(({ text }) => edited(text, edits)).join('\n');
      const shown = await shell.type(commands);
      expect(unexpectedErrors(shown, page), shown).to.deep.equal([]);
    });
  }
});
