import type { Command } from 'commander';
import { createProber, startClock } from '../compose/background.ts';
import { createControl, openLog } from '../compose/parts.ts';
import { stopWork } from '../compose/stopping.ts';
import { LOG_LEVELS } from '../config/config.ts';
import { PollAppender } from '../intake/api/appender.ts';
import { alternatives } from '../lib/text.ts';
import { ClockWatch } from '../lib/world/clock-watch.ts';
import { elapsed, now } from '../lib/world/clocks.ts';
import { StoreDirectory } from '../stores/directory.ts';
import { configOf, contextOn, openDatabase, withDatabaseOption } from './database.ts';
import { say } from './output.ts';
import { onSignal } from './signals.ts';

export function pollCommand(program: Command): void {
  withDatabaseOption(program.command('poll'))
    .description('poll the stores until stopped, without a server; with POLL=on, serve polls, too')
    .option(
      '--log-level <level>',
      `the least level that is logged: ${alternatives(LOG_LEVELS)} (LOG_LEVEL, default info)`,
    )
    .action(async (flags: { database?: string; logLevel?: string }) => {
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
    });
}
