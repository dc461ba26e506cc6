import { editDistance } from '../lib/edit-distance.ts';
import { loadConfig } from './config.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The beginnings of names that only settings of this program have. */
const OWN_PREFIXES = ['NOTIFY_', 'OIDC_', 'POLL_', 'POLLS_', 'PROBE_', 'SMTP_', 'SYNC_'];

/** What people may put before the name of a setting, as other programs demand. */
const PROGRAM_PREFIX = 'RESTAURANT_MONITOR_';

/** Variables that are read before there is a configuration. */
const EARLY = ['TZDATA_DIR'];

/** Shorter names resemble too many variables of other programs: PORT and PATH. Of these, `isSlip` finds mistakes. */
const SHORTEST_NAME = 6;

/** Variables of other programs, such as systemd, that look like ours. */
const OF_OTHERS = ['HOSTS', 'PORTS', 'NOTIFY_SOCKET'];

/** Kubernetes sets variables for every service of a namespace, of which one may be named `smtp` or `sync`. */
const OF_A_SERVICE = /_SERVICE_(HOST|PORT)(_|$)|_PORT_\d+_(TCP|UDP|SCTP)(_|$)/;
const URL_OF_A_SERVICE = /^(tcp|udp|sctp):\/\//;

/**
 * The variables that look like settings of this program and are none, in words, with the setting that may be meant.
 * Their values may be secrets, so only the names are used.
 */
export function unknownVariables(env: Environment): string[] {
  const known = [...knownVariables()];
  return Object.keys(env)
    .filter((name) => env[name] !== '' && !known.includes(name) && !isOfOthers(name, env[name]))
    .flatMap((name) => {
      const upper = name.toUpperCase();
      const setting = upper.startsWith(PROGRAM_PREFIX) ? upper.slice(PROGRAM_PREFIX.length) : upper;
      const prefix = OWN_PREFIXES.find((beginning) => setting.startsWith(beginning));
      const meant = nearestOf(setting, known) ?? onlyOneWith(prefix, known);
      const own = setting !== upper || prefix !== undefined;
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
        distance === 0 ||
        (setting.length < SHORTEST_NAME
          ? distance === 1 && isSlip(name, setting)
          : distance <= (setting.length >= LONG_NAME ? 3 : 2)),
    )
    .sort((a, b) => a.distance - b.distance);
  return near[0]?.setting;
}

/** Whether a name is a short setting with one letter too many: PORTT, but neither POST nor PORT2. */
function isSlip(name: string, setting: string): boolean {
  return name.length === setting.length + 1 && name[0] === setting[0] && /^[A-Z]+$/.test(name);
}

/** The only setting that begins so, such as SMTP_URL for SMTP_HOST. */
function onlyOneWith(prefix: string | undefined, known: readonly string[]): string | undefined {
  if (prefix === undefined) return undefined;
  const settings = known.filter((setting) => setting.startsWith(prefix));
  return settings.length === 1 ? settings[0] : undefined;
}

function isOfOthers(name: string, value = ''): boolean {
  return (
    OF_OTHERS.includes(name) || OF_A_SERVICE.test(name) || (name.endsWith('_PORT') && URL_OF_A_SERVICE.test(value))
  );
}
