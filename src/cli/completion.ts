import { Argument, type Command, type Option } from 'commander';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

export function completionCommand(program: Command): void {
  program
    .command('completion')
    .description('print a script that completes commands and options in a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .action((shell: Shell) => {
      process.stdout.write(SCRIPTS[shell](program.name(), entriesOf(program)));
    })
    .addHelpText(
      'after',
      [
        '',
        'For bash, add to ~/.bashrc:  source <(restaurant-monitor completion bash)',
        'For zsh, add to ~/.zshrc:    source <(restaurant-monitor completion zsh)',
        'For fish:                    restaurant-monitor completion fish > ~/.config/fish/completions/restaurant-monitor.fish',
      ].join('\n'),
    );
}

/** What can follow a command. */
interface Entry {
  /** The names of the command and those around it: `user add`; empty for the program. */
  readonly path: string;
  readonly commands: readonly Described[];
  readonly options: readonly CompletedOption[];
}

interface Described {
  readonly name: string;
  readonly description: string;
}

interface CompletedOption extends Described {
  /** The values to choose from; `undefined`: none, or any text. */
  readonly choices: readonly string[] | undefined;
  readonly takesValue: boolean;
  /** Several values may follow it. */
  readonly variadic: boolean;
}

function entriesOf(command: Command, path: readonly string[] = []): Entry[] {
  const commands = command.commands.map((sub) => ({ name: sub.name(), description: sub.description() }));
  const words = command.registeredArguments.flatMap(({ argChoices = [] }) =>
    argChoices.map((name) => ({ name, description: '' })),
  );
  const help = { name: '--help', description: 'show help', choices: undefined, takesValue: false, variadic: false };
  const own = {
    path: path.join(' '),
    commands: [...commands, ...words],
    options: [...command.options.filter(({ hidden }) => !hidden).map(optionOf), help],
  };
  return [own, ...command.commands.flatMap((sub) => entriesOf(sub, [...path, sub.name()]))];
}

function optionOf({ long, short, description, argChoices, required, optional, variadic }: Option): CompletedOption {
  return { name: long ?? short ?? '', description, choices: argChoices, takesValue: required || optional, variadic };
}

type Script = (program: string, entries: readonly Entry[]) => string;

/** A shell function that finds the command on the line: the longest path of words that is one. */
function findCommand(entries: readonly Entry[]): string {
  const paths = entries.map(({ path }) => path).filter((path) => path !== '');
  return `case "$at$word" in ${paths.map((path) => `'${path}'`).join('|')}) at="$at$word " ;; esac`;
}

const bash: Script = (program, entries) => {
  const name = `_${program.replaceAll('-', '_')}`;
  const values = valuesOf(entries).map(
    ({ path, name: option, choices, variadic }) =>
      `    '${path} ${option} '*) ${variadic ? '' : '(( after == 1 )) && '}candidates='${choices.join(' ')}' ;;`,
  );
  const words = entries.map(
    ({ path, commands, options }) => `    '${path}') candidates='${namesOf([...commands, ...options]).join(' ')}' ;;`,
  );
  // Bash splits words at = and :, so the line is split here, at spaces alone. What precedes the last : stays as typed.
  return `# bash completion for ${program}
${name}() {
  local line="\${COMP_LINE:0:COMP_POINT}" at='' option='' after=0 candidates='' current word kept=''
  local -a typed
  read -ra typed <<< "$line"
  [[ "$line" == *[[:space:]] ]] && typed+=('')
  current="\${typed[\${#typed[@]}-1]}"
  for word in "\${typed[@]:1:\${#typed[@]}-2}"; do
    case "$word" in -*) option="$word" after=0 ;; esac
    after=$((after + 1))
    ${findCommand(entries)}
  done
  case "$current" in --*=*) option="\${current%%=*}" after=1 current="\${current#*=}" ;; esac
  at="\${at% }"
  case "$at" in
${words.join('\n')}
  esac
  [[ "$current" == -* ]] || case "$at $option " in
${values.join('\n')}
  esac
  [[ "$COMP_WORDBREAKS" == *:* && "$current" == *:* ]] && kept="\${current%"\${current##*:}"}"
  COMPREPLY=($(compgen -W "$candidates" -- "$current"))
  COMPREPLY=("\${COMPREPLY[@]#"$kept"}")
}
complete -o default -F ${name} ${program}
`;
};

const zsh: Script = (program, entries) => {
  const name = `_${program.replaceAll('-', '_')}`;
  const values = valuesOf(entries).map(
    ({ path, name: option, choices }) => `    '${path} ${option}') compadd -- ${choices.join(' ')}; return ;;`,
  );
  const words = entries.map(({ path, commands, options }) => {
    const described = [...commands, ...options].map(
      ({ name: word, description }) => `'${word}:${quoted(description).replaceAll(':', '\\:')}'`,
    );
    return `    '${path}') candidates=(${described.join(' ')}) ;;`;
  });
  return `#compdef ${program}
# zsh completion for ${program}
${name}() {
  local at='' word previous="\${words[CURRENT-1]}"
  local -a typed=("\${(@)words[2,CURRENT-1]}")
  for word in "\${typed[@]}"; do
    ${findCommand(entries)}
  done
  at="\${at% }"
  case "$at $previous" in
${values.join('\n')}
  esac
  local -a candidates
  case "$at" in
${words.join('\n')}
  esac
  if [[ "$PREFIX" == -* ]]; then
    _describe 'option' candidates
  else
    _describe 'command' candidates || _files
  fi
}
compdef ${name} ${program}
`;
};

const fish: Script = (program, entries) => {
  const lines = entries.flatMap(({ path, commands, options }) => {
    const when = `-n '__${program.replaceAll('-', '_')}_at "${path}"'`;
    const described = ({ description }: Described) => `-d '${quoted(description)}'`;
    return [
      ...commands.map((one) => `complete -c ${program} -f ${when} -a '${one.name}' ${described(one)}`),
      ...options.map((one) => {
        const values = one.choices === undefined ? '' : ` -f -a '${one.choices.join(' ')}'`;
        const value = one.takesValue ? ` -r${values}` : '';
        return `complete -c ${program} ${when} -l ${one.name.replace(/^--/, '')}${value} ${described(one)}`;
      }),
    ];
  });
  const paths = entries.map(({ path }) => `'${path}'`).filter((path) => path !== "''");
  return `# fish completion for ${program}
function __${program.replaceAll('-', '_')}_at
  set -l path ''
  for word in (commandline -opc)[2..-1]
    set -l longer (string trim -- "$path $word")
    if contains -- "$longer" ${paths.join(' ')}
      set path $longer
    end
  end
  test "$path" = "$argv[1]"
end
${lines.join('\n')}
`;
};

const SCRIPTS: Readonly<Record<Shell, Script>> = { bash, zsh, fish };

function namesOf(things: readonly Described[]): string[] {
  return things.map(({ name }) => name);
}

/** The options with values to choose from. */
function valuesOf(entries: readonly Entry[]) {
  return entries.flatMap(({ path, options }) =>
    options.flatMap(({ name, choices, variadic }) =>
      choices === undefined ? [] : [{ path, name, choices, variadic }],
    ),
  );
}

/** For single quotes. */
function quoted(text: string): string {
  return text.replaceAll("'", '’');
}
