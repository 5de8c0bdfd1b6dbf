/** Checks everything in the folders of a site: configurations, the pool, the permanent instances, and what they refer to. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText } from '../../common/errors.js';
import { type JsonValue, parseJson } from '../../common/json.js';
import {
  aliasesOf,
  BackgroundStore,
  FileConfigurationStore,
  LibraryStore,
  readAllConfigurations,
  ScriptStore,
} from '../../storage/index.js';
import { isBuiltInFunction } from '../../worker/functions/registry.js';
import { parsePermanentList } from '../permanent-list.js';
import { parsePool } from '../pool-configuration.js';
import { checkText, nameFinding, type References } from './document-checks.js';
import type { ClusterName } from './records.js';

/** Null: there is none, and what would be in it is not looked for. */
export interface SiteFolders {
  readonly cameras: string | null;
  readonly pipelines: string | null;
  readonly backgrounds: string | null;
  readonly scripts: string | null;
}

export interface FileFinding {
  readonly file: string;
  readonly line: number | null;
  readonly severity: 'error' | 'warning';
  /** Which key; empty for the whole document. */
  readonly path: string;
  readonly message: string;
}

export interface SiteReport {
  /** Files that were read. */
  readonly files: number;
  readonly findings: readonly FileFinding[];
}

const SERVERS = 'servers.json';
const PERMANENT = 'permanent_instances.json';

/** The usual folders below one, as far as they exist. */
export async function siteFolders(root: string): Promise<SiteFolders> {
  const existing = async (name: string): Promise<string | null> => {
    const path = join(root, name);
    return (await stat(path).catch(() => null))?.isDirectory() === true ? path : null;
  };
  return {
    cameras: await existing('camera_config'),
    pipelines: await existing('pipeline_config'),
    backgrounds: await existing('background_config'),
    scripts: await existing('user_scripts'),
  };
}

export async function checkSite(folders: SiteFolders): Promise<SiteReport> {
  const references = await referencesIn(folders);
  const reports: SiteReport[] = [];
  if (folders.cameras !== null) reports.push(await checkFolder('cameras', folders.cameras, references));
  if (folders.pipelines !== null) reports.push(await checkFolder('pipelines', folders.pipelines, references));
  return {
    files: reports.reduce((sum, { files }) => sum + files, 0),
    findings: reports.flatMap(({ findings }) => findings),
  };
}

async function checkFolder(
  cluster: ClusterName,
  folder: string,
  references: References,
): Promise<SiteReport> {
  const names = (await readdir(folder))
    .filter((name) => name.endsWith('.json') && !name.startsWith('.'))
    .sort();
  const configurations = names.filter((name) => name !== SERVERS && name !== PERMANENT);
  const findings: FileFinding[] = [];
  for (const name of configurations) {
    // parts of the original's own bookkeeping, which it does not list either
    if (/_(parameters|background)\.json$/.test(name)) continue;
    findings.push(...(await checkConfiguration(cluster, join(folder, name), name.slice(0, -5), references)));
  }
  const known = new Set(configurations.map((name) => name.slice(0, -5)));
  if (names.includes(SERVERS)) findings.push(...(await checkPool(join(folder, SERVERS), known)));
  if (names.includes(PERMANENT)) findings.push(...(await checkPermanent(join(folder, PERMANENT), known)));
  return { files: names.length, findings };
}

async function checkConfiguration(
  cluster: ClusterName,
  file: string,
  name: string,
  references: References,
): Promise<FileFinding[]> {
  const text = await readFile(file, 'utf8');
  const { errors, warnings, config } = await checkText(cluster, text, references);
  const nameFault = nameFinding(name);
  const findings: FileFinding[] = [
    ...(nameFault === null ? [] : [nameFault]).map((finding) => ({
      ...finding,
      file,
      severity: 'error' as const,
    })),
    ...errors.map((finding) => ({ ...finding, file, severity: 'error' as const })),
    ...warnings.map((finding) => ({ ...finding, file, severity: 'warning' as const })),
  ];
  if (typeof config?.name === 'string' && config.name !== name) {
    const message = `The name inside is '${config.name}', the file is called '${name}.json'; saving corrects it.`;
    findings.push({ file, line: null, severity: 'warning', path: '/name', message });
  }
  return findings;
}

async function checkPool(file: string, known: ReadonlySet<string>): Promise<FileFinding[]> {
  return checkControl(file, (document) =>
    parsePool(document).flatMap(({ address, fixedInstances }) =>
      fixedInstances
        .filter(({ name }) => !known.has(name))
        .map(({ name }) => `'${name}' is fixed on ${address}, but there is no such configuration.`),
    ),
  );
}

async function checkPermanent(file: string, known: ReadonlySet<string>): Promise<FileFinding[]> {
  return checkControl(file, (document) =>
    parsePermanentList(document)
      .filter(({ enabled, configuration }) => enabled && !known.has(configuration))
      .map(
        ({ name, configuration }) =>
          `'${name}' is permanent, but there is no configuration '${configuration}'.`,
      ),
  );
}

/** @param warningsOf throws when the document is wrong */
async function checkControl(
  file: string,
  warningsOf: (document: JsonValue) => string[],
): Promise<FileFinding[]> {
  const text = await readFile(file, 'utf8');
  const finding = (severity: 'error' | 'warning', message: string): FileFinding => {
    const line = /line (\d+) column/.exec(message)?.[1];
    return { file, line: line === undefined ? null : Number(line), severity, path: '', message };
  };
  try {
    return warningsOf(parseJson(text)).map((message) => finding('warning', message));
  } catch (error) {
    return [finding('error', errorText(error))];
  }
}

async function referencesIn({ cameras, backgrounds, scripts }: SiteFolders): Promise<References> {
  const known = new Set<string>();
  if (cameras !== null) {
    const all = await readAllConfigurations(new FileConfigurationStore(cameras), () => {});
    for (const name of [...(await new FileConfigurationStore(cameras).names()), ...aliasesOf(all).keys()]) {
      known.add(name);
    }
  }
  const backgroundStore = backgrounds === null ? null : new BackgroundStore(backgrounds);
  const scriptStore = scripts === null ? null : new ScriptStore(scripts);
  const libraries = scripts === null ? null : new LibraryStore(scripts);
  return {
    camera: async (name) => (cameras === null ? null : known.has(name)),
    background: async (name) => (backgroundStore === null ? null : backgroundStore.has(name)),
    code: async (name) => {
      if (name.includes('/') || isBuiltInFunction(name)) return null;
      return scriptStore === null ? null : (await scriptStore.resolve(name)) !== null;
    },
    library: async (name) =>
      libraries === null || name.includes('/') ? null : (await libraries.path(name)) !== null,
  };
}
