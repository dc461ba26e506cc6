import { Command, type HelpContext } from 'commander';
import { zoneRelease } from '../calendar/tzdb.ts';
import { editDistance } from '../lib/edit-distance.ts';
import { VERSION } from '../lib/version.ts';
import { auditCommand } from './audit.ts';
import { backupCommand } from './backup.ts';
import { checkCommand } from './check.ts';
import { completionCommand } from './completion.ts';
import { copyCommand } from './copy.ts';
import { demoCommand } from './demo.ts';
import { downtimeCommand } from './downtime.ts';
import { importCommand } from './import.ts';
import { keyCommand } from './key.ts';
import { migrateCommand } from './migrate.ts';
import { type OutputFlags, printMisuse, setOutput } from './output.ts';
import { pollCommand } from './poll.ts';
import { pruneCommand } from './prune.ts';
import { reportCommand } from './report.ts';
import { restoreCommand } from './restore.ts';
import { serveCommand } from './serve.ts';
import { simulateCommand } from './simulate.ts';
import { syncCommand } from './sync.ts';
import { checkValues } from './usage.ts';
import { userCommand } from './user.ts';

/** Commands that go on until they are stopped, or print a text for another program, have no result. */
const WITHOUT_RESULT = ['serve', 'demo', 'poll', 'completion'];

/** The largest number of characters in which a command may differ from the one that is meant. */
const NEAR = 2;

/** A command that has help only for commands that exist: commander prints the help of the program instead. */
class HelpfulCommand extends Command {
  override createCommand(name?: string): Command {
    return new HelpfulCommand(name);
  }

  override outputHelp(context?: HelpContext | ((text: string) => string)): void {
    const [name] = this.args[0] === 'help' ? this.args.slice(1) : this.args;
    const names = this.commands.map((command) => command.name());
    if (names.length === 0 || name === undefined || name.startsWith('-') || [...names, 'help'].includes(name)) {
      super.outputHelp(context as HelpContext);
      return;
    }
    const near = names.find((known) => editDistance(name, known) <= NEAR);
    const suggestion = near === undefined ? '' : `\n(Did you mean ${near}?)`;
    this.error(`error: unknown command '${name}'${suggestion}`, { code: 'commander.unknownCommand' });
  }
}

/** The command line, with all commands. It throws instead of ending the process. */
export function createProgram(): Command {
  const program = new HelpfulCommand('restaurant-monitor')
    .description('Measures how much of their business hours stores were online.')
    .showHelpAfterError('(use --help to list commands and options)')
    .configureOutput({ writeErr: printMisuse })
    // The longest names of commands leave this much of a line of 80 characters.
    .configureHelp({ minWidthToWrap: 30 })
    .exitOverride();
  serveCommand(program);
  importCommand(program);
  reportCommand(program);
  simulateCommand(program);
  demoCommand(program);
  migrateCommand(program);
  pollCommand(program);
  syncCommand(program);
  pruneCommand(program);
  copyCommand(program);
  backupCommand(program);
  restoreCommand(program);
  checkCommand(program);
  userCommand(program);
  keyCommand(program);
  downtimeCommand(program);
  auditCommand(program);
  completionCommand(program);
  for (const command of actionsOf(program)) {
    withOutputOptions(command);
    checkValues(command);
  }
  return program.hook('preAction', (_program, action) => setOutput(action.opts<OutputFlags>()));
}

/** The version of the program and of its time zone rules, with their source. */
export function versions(): string {
  const { version, kind, place } = zoneRelease();
  return `${VERSION}\ntime zone rules ${version} (${kind}: ${place})`;
}

/** The commands that do something, without those that only group others. */
function actionsOf(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(actionsOf);
}

function withOutputOptions(command: Command): void {
  command.option('--quiet', 'no progress and no information on standard error, only warnings and errors');
  if (WITHOUT_RESULT.includes(command.name())) return;
  command.option('--json', 'print the result as JSON on standard output, and an error as JSON on standard error');
}
