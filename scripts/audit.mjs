// Asks the registry whether a dependency of the running system has a known hole; ends with 1 for those of high severity and above.
// Where no registry answers (no network, a mirror without the service), it says so and ends with 0: that is no fault of the tree.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const SEVERE = ['high', 'critical'];

/** What the answer of `npm audit --json` means. */
export function judge(answer) {
  let report;
  try {
    report = JSON.parse(answer);
  } catch {
    return { status: 0, lines: ['NOT AUDITED: npm gave no answer that can be read'] };
  }
  if (report.vulnerabilities === undefined) {
    const reason = report.message ?? report.error?.summary ?? 'the registry gave no report';
    return { status: 0, lines: [`NOT AUDITED: ${reason}`] };
  }
  const found = Object.values(report.vulnerabilities);
  const severe = found.filter(({ severity }) => SEVERE.includes(severity));
  const lines = found.map(({ name, severity, range }) => `${severity}: ${name} ${range}`);
  const total = report.metadata?.dependencies?.prod ?? 'all';
  lines.push(
    `${total} dependencies audited, ${found.length} with known holes, ${severe.length} of them severe`,
  );
  return { status: severe.length > 0 ? 1 : 0, lines };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const args = ['audit', '--omit=dev', '--json', '--loglevel=silent', '--fetch-retries=0'];
  const { stdout } = spawnSync('npm', args, { cwd: root, encoding: 'utf8', timeout: 60_000 });
  const { status, lines } = judge(stdout ?? '');
  for (const line of lines) console.log(line);
  process.exit(status);
}
