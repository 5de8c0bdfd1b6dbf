/** `camserver security`: what a security file needs. */
import { createInterface } from 'node:readline';
import type { Command } from 'commander';

export function addSecurityCommand(program: Command): void {
  const security = program.command('security').description('make hashes and tokens for the security file');
  security
    .command('hash')
    .description('read a password from standard input and print its hash')
    .action(printHash);
  security
    .command('token')
    .description('make a token: its owner gets the first line, the security file the second')
    .action(printToken);
  security
    .command('check')
    .description('check a security file; exit status 1 when it has a fault')
    .argument('<file>')
    .action(check);
}

async function printHash(): Promise<void> {
  const { hashPassword } = await import('../http/index.js');
  const password = await firstLine();
  if (password.length < 12) {
    console.error('The password must have at least 12 characters.');
    process.exit(1);
  }
  console.log(await hashPassword(password));
}

async function printToken(): Promise<void> {
  const { hashToken, newToken } = await import('../http/index.js');
  const token = newToken();
  console.log(`token:  ${token}`);
  console.log(`sha256: ${hashToken(token)}`);
}

async function check(file: string): Promise<void> {
  const { RulesFile } = await import('../http/index.js');
  const rules = new RulesFile(file, (text) => console.error(text)).current();
  const { policy, role } = rules.legacy;
  console.log(
    `${file}: ok. ${rules.users.size} users, ${rules.tokens.size} tokens; version 1 is ${policy} (${role}).`,
  );
}

function firstLine(): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write('Password (it is shown): ');
  return new Promise((resolve) => {
    const lines = createInterface({ input: process.stdin });
    let first: string | null = null;
    lines.once('line', (line) => {
      first = line;
      lines.close();
    });
    lines.once('close', () => resolve(first ?? ''));
  });
}
