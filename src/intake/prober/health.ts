import { counted } from '../../lib/text.ts';
import type { PollWriterHealth } from './poll-writer.ts';

/** Milliseconds after which polls that wait are worth a warning. */
const LONG = 30_000;

/** What is wrong with the prober's storing of polls, as text for people. It contains no path and no URL. */
export function healthWarnings({ waitingForDatabase, waitingForFile, fileFault, missing }: PollWriterHealth): string[] {
  const warnings: string[] = [];
  if (waitingForDatabase > LONG)
    warnings.push(`polls have been waiting for the database for ${text(waitingForDatabase)}`);
  if (waitingForFile > LONG) warnings.push(`polls have been waiting for the day file for ${text(waitingForFile)}`);
  if (fileFault !== undefined) {
    warnings.push(`the day file cannot be written (${fileFault}); it lacks ${counted(missing, 'poll')}`);
  }
  return warnings;
}

function text(milliseconds: number): string {
  if (milliseconds < 60_000) return counted(Math.floor(milliseconds / 1_000), 'second');
  return counted(Math.floor(milliseconds / 60_000), 'minute');
}
