/** Entries of one list or object that are checked for further errors. */
const ENTRIES = 200;
/** Values that are checked in all. */
const VALUES = 2_000;

/** The beginning of a JSON value, small enough to list all errors in it. */
export interface Sample {
  readonly value: unknown;
  /** The truncated lists and objects, as JSON pointers. */
  readonly cut: ReadonlySet<string>;
}

/** Copies a JSON value, and truncates its long lists and objects. */
export function sampleOf(value: unknown): Sample {
  const cut = new Set<string>();
  let left = VALUES;
  const copy = (one: unknown, path: string): unknown => {
    left--;
    if (typeof one !== 'object' || one === null) return one;
    const copied: [string, unknown][] = [];
    for (const [name, entry] of entriesOf(one)) {
      if (copied.length === ENTRIES || left <= 0) {
        cut.add(path);
        break;
      }
      const inner = `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      copied.push([name, copy(entry, inner)]);
    }
    return Array.isArray(one) ? copied.map(([, entry]) => entry) : Object.fromEntries(copied);
  };
  return { value: copy(value, ''), cut };
}

/** A generator: a list of the names of two million entries would cost more than the sample. */
function* entriesOf(value: object): Generator<[name: string, entry: unknown]> {
  if (Array.isArray(value)) for (let i = 0; i < value.length; i++) yield [String(i), value[i]];
  else for (const name in value) yield [name, (value as Record<string, unknown>)[name]];
}
