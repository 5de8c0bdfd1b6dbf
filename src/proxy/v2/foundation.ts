/** What `/api/v2` keeps and obeys: the audit log, the rules of the site. */
import { join } from 'node:path';
import { useServiceToken } from '../../client/index.js';
import { CamServerError, errorText } from '../../common/errors.js';
import type { Logging } from '../../common/logging.js';
import { RulesFile, SecurityPolicy } from '../../http/index.js';
import { AuditLog } from '../../storage/index.js';
import { Accounts } from './accounts/accounts.js';
import { keepSeen } from './accounts/seen-file.js';

export interface FoundationOptions {
  /** Of this server alone. */
  readonly stateFolder: string;
  /** Null: everyone may do everything. */
  readonly securityFile: string | null;
  /** Identifies this server to others. */
  readonly serviceToken: string | null;
}

export interface Foundation extends FoundationOptions {
  readonly audit: AuditLog;
  readonly policy: SecurityPolicy | null;
  /** Null: there is no security file. */
  readonly accounts: Accounts | null;
  /** Ends the audit log, and notes who was here last. */
  readonly close: () => Promise<void>;
}

/** @throws CamServerError when the folder cannot be used or the security file has a fault */
export async function openFoundation(options: FoundationOptions, logging: Logging): Promise<Foundation> {
  const log = logging.logger('cam_server.security');
  const { securityFile, stateFolder, serviceToken } = options;
  if (serviceToken !== null) useServiceToken(serviceToken);
  const file = securityFile === null ? null : new RulesFile(securityFile, (text) => log.warning(text));
  const policy = file === null ? null : new SecurityPolicy(() => file.current());
  const accounts = file === null ? null : new Accounts(file, policy!.seen);
  try {
    const audit = await AuditLog.open(join(stateFolder, 'audit'), { onFault: (text) => log.error(text) });
    const seenPath = join(stateFolder, 'seen.json');
    const endSeen =
      policy === null ? null : await keepSeen(seenPath, policy.seen, (text) => log.warning(text));
    const close = async (): Promise<void> => {
      await endSeen?.();
      await audit.close();
    };
    return { ...options, audit, policy, accounts, close };
  } catch (error) {
    const text = `The folder '${stateFolder}' for the audit log and the history cannot be used: ${errorText(error)}`;
    throw new CamServerError('STATE_FOLDER', `${text} Name another one with --state.`, { cause: error });
  }
}
