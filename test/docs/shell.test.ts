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

async function siteBeside({ cluster: { camera, pipeline, data }, folder }: Shell): Promise<Site> {
  const configuration = join(folder, 'configuration');
  cpSync(join(packageRoot, 'config'), configuration, { recursive: true });
  mkdirSync(join(configuration, 'background_config'));
  const answer = await fetch(`${pipeline.address}/api/v1/proxy/servers`);
  const { servers } = (await answer.json()) as { servers: string[] };
  const states = join(data, 'state');
  const manager = readdirSync(states).find((name) => name.startsWith('pipeline-manager'))!;
  return {
    cameras: camera.address,
    pipelines: pipeline.address,
    workers: servers.map((address) => new URL(address).host),
    ports: await freePortRange(40),
    configuration: './configuration',
    state: join(states, manager),
  };
}

describe('commands in the documentation, typed beside the simulated cluster', () => {
  let shell: Shell;
  let site: Site;

  before(async () => {
    shell = await openShell();
    site = await siteBeside(shell);
  });

  after(() => shell.close());

  for (const page of pages) {
    const samples = samplesOf(page).filter(
      (sample) => checkOf(sample)?.by === 'shell' && sample.language === 'bash',
    );
    if (samples.length === 0) continue;
    it(`work as ${page} has them`, async () => {
      const edits = editsOf(page, site);
      const commands = samples.map(({ text }) => edited(text, edits)).join('\n');
      const shown = await shell.type(commands);
      expect(unexpectedErrors(shown, page), shown).to.deep.equal([]);
    });
  }
});
