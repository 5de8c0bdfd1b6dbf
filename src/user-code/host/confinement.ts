/**
 * The privileges of processes that run users' code: what is written here by whoever may upload a script. Without settings they can
 * gain none (no set-user-id program helps), dump no core, and do not learn how the server identifies itself. With `CAMSERVER_SCRIPT_USER`
 * they run as another user, who can read what is public but not what belongs to the server.
 */
import { existsSync } from 'node:fs';
import { UserCodeError } from '../error.js';

export interface ConfinedCommand {
  readonly executable: string;
  readonly parameters: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
}

/** From util-linux, which every Linux system has; elsewhere scripts run as they are. */
const SETPRIV = '/usr/bin/setpriv';
const PRLIMIT = '/usr/bin/prlimit';
/** What tells who the server is, or where that is written. */
const PRIVATE_VARIABLES = ['CAMSERVER_TOKEN', 'CAMSERVER_SERVICE_TOKEN_FILE', 'CAMSERVER_SECURITY'];
/** A dump would hold the script's view of the data; lowering a limit is always allowed. */
const LIMITS = ['--core=0'];

/**
 * The command with reduced privileges.
 * @param environment of the server
 * @throws UserCodeError when a user is wanted but cannot be had; the text says what is needed
 */
export function confined(
  executable: string,
  parameters: readonly string[],
  environment: NodeJS.ProcessEnv,
): ConfinedCommand {
  const { CAMSERVER_SCRIPT_USER: user = '', ...rest } = environment;
  for (const name of PRIVATE_VARIABLES) delete rest[name];
  if (!existsSync(SETPRIV)) {
    if (user === '') return { executable, parameters, environment: rest };
    throw new UserCodeError('load', `CAMSERVER_SCRIPT_USER needs ${SETPRIV}, of the package util-linux`);
  }
  const limits = existsSync(PRLIMIT) ? [PRLIMIT, ...LIMITS, '--'] : [];
  return {
    executable: SETPRIV,
    parameters: ['--no-new-privs', ...identity(user), '--', ...limits, executable, ...parameters],
    environment: rest,
  };
}

/** @param user `user` or `user:group`; empty: the user of the server */
function identity(user: string): string[] {
  if (user === '') return [];
  const match = /^([\w.-]+)(?::([\w.-]+))?$/.exec(user);
  if (match === null) {
    throw new UserCodeError('load', `CAMSERVER_SCRIPT_USER is '${user}'; it must be user or user:group`);
  }
  const [, name, group = name] = match;
  return [`--reuid=${name}`, `--regid=${group}`, '--clear-groups', '--inh-caps=-all'];
}
