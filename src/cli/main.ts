#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { messageOf, UserError } from '../errors.ts';
import { copyCommand } from './copy.ts';
import { demoCommand } from './demo.ts';
import { importCommand } from './import.ts';
import { migrateCommand } from './migrate.ts';
import { pruneCommand } from './prune.ts';
import { reportCommand } from './report.ts';
import { serveCommand } from './serve.ts';
import { simulateCommand } from './simulate.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('restaurant-monitor')
  .description('Were my restaurants really online while they were supposed to be open?')
  .version(version)
  .showHelpAfterError('(--help shows what there is)');
serveCommand(program);
importCommand(program);
reportCommand(program);
simulateCommand(program);
demoCommand(program);
migrateCommand(program);
pruneCommand(program);
copyCommand(program);

// A reader that has seen enough (`… | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(
    error instanceof UserError ? `error: ${error.message}\n` : `internal error: ${messageOf(error)}\n${stackOf(error)}`,
  );
  process.exitCode = 1;
}

/** A defect's trace is for whoever reports it, on request. */
function stackOf(error: unknown): string {
  if (process.env.DEBUG) return `${error instanceof Error ? error.stack : ''}\n`;
  return 'set DEBUG=1 to see where it comes from\n';
}
