import type { Command } from 'commander';
import { openStorage } from '../compose.ts';
import { loadConfig } from '../config/config.ts';
import { UserError } from '../lib/errors.ts';
import { type DatabaseFlags, withDatabaseOption } from './accounts.ts';

export function checkCommand(program: Command): void {
  withDatabaseOption(program.command('check'))
    .description('check that the database is sound: reads all of it, changes nothing, exits with 1 if it is not')
    .action(async (flags: DatabaseFlags) => {
      const config = loadConfig(process.env, flags);
      const storage = await openStorage(config.database, config.budgets, { access: 'inspect' });
      try {
        const invariants = await storage.invariants();
        for (const { name, broken, example } of invariants) {
          const like = example === undefined ? '' : `, such as ${example}`;
          process.stdout.write(
            `${broken === 0 ? 'ok    ' : 'BROKEN'}  ${name}${broken === 0 ? '' : `: ${Math.abs(broken)}${like}`}\n`,
          );
        }
        const broken = invariants.filter((invariant) => invariant.broken !== 0).length;
        if (broken > 0) throw new UserError('conflict', `${broken} of ${invariants.length} invariants are broken`);
      } finally {
        await storage.close();
      }
    });
}
