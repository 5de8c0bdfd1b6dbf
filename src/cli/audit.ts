/** `camserver audit verify`: whether an audit log is as it was written. */
import type { Command } from 'commander';
import { errorText } from '../common/errors.js';

/** Exit status when the chain is broken. */
const EXIT_BROKEN = 1;
/** Exit status when the folder cannot be read. */
const EXIT_UNREADABLE = 2;

export function addAuditCommand(program: Command): void {
  const audit = program.command('audit').description('check the audit log of a server');
  audit
    .command('verify')
    .description('check that no record was changed, removed, added or exchanged; exit status 1 when one was')
    .argument(
      '<folders...>',
      'folders of audit logs, for example configuration/state/pipeline-manager-8889/audit',
    )
    .option('--expect <hash>', 'hash of the last record, noted elsewhere before')
    .option('--json', 'one JSON object per folder', false)
    .action(verify);
}

async function verify(
  folders: readonly string[],
  { json, expect }: { json: boolean; expect?: string },
): Promise<void> {
  const { verifyAuditLog } = await import('../storage/index.js');
  let status = 0;
  for (const folder of folders) {
    try {
      const found = await verifyAuditLog(folder);
      const fault =
        found.fault ??
        (expect !== undefined && found.hash !== expect
          ? `The log ends with another record than ${expect}.`
          : null);
      if (fault !== null) status = Math.max(status, EXIT_BROKEN);
      if (json) console.log(JSON.stringify({ folder, ...found, fault }));
      else console.log(summary(folder, found, fault));
    } catch (error) {
      status = EXIT_UNREADABLE;
      if (json) console.log(JSON.stringify({ folder, fault: errorText(error) }));
      else console.error(`${folder}: ${errorText(error)}`);
    }
  }
  process.exit(status);
}

function summary(
  folder: string,
  { records, files, sequence, hash }: { records: number; files: number; sequence: number; hash: string },
  fault: string | null,
): string {
  if (fault !== null) return `${folder}: BROKEN. ${fault} Good up to record ${sequence}.`;
  return `${folder}: ok. ${records} records in ${files} files; the last is ${sequence}, ${hash}`;
}
