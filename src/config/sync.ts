import { FEEDS } from '../intake/feeds/registry.ts';
import { parseSchedule, type SyncSchedule } from '../intake/sync/schedule.ts';
import { credentialsOf, isUrl, labelOf, type SyncSource } from '../intake/sync/sources.ts';
import { invalid } from '../lib/errors.ts';
import { parseNetwork } from '../lib/networks.ts';
import { duration, list, type Setting, wholeNumber } from '../lib/settings.ts';

export interface SyncConfig {
  readonly sources: readonly SyncSource[];
  readonly schedule: SyncSchedule;
  /** The longest delay of this installation after the scheduled time, milliseconds. */
  readonly spread: number;
  /** Milliseconds for one download. */
  readonly timeout: number;
  /** The largest download, in bytes after decompression. */
  readonly maxBytes: number;
  /** Networks, such as `10.1.0.0/16`, to which requests are allowed although they are not public. */
  readonly allowPrivate: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws UserError `invalid_input` with the name of the variable and what was expected */
export function loadSyncConfig(env: Environment): SyncConfig {
  const setting = (name: string, fallback: string): Setting => ({ name, value: env[name] || fallback });
  return Object.freeze({
    sources: FEEDS.flatMap(({ name: feed, variable }) =>
      list(setting(variable, '')).map((source) => ({ feed, name: checked(variable, source) })),
    ),
    schedule: parseSchedule('SYNC_CRON', setting('SYNC_CRON', '0 * * * *').value),
    spread: duration(setting('SYNC_SPREAD', '5m'), '0s', '1h'),
    timeout: duration(setting('SYNC_TIMEOUT', '5m'), '1s', '1h'),
    maxBytes: wholeNumber(setting('SYNC_MAX_BYTES', '2000000000'), 1, 1e12),
    allowPrivate: list(setting('SYNC_ALLOW_PRIVATE', '')).map((part) => parseNetwork('SYNC_ALLOW_PRIVATE', part)),
  });
}

function checked(variable: string, source: string): string {
  if (isUrl(source) ? !URL.canParse(source) : /^[a-z][a-z0-9+.-]+:\/\//i.test(source)) {
    throw invalid(`${variable} contains a source that is neither a path nor an http or https URL`);
  }
  if (isUrl(source)) checkCredentials(variable, source);
  return source;
}

function checkCredentials(variable: string, source: string): void {
  try {
    credentialsOf(new URL(source));
  } catch {
    throw invalid(
      `${variable} contains ${labelOf(source)}, whose user or password has an invalid % escape; write % as %25`,
    );
  }
}
