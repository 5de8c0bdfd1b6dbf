/** Options with which a worker adds itself to the pool of a manager. */
import type { Command } from 'commander';
import type { ServiceServer } from '../http/index.js';
import { EXIT_MISCONFIGURED } from './common-options.js';
import { readSecret } from './manager-options.js';

export interface RegistrationOptions {
  readonly register: string | undefined;
  readonly secretFile: string | undefined;
}

export function addRegistrationOptions(command: Command): Command {
  return command
    .option('--register <url>', 'manager to whose pool this worker adds itself')
    .option('--secret-file <path>', 'file with the secret that the manager knows too');
}

/** Keeps a worker registered until it is closed. @param options without `register`: nothing is done */
export async function withRegistration(
  server: ServiceServer,
  hostname: string,
  options: Partial<RegistrationOptions>,
): Promise<ServiceServer> {
  const { register, secretFile } = options;
  if (register === undefined) return server;
  const secret = readSecret(secretFile);
  if (secret === null) {
    console.error('--register needs --secret-file: the file with the secret that the manager knows too.');
    process.exit(EXIT_MISCONFIGURED);
  }
  const { keepRegistered } = await import('../proxy/registering.js');
  const stop = keepRegistered({
    manager: register,
    address: `http://${hostname}:${server.port}`,
    secret,
    warn: (text) => console.error(text),
  });
  return {
    ...server,
    close: async () => {
      stop();
      await server.close();
    },
  };
}
