/** How each sample of the documentation is checked. A sample without a line here fails the test, and so does a line without a sample. */
import type { Sample } from './samples.js';

/** What JSON of the documentation has to fit. */
export type Document =
  | 'pipeline'
  | 'servers'
  | 'security rules'
  | 'settings of a viewer'
  | 'settings of an editor'
  | 'refusal of a pipeline';

export type Check =
  /** Typed into a shell beside the simulated cluster, after the other samples of the page (`shell.test.ts`). */
  | { readonly by: 'shell' }
  | { readonly by: 'document'; readonly document: Document }
  /** Checked against the interfaces and headers that programs of users get. */
  | { readonly by: 'compiler' }
  /** Run by another test, which reads it from the page. */
  | { readonly by: 'test'; readonly test: string }
  /** Only read as what it claims to be, for this reason. */
  | { readonly by: 'reading'; readonly because: string };

const shell: Check = { by: 'shell' };
const compiler: Check = { by: 'compiler' };
const document = (name: Document): Check => ({ by: 'document', document: name });
const test = (name: string): Check => ({ by: 'test', test: name });
const reading = (because: string): Check => ({ by: 'reading', because });

/** The client is a package of its own; the test knows the methods that the contract lists. */
const client = reading(
  'the official client is no package of Debian; its methods are compared with the contract',
);
const connect = test('camera/connect.test.ts');
const answer = reading('an answer with parts left out');

/** By page, language, and how the sample begins; the longest beginning counts. */
const CHECKS: readonly (readonly [page: string, language: string, beginning: string, check: Check])[] = [
  ['README.md', 'bash', '', shell],
  ['README.md', 'js', '', test('docs/readme.test.ts')],
  ['docs/api-v2.md', 'json', '', answer],
  ['docs/api-v2.md', 'json', '{\n  "cluster": "pipelines",\n  "worker"', compiler],
  ['docs/api-v2.md', 'json', '{\n  "cluster": "pipelines",\n  "instance"', compiler],
  ['docs/cameras.md', 'bash', '', shell],
  ['docs/cameras.md', 'js', '', connect],
  ['docs/cameras.md', 'json', '', connect],
  ['docs/cameras.md', 'python', 'import time', connect],
  ['docs/cameras.md', 'python', '', client],
  ['docs/clients.md', 'bash', '', shell],
  [
    'docs/clients.md',
    'matlab',
    '',
    reading('MATLAB is no part of the tests; what reads ran by hand in Octave 7.3, which cannot post JSON'),
  ],
  ['docs/clients.md', 'python', '', client],
  ['docs/clients.md', 'ts', '', compiler],
  ['docs/deploy-a-cluster.md', 'bash', '', shell],
  ['docs/deploy-a-cluster.md', 'json', '', document('servers')],
  [
    'docs/install.md',
    'bash',
    'npm pack',
    reading('deploy/package.test.ts packs, installs and runs it in a folder of its own'),
  ],
  [
    'docs/install.md',
    'bash',
    'useradd',
    reading('changes users and units of the machine; deploy/systemd.test.ts checks the unit'),
  ],
  [
    'docs/install.md',
    'bash',
    'ansible-playbook',
    reading('needs hosts; deploy/files.test.ts checks the playbook and its role'),
  ],
  [
    'docs/install.md',
    'bash',
    'docker',
    reading('needs an engine for containers; deploy/files.test.ts checks the files'),
  ],
  [
    'docs/install.md',
    'bash',
    'kubectl',
    reading('needs a cluster of Kubernetes; deploy/files.test.ts checks the chart'),
  ],
  ['docs/install.md', 'yaml', '', reading('needs Prometheus')],
  ['docs/live-view.md', 'json', '', document('settings of a viewer')],
  ['docs/migrate.md', 'bash', '', shell],
  ['docs/migrate.md', 'python', '', client],
  ['docs/observe.md', 'bash', '', shell],
  ['docs/operate.md', 'bash', '', shell],
  ['docs/operate.md', 'json', '{\n  "state": "error"', document('refusal of a pipeline')],
  ['docs/operate.md', 'json', '', document('settings of an editor')],
  ['docs/operate.md', 'python', '', client],
  [
    'docs/performance.md',
    'bash',
    '',
    reading('takes minutes; links.test.ts checks that the scripts are there'),
  ],
  ['docs/pipelines.md', 'bash', '', shell],
  ['docs/pipelines.md', 'json', '', document('pipeline')],
  ['docs/pipelines.md', 'ts', '', compiler],
  ['docs/quick-start.md', 'bash', '', test('docs/quick-start.test.ts')],
  [
    'docs/quick-start.md',
    'text',
    '',
    reading('`npm start` is the set-up of this run and the program that the tests start'),
  ],
  ['docs/rest-api.md', 'bash', '', shell],
  ['docs/security.md', 'bash', '', shell],
  ['docs/security.md', 'ini', '', test('deploy/systemd.test.ts')],
  ['docs/security.md', 'json', '', document('security rules')],
  ['docs/troubleshoot.md', 'bash', '', shell],
  ['docs/user-functions.md', 'sh', '', test('docs/quick-start.test.ts')],
  ['docs/user-functions.md', 'c', '', compiler],
  ['docs/user-functions.md', 'ts', '', compiler],
];

export function checkOf({ page, language, text }: Sample): Check | null {
  const fitting = CHECKS.filter(
    ([p, l, beginning]) => p === page && l === language && text.startsWith(beginning),
  );
  const [best] = fitting.sort(([, , a], [, , b]) => b.length - a.length);
  return best?.[3] ?? null;
}

/** Lines of the table that no sample uses. */
export function unusedChecks(samples: readonly Sample[]): string[] {
  const used = new Set(samples.map(checkOf));
  return CHECKS.filter(([page, language, beginning, check]) => {
    const isNamed = samples.some(
      (s) => s.page === page && s.language === language && s.text.startsWith(beginning),
    );
    return !isNamed || !used.has(check);
  }).map(([page, language, beginning]) => `${page}: ${language} ${beginning}`);
}
