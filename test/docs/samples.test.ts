import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { parseDocument } from 'yaml';
import { type JsonObject, parseJson } from '../../src/common/json.js';
import { packageRoot } from '../../src/common/package.js';
import { readViewerSettings } from '../../src/console/server/viewer-settings.js';
import { parseSecurityRules } from '../../src/http/security/rules.js';
import { documentSchemas } from '../../src/proxy/v2/schema-routes.js';
import { preparePipelineConfiguration } from '../../src/worker/configuration/index.js';
import { checkOf, type Document, unusedChecks } from './checks.js';
import { compileFaults } from './compilers.js';
import { PYTHON_CLIENT } from './python-client.js';
import { pages, type Sample, samplesOf } from './samples.js';

const samples = pages.flatMap(samplesOf).filter(({ language }) => language !== '');
const nameOf = ({ page, line, language }: Sample): string => `${page}, line ${line} (${language})`;

/** Exit code and messages of a program that reads the text. */
function fed(command: string, parameters: readonly string[], input: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, parameters, { input, encoding: 'utf8' });
  if (error !== undefined) throw error;
  return status === 0 ? '' : `${stdout}${stderr}`;
}

/** What the reader puts something in the place of. */
const PLACEHOLDER = /<[a-z]+( [a-z]+)?>/g;

const schemas = documentSchemas();
const ajv = new Ajv2020({ allowUnionTypes: true, strict: false });
/** @throws Error naming what does not fit */
function conform(kind: string, document: unknown): void {
  const validate = ajv.compile(schemas[kind]!);
  if (!validate(document)) throw new Error(ajv.errorsText(validate.errors));
}

/** Values that the pages leave out. */
const completed = (text: string): string =>
  text
    .replace(/"scrypt\$32768\$8\$3\$…"/g, `"scrypt$32768$8$3$${'A'.repeat(22)}$${'A'.repeat(43)}"`)
    .replace(/"sha256": "…"/g, `"sha256": "${'0'.repeat(64)}"`);

/** By kind of document: throws when the text is not one. */
const DOCUMENTS: Readonly<Record<Document, (text: string) => void>> = {
  pipeline: (text) => {
    conform('pipeline', JSON.parse(text));
    preparePipelineConfiguration(parseJson(text) as JsonObject);
  },
  servers: (text) => conform('servers', JSON.parse(text)),
  'security rules': (text) => {
    const whole = text.startsWith('{') ? text : `{${text}}`;
    parseSecurityRules(parseJson(completed(whole)));
  },
  'settings of a viewer': (text) => void readViewerSettings(parseJson(text) as JsonObject),
  'settings of an editor': (text) => {
    const { 'json.schemas': entries } = JSON.parse(text) as { 'json.schemas': { url: string }[] };
    for (const { url } of entries) expect(schemas).to.include.keys(/(\w+)\.schema\.json$/.exec(url)![1]!);
  },
  'refusal of a pipeline': (text) => {
    const { status } = JSON.parse(text) as { status: string };
    const [, key, value] = /^Invalid value of '(\w+)': (.*?)\. /.exec(status)!;
    const config = { camera_name: 'simulation', [key!]: parseJson(value!) };
    expect(() => preparePipelineConfiguration(config)).to.throw(status);
  },
};

describe('samples in the documentation', () => {
  it('are all checked, and nothing else is listed', () => {
    expect(samples.length).to.be.greaterThan(70);
    expect(samples.filter((sample) => checkOf(sample) === null).map(nameOf)).to.deep.equal([]);
    expect(unusedChecks(samples)).to.deep.equal([]);
  });

  it('that other tests run are read by those from the page', () => {
    const missing = samples.filter((sample) => {
      const check = checkOf(sample);
      if (check?.by !== 'test') return false;
      const file = join(packageRoot, 'test', check.test);
      return !existsSync(file) || !readFileSync(file, 'utf8').includes(basename(sample.page));
    });
    expect(missing.map(nameOf)).to.deep.equal([]);
  });

  it('are what their language says', () => {
    const faults = samples.map((sample): [string, string] => {
      const { language, text } = sample;
      if (language === 'bash' || language === 'sh')
        return [nameOf(sample), fed('bash', ['-n'], text.replaceAll(PLACEHOLDER, 'x'))];
      if (language === 'python') {
        return [
          nameOf(sample),
          fed('/usr/bin/python3', ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], text),
        ];
      }
      if (language === 'yaml') return [nameOf(sample), parseDocument(text).errors.join('; ')];
      return [nameOf(sample), ''];
    });
    expect(faults.filter(([, fault]) => fault !== '')).to.deep.equal([]);
  });

  for (const sample of samples) {
    const check = checkOf(sample);
    if (check?.by === 'document')
      it(`${nameOf(sample)}: ${check.document}`, () => DOCUMENTS[check.document](sample.text));
  }

  it('that programs of users contain compile against what they get', () => {
    const toCompile = samples.filter((sample) => checkOf(sample)?.by === 'compiler');
    expect(compileFaults(toCompile)).to.deep.equal([]);
  });

  it('call methods of the Python client that its contract has', () => {
    const called = samples
      .filter(({ language }) => language === 'python')
      .flatMap(({ text }) =>
        [...text.matchAll(/\b(?:pipelines|cameras|client)\.(\w+)\(/g)].map(([, name]) => name!),
      );
    expect(called.length).to.be.greaterThan(10);
    expect(called.filter((name) => !PYTHON_CLIENT.has(name))).to.deep.equal([]);
  });
});
