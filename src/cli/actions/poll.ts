import { createProber, startClock } from '../../compose/background.ts';
import { createControl, openLog } from '../../compose/parts.ts';
import { stopWork } from '../../compose/stopping.ts';
import { PollAppender } from '../../intake/api/appender.ts';
import { ClockWatch } from '../../lib/world/clock-watch.ts';
import { elapsed, now } from '../../lib/world/clocks.ts';
import { StoreDirectory } from '../../stores/directory.ts';
import { configOf, type DatabaseFlags } from '../database.ts';
import { contextOn, openDatabase } from '../local-database.ts';
import { say } from '../output.ts';
import { onSignal } from '../signals.ts';

export interface PollFlags extends DatabaseFlags {
  readonly logLevel?: string;
}

export async function poll(flags: PollFlags): Promise<void> {
  const config = configOf(flags);
  const ended = new Promise<void>((resolve) => onSignal(() => resolve()));
  const storage = await openDatabase(config.database, config.budgets);
  try {
    const directory = new StoreDirectory({ storage, elapsed });
    const sink = new PollAppender(storage);
    const log = openLog(config.logLevel, now);
    const clock = new ClockWatch({ log });
    const prober = createProber(config, { storage, sink, directory, log, clock });
    // They read from the database, which may not answer.
    await Promise.race([startClock(clock, storage), ended]);
    await Promise.race([prober.start(), ended]);
    const control = createControl(config, log, contextOn(config, storage));
    await control?.open();
    const minutes = config.poll.interval / 60_000;
    const often = minutes === 1 ? 'every minute' : `every ${minutes} minutes`;
    say(`polling each store ${often}; writing day files to ${config.poll.folder}`);
    await ended;
    await stopWork(storage, control === undefined ? [prober] : [control, prober]);
    clock.stop();
  } finally {
    await storage.close();
  }
}
