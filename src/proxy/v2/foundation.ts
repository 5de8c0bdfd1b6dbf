/** What `/api/v2` keeps and obeys: the audit log, the rules of the site. */
import { join } from 'node:path';
import { useServiceToken } from '../../client/index.js';
import { CamServerError, errorText } from '../../common/errors.js';
import type { Logging } from '../../common/logging.js';
import { rulesFromFile, SecurityPolicy } from '../../http/index.js';
import { AuditLog } from '../../storage/index.js';

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
}

/** @throws CamServerError when the folder cannot be used or the security file has a fault */
export async function openFoundation(options: FoundationOptions, logging: Logging): Promise<Foundation> {
  const log = logging.logger('cam_server.security');
  const { securityFile, stateFolder, serviceToken } = options;
  if (serviceToken !== null) useServiceToken(serviceToken);
  let policy: SecurityPolicy | null = null;
  if (securityFile !== null) {
    const rules = rulesFromFile(securityFile, (text) => log.warning(text));
    policy = new SecurityPolicy(rules);
  }
  try {
    const audit = await AuditLog.open(join(stateFolder, 'audit'), { onFault: (text) => log.error(text) });
    return { ...options, audit, policy };
  } catch (error) {
    const text = `The folder '${stateFolder}' for the audit log and the history cannot be used: ${errorText(error)}`;
    throw new CamServerError('STATE_FOLDER', `${text} Name another one with --state.`, { cause: error });
  }
}
