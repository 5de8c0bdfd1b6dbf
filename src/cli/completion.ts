/** `camserver completion`: scripts for shells, made from the commands and options that there are. */
import { type Command, InvalidArgumentError } from 'commander';

const SHELLS = ['bash', 'zsh'] as const;
type Shell = (typeof SHELLS)[number];

export function addCompletionCommand(program: Command): void {
  program
    .command('completion')
    .description('print a script that completes commands and options in a shell')
    .argument('<shell>', SHELLS.join(', '), parseShell)
    .action((shell: Shell) => console.log(completionScript(program, shell)));
}

function parseShell(text: string): Shell {
  const shell = SHELLS.find((known) => known === text);
  if (shell === undefined) throw new InvalidArgumentError(`It must be one of ${SHELLS.join(', ')}.`);
  return shell;
}

/** Files are offered where nothing else is known. zsh runs the script of bash. */
export function completionScript(program: Command, shell: Shell): string {
  const name = program.name();
  const cases = words(program, '').map(
    ([path, offered]) => `    ${JSON.stringify(path)}) offered=${JSON.stringify(offered)} ;;`,
  );
  const head =
    shell === 'zsh'
      ? ['autoload -U +X compinit && compinit', 'autoload -U +X bashcompinit && bashcompinit']
      : [];
  return [
    `# Completion of ${name}; source it, for example: source <(${name} completion ${shell})`,
    ...head,
    `_${name}_completion() {`,
    `  local current="\${COMP_WORDS[COMP_CWORD]}" path="" offered="" word`,
    `  for word in "\${COMP_WORDS[@]:1:$((COMP_CWORD - 1))}"; do`,
    '    case "$path $word" in',
    ...groups(program, '').map((path) => `      ${JSON.stringify(` ${path}`)}) path="$path $word" ;;`),
    '    esac',
    '  done',
    '  case "$path" in',
    ...cases,
    '  esac',
    '  COMPREPLY=($(compgen -W "$offered" -- "$current"))',
    '}',
    `complete -o default -F _${name}_completion ${name}`,
  ].join('\n');
}

/** Every command by its words, as the shell has seen them so far: `config get`. */
function groups(command: Command, path: string): string[] {
  return command.commands.flatMap((child) => {
    const own = `${path}${child.name()}`;
    return [own, ...groups(child, `${own} `)];
  });
}

/** What may follow each path: commands below it, and options. */
function words(command: Command, path: string): [string, string][] {
  const children = command.commands.map((child) => child.name());
  const options = command.options.flatMap(({ long, hidden }) => (long != null && !hidden ? [long] : []));
  const offered = [...children, ...options, '--help'].join(' ');
  return [[path, offered], ...command.commands.flatMap((child) => words(child, `${path} ${child.name()}`))];
}
