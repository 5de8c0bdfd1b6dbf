/** `camserver security`: what a security file needs. */
import { createInterface } from 'node:readline';
import { type Command, Option } from 'commander';

export function addSecurityCommand(program: Command): void {
  const security = program.command('security').description('make hashes and tokens for the security file');
  security
    .command('hash')
    .description('read a password from standard input and print its hash')
    .addOption(asJson())
    .action(printHash);
  security
    .command('token')
    .description('make a token: its owner gets the first line, the security file the second')
    .addOption(asJson())
    .action(printToken);
  security
    .command('check')
    .description('check a security file; exit status 1 when it has a fault')
    .argument('<file>')
    .addOption(asJson())
    .action(check);
}

interface Options {
  readonly json: boolean;
}

function asJson(): Option {
  return new Option('--json', 'JSON instead of text').default(false);
}

async function printHash({ json }: Options): Promise<void> {
  const { hashPassword } = await import('../http/index.js');
  const password = await firstLine();
  if (password.length < 12) {
    console.error('The password must have at least 12 characters.');
    process.exit(1);
  }
  const hash = await hashPassword(password);
  console.log(json ? JSON.stringify({ password: hash }) : hash);
}

async function printToken({ json }: Options): Promise<void> {
  const { hashToken, newToken } = await import('../http/index.js');
  const token = newToken();
  const sha256 = hashToken(token);
  console.log(json ? JSON.stringify({ token, sha256 }) : `token:  ${token}\nsha256: ${sha256}`);
}

async function check(file: string, { json }: Options): Promise<void> {
  const { RulesFile } = await import('../http/index.js');
  const rules = new RulesFile(file, (text) => console.error(text)).current();
  const { policy, role } = rules.legacy;
  const [users, tokens] = [rules.users.size, rules.tokens.size];
  console.log(
    json
      ? JSON.stringify({ file, users, tokens, legacy: { policy, role } })
      : `${file}: ok. ${users} users, ${tokens} tokens; version 1 is ${policy} (${role}).`,
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
