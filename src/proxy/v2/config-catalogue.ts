/** The stored configurations of a cluster with their revisions, as lists and pages need them. */
import { CamServerError, errorText } from '../../common/errors.js';
import { type JsonObject, parseJson } from '../../common/json.js';
import { isJsonObject } from '../../common/leniency.js';
import { ProblemError } from '../../http/index.js';
import type { ConfigurationStore, Revision, StoredText } from '../../storage/index.js';
import { backgroundIn } from './background-figures.js';
import { checkDocument } from './document-checks.js';
import type { ClusterName } from './records.js';

export interface CatalogueEntry {
  readonly name: string;
  readonly type: string | null;
  readonly camera: string | null;
  readonly group: readonly string[];
  readonly etag: string;
  readonly revision: number | null;
  readonly changed: string | null;
  readonly author: string | null;
  /** The first thing that is wrong with it. */
  readonly problem: string | null;
  /** Scripts and libraries that it names, built-in functions included. */
  readonly uses: readonly string[];
  /** Id of the background that it names. */
  readonly background: string | null;
}

export interface StoredDocument {
  readonly name: string;
  readonly config: JsonObject;
  readonly text: string;
  readonly etag: string;
  readonly revision: number | null;
  readonly changed: string | null;
  readonly author: string | null;
  readonly comment: string | null;
}

/** Files that are read at one time. */
const AT_A_TIME = 32;

export class ConfigurationCatalogue {
  private readonly entries = new Map<string, CatalogueEntry>();

  constructor(
    private readonly cluster: ClusterName,
    readonly store: ConfigurationStore,
  ) {}

  async list(): Promise<CatalogueEntry[]> {
    const names = await this.store.names();
    for (const name of this.entries.keys()) if (!names.includes(name)) this.entries.delete(name);
    const found: CatalogueEntry[] = [];
    for (let index = 0; index < names.length; index += AT_A_TIME) {
      const part = names.slice(index, index + AT_A_TIME);
      found.push(
        ...(await Promise.all(part.map((name) => this.entry(name)))).filter((entry) => entry !== null),
      );
    }
    return found;
  }

  /** @returns gives the configurations that name a file, with or without its extension */
  async usersOfCode(): Promise<(file: string) => string[]> {
    const entries = await this.list();
    return (file) => {
      const names = [file, file.replace(/\.[^.]+$/, '')];
      return entries.filter(({ uses }) => uses.some((use) => names.includes(use))).map(({ name }) => name);
    };
  }

  /** @returns gives the configurations that name a background */
  async usersOfBackgrounds(): Promise<(id: string) => string[]> {
    const entries = await this.list();
    return (id) => entries.filter(({ background }) => background === id).map(({ name }) => name);
  }

  /** @throws CamServerError CONFIG_NOT_FOUND */
  async read(name: string): Promise<StoredDocument> {
    const { text, tag } = await this.store.getText(name);
    const last = (await this.store.revisions(name)).at(-1);
    const isKnown = last?.text === text;
    return {
      name,
      config: parsed(text),
      text,
      etag: tag,
      revision: isKnown ? last.revision : null,
      changed: isKnown ? last.time : null,
      author: isKnown ? last.author : null,
      comment: isKnown ? last.comment : null,
    };
  }

  /** Null when there is none. */
  async tag(name: string): Promise<string | null> {
    if (!(await this.store.has(name))) return null;
    return (await this.store.getText(name)).tag;
  }

  /** @throws ProblemError 404 */
  async revision(name: string, number: number): Promise<Revision> {
    const found = (await this.store.revisions(name)).find(({ revision }) => revision === number);
    if (found !== undefined) return found;
    throw new ProblemError(404, 'REVISION_NOT_FOUND', `There is no revision ${number} of '${name}'.`);
  }

  /** Read again only when the text has changed. */
  private async entry(name: string): Promise<CatalogueEntry | null> {
    let stored: StoredText;
    try {
      stored = await this.store.getText(name);
    } catch (error) {
      // deleted meanwhile, or not readable
      if (error instanceof CamServerError && error.code === 'CONFIG_NOT_FOUND') return null;
      return { ...EMPTY, name, problem: errorText(error) };
    }
    const known = this.entries.get(name);
    if (known?.etag === stored.tag) return known;
    const last = (await this.store.revisions(name)).at(-1);
    const isKnown = last?.text === stored.text;
    const entry = {
      ...(await this.describe(name, stored)),
      revision: isKnown ? last.revision : null,
      changed: isKnown ? last.time : null,
      author: isKnown ? last.author : null,
    };
    this.entries.set(name, entry);
    return entry;
  }

  private async describe(name: string, { text, tag }: StoredText): Promise<CatalogueEntry> {
    let config: JsonObject;
    try {
      config = parsed(text);
    } catch (error) {
      return { ...EMPTY, name, etag: tag, problem: errorText(error) };
    }
    const isCamera = this.cluster === 'cameras';
    const { errors } = await checkDocument(this.cluster, config, null);
    const type = isCamera ? (config.source_type ?? 'epics') : (config.pipeline_type ?? 'processing');
    return {
      ...EMPTY,
      name,
      etag: tag,
      type: String(type),
      camera: isCamera ? name : typeof config.camera_name === 'string' ? config.camera_name : null,
      group: Array.isArray(config.group)
        ? config.group.map(String)
        : config.group
          ? [String(config.group)]
          : [],
      problem: errors[0]?.message ?? null,
      uses: codeOf(config),
      background: backgroundIn(config),
    };
  }
}

const EMPTY = {
  type: null,
  camera: null,
  group: [],
  etag: '',
  revision: null,
  changed: null,
  author: null,
  problem: null,
  uses: [],
  background: null,
};

function codeOf({ function: name, pipeline_script, class: source, libs }: JsonObject): string[] {
  const libraries = Array.isArray(libs) ? libs : [libs];
  const all = [name, pipeline_script, source, ...libraries];
  return all.filter((use) => typeof use === 'string');
}

function parsed(text: string): JsonObject {
  const value = parseJson(text);
  if (isJsonObject(value)) return value;
  throw new CamServerError('CONFIG_UNREADABLE', 'It does not hold a JSON object.');
}
