import { isAbsolute, relative } from 'node:path';
import type { Config } from '../../config/config.ts';
import { badOf } from '../../intake/feeds/bad-share.ts';
import { apiNameOf, feedNamed } from '../../intake/feeds/registry.ts';
import { sourceTitle } from '../../intake/sync/read-source.ts';
import { SOURCE_VARIABLES } from '../../intake/sync/service.ts';
import { UserError } from '../../lib/errors.ts';
import { counted } from '../../lib/text.ts';
import type { SyncOutcome } from '../../operations/maintenance.ts';
import type { StandingRejects, SyncResult } from '../../storage/ports/sync-log.ts';
import { configOf, type DatabaseFlags, withDatabase } from '../database.ts';
import { countsOf, tally } from '../format.ts';
import { openServerDatabase } from '../local-database.ts';
import { printResult, progressBar, say, warn } from '../output.ts';
import { onSignal } from '../signals.ts';

export interface SyncFlags extends DatabaseFlags {
  readonly maxBadShare?: string;
}

export async function sync(flags: SyncFlags): Promise<void> {
  const config = configOf(flags);
  const progress = progressBar();
  try {
    const stopping = new AbortController();
    onSignal((signal) => {
      stopping.abort(new UserError('unavailable', `stopped by ${signal}; the next sync reads the rest`));
    });
    const outcome = await withDatabase(
      config,
      () => openServerDatabase(config),
      async (run, server) => {
        const found = await run('syncSources', {}, { signal: stopping.signal, progress: progress.update });
        progress.end();
        if (found.sources === 0) throw noSources(server);
        if (server !== undefined) warnOfUnused(config, server, found);
        return found;
      },
    );
    printResult(jsonOf(outcome), () => describe(outcome));
    stopping.signal.throwIfAborted();
    const failed = outcome.results.filter(({ status }) => status === 'failed').length;
    if (failed === 0) return;
    const all = outcome.results.length;
    const which = all === 1 ? 'the source' : `${failed} of ${all} sources`;
    throw new UserError('unavailable', `${which} could not be read`);
  } finally {
    progress.end();
  }
}

/** The server that syncs for this command; `undefined`: the command does it itself. */
type Server = { readonly pid: number } | undefined;

function noSources(server: Server): UserError {
  return new UserError(
    'conflict',
    server === undefined
      ? `there are no sources to sync; set ${SOURCE_VARIABLES}`
      : `the running server (PID ${server.pid}) has no sources to sync, and its settings apply, not those of this ` +
          `command; set ${SOURCE_VARIABLES} for the server and restart it`,
  );
}

/** A server reads its own sources, whatever the environment of the command names. */
function warnOfUnused({ sync }: Config, server: NonNullable<Server>, { results }: SyncOutcome): void {
  const unused = sync.sources.filter(
    (own) => !results.some(({ feed, source }) => feed === own.feed && source === sourceTitle(own)),
  );
  if (unused.length === 0) return;
  const variables = [...new Set(unused.map(({ feed }) => feedNamed(feed).variable))].join(', ');
  warn(
    `the running server (PID ${server.pid}) has read its own sources; ${variables} of this command was not used: ` +
      'set it for the server and restart it',
  );
}

function describe({ results, rejects }: SyncOutcome): void {
  for (const result of results) {
    say(resultLine(result));
    if (result.standing !== undefined) warn(`${result.source}: ${standingLine(result.standing)}`);
  }
  if (rejects !== undefined) say(`bad rows and the reason for each: ${near(rejects)}`);
}

/** A path as seen from here, if it is below. */
function near(path: string): string {
  const below = relative(process.cwd(), path);
  return below.startsWith('..') || isAbsolute(below) ? path : below;
}

function standingLine(standing: StandingRejects): string {
  const { storesKept, storesUnknown } = standing;
  const stores =
    storesKept + storesUnknown === 0
      ? ''
      : `; ${counted(storesUnknown, 'store has unknown hours or an unknown time zone', 'stores have unknown hours or time zones')}, ` +
        counted(storesKept, 'keeps the previous ones', 'keep their previous ones');
  return `${badOf(standing)}${stores}`;
}

function resultLine(result: SyncResult): string {
  const { source, status, error } = result;
  // Most error messages already name the source.
  if (status === 'failed') return error?.includes(source) ? `failed: ${error}` : `${source}: failed: ${error}`;
  return `${source}: ${status === 'unchanged' ? 'no new data' : tally(result)}`;
}

function jsonOf({ results, rejects }: SyncOutcome) {
  return {
    sources: results.map((result) => ({
      feed: apiNameOf(result.feed),
      source: result.source,
      status: result.status,
      error: result.error ?? null,
      ...countsOf(result),
    })),
    rejects_file: rejects ?? null,
  };
}
