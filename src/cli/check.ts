import type { Command } from 'commander';
import { UserError } from '../lib/errors.ts';
import { configOf, type DatabaseFlags, withDatabase, withDatabaseOption } from './database.ts';
import { printResult } from './output.ts';

export function checkCommand(program: Command): void {
  withDatabaseOption(program.command('check'))
    .description(
      'check the integrity of the database: reads everything, changes nothing, exits with 1 if an invariant is broken',
    )
    .action(async (flags: DatabaseFlags) => {
      const invariants = await withDatabase(configOf(flags), 'inspect', (run) => run('checkDatabase', {}));
      printResult({ invariants }, () => {
        for (const { name, broken, example } of invariants) {
          const like = example === undefined ? '' : `, such as ${example}`;
          process.stdout.write(
            `${broken === 0 ? 'ok    ' : 'BROKEN'}  ${name}${broken === 0 ? '' : `: ${Math.abs(broken)}${like}`}\n`,
          );
        }
      });
      const broken = invariants.filter((invariant) => invariant.broken !== 0).length;
      if (broken > 0) throw new UserError('conflict', `${broken} of ${invariants.length} invariants are broken`);
    });
}
