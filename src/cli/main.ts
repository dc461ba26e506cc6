#!/usr/bin/env node
import { useTimeZones } from '../calendar/tzdb.ts';
import { systemReason } from '../lib/errors.ts';
import { clearTemporaryFolders } from '../lib/temporary-folder.ts';
import { FAILED, failureOf } from './failure.ts';
import { printFailure, setOutput } from './output.ts';
import { createProgram, versions } from './program.ts';
import { listenToSignals } from './signals.ts';
import { parsing } from './usage.ts';

// Files that the program creates (results, uploads, rejects, databases) are private to its user.
process.umask(0o077);

listenToSignals();
// A closed standard error, as in `… 2>&1 | head`, must not end the program.
process.stderr.on('error', () => {});
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') process.stderr.write(`error: cannot write to standard output: ${systemReason(error)}\n`);
  process.exit(error.code === 'EPIPE' ? 0 : FAILED);
});
// An error in the command line may come before this option is read.
setOutput({ json: process.argv.includes('--json') });

try {
  parsing(() => useTimeZones(process.env.TZDATA_DIR || undefined));
  await clearTemporaryFolders();
  await createProgram().version(versions()).parseAsync();
} catch (error) {
  const failure = failureOf(error);
  process.exitCode = failure.exitCode;
  if (failure.exitCode !== 0) printFailure(failure);
}
