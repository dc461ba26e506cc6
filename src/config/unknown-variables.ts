import { editDistance } from '../lib/edit-distance.ts';
import { loadConfig } from './config.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The beginnings of names that only settings of this program have. */
const OWN_PREFIXES = ['NOTIFY_', 'OIDC_', 'POLL_', 'POLLS_', 'PROBE_', 'SYNC_'];

/** What people may put before the name of a setting, as other programs demand. */
const PROGRAM_PREFIX = 'RESTAURANT_MONITOR_';

/** Variables that are read before there is a configuration. */
const EARLY = ['TZDATA_DIR'];

/** Shorter names resemble too many variables of other programs: PORT and PATH. */
const SHORTEST_NAME = 6;

/**
 * The variables that look like settings of this program and are none, in words, with the setting that may be meant.
 * Their values may be secrets, so only the names are used.
 */
export function unknownVariables(env: Environment): string[] {
  const known = [...knownVariables()];
  return Object.keys(env)
    .filter((name) => env[name] !== '' && !known.includes(name))
    .flatMap((name) => {
      const upper = name.toUpperCase();
      const setting = upper.startsWith(PROGRAM_PREFIX) ? upper.slice(PROGRAM_PREFIX.length) : upper;
      const meant = nearestOf(setting, known);
      const own = setting !== upper || OWN_PREFIXES.some((prefix) => upper.startsWith(prefix));
      if (meant === undefined && !own) return [];
      return [`unknown environment variable ${name}${meant === undefined ? '' : `; did you mean ${meant}?`}`];
    })
    .sort();
}

/** The names that `loadConfig` reads, so that a new setting is known without a list. */
export function knownVariables(): ReadonlySet<string> {
  const names = new Set(EARLY);
  loadConfig(
    new Proxy<Environment>(
      {},
      {
        get: (_target, name) => {
          names.add(String(name));
          return undefined;
        },
      },
    ),
  );
  return names;
}

/** Of names that are at least so long, one character more may differ: TRUSTED_PROXY and TRUSTED_PROXIES. */
const LONG_NAME = 12;

/** The setting whose name differs by at most two characters, or by three if it is long. */
function nearestOf(name: string, known: readonly string[]): string | undefined {
  const near = known
    .map((setting) => ({ setting, distance: editDistance(name, setting) }))
    .filter(
      ({ setting, distance }) =>
        distance === 0 || (setting.length >= SHORTEST_NAME && distance <= (setting.length >= LONG_NAME ? 3 : 2)),
    )
    .sort((a, b) => a.distance - b.distance);
  return near[0]?.setting;
}
