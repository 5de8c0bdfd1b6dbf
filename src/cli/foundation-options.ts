/** Options about what a server remembers and whom it obeys. */
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { CamServerError, errorText } from '../common/errors.js';
import type { FoundationOptions } from '../proxy/v2/foundation.js';

export interface StateOptions {
  readonly state: string | undefined;
  readonly security: string | undefined;
  readonly serviceTokenFile: string | undefined;
}

export function addStateOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--state <folder>',
        'audit log and history of this server (default: state/<role>-<port> beside the scripts)',
      ).env('CAMSERVER_STATE'),
    )
    .addOption(
      new Option('--security <file>', 'users, tokens and rules; without it everyone may do everything').env(
        'CAMSERVER_SECURITY',
      ),
    )
    .addOption(
      new Option('--service-token-file <file>', 'holds the token that this server shows to others').env(
        'CAMSERVER_SERVICE_TOKEN_FILE',
      ),
    );
}

/**
 * @param role `pipeline-manager`: part of the default name of the folder
 * @param scripts folder of the scripts, beside which the state is kept by default
 * @throws CamServerError when the token cannot be read
 */
export function foundationOptions(
  options: StateOptions & { readonly port: number },
  role: string,
  scripts: string,
): FoundationOptions {
  const normally = join(dirname(resolve(scripts)), 'state', `${role}-${options.port}`);
  return {
    stateFolder: options.state === undefined ? normally : resolve(options.state),
    securityFile: options.security === undefined ? null : resolve(options.security),
    serviceToken: options.serviceTokenFile === undefined ? null : readToken(options.serviceTokenFile),
  };
}

function readToken(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new CamServerError('SERVICE_TOKEN', `The service token cannot be read: ${errorText(error)}`);
  }
}
