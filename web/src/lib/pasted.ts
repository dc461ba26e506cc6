/** A table pasted from a spreadsheet: its header and its rows, each as long as the header. */
export interface PastedTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What a pasted column means: a field of a store, `label:<key>`, or `ignore`. */
export type ColumnUse = 'store_id' | 'name' | 'time_zone' | 'probe_url' | 'ignore' | `label:${string}`;

/** A store as a pasted row describes it. Blank cells say nothing. */
export interface PastedStore {
  readonly store_id: string;
  readonly name?: string;
  readonly time_zone?: string;
  readonly probe_url?: string;
  readonly set_labels?: Readonly<Record<string, string>>;
}

const DELIMITERS = ['\t', ';', ','] as const;

/** Reads cells separated by tabs, as spreadsheets copy them, or by semicolons or commas. Quoted cells may have line breaks. */
export function tableOf(text: string): PastedTable {
  const [first = ''] = text.trimStart().split('\n', 1);
  const delimiter = DELIMITERS.find((one) => first.includes(one)) ?? '\t';
  const cell = new RegExp(`(?:"((?:[^"]|"")*)"|([^${delimiter}\\r\\n]*))(${delimiter}|\\r?\\n|$)`, 'g');
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [whole, quoted, plain = '', end] of text.matchAll(cell)) {
    if (whole === '' && row.length === 0) break;
    row.push((quoted?.replaceAll('""', '"') ?? plain).trim());
    if (end === delimiter) continue;
    if (row.some((field) => field !== '')) rows.push(row);
    row = [];
    if (end === '') break;
  }
  const [header = [], ...body] = rows;
  return { header, rows: body.map((fields) => header.map((_, i) => fields[i] ?? '')) };
}

const USES: readonly (readonly [pattern: RegExp, use: ColumnUse])[] = [
  [/^(store|restaurant|location)?[ _-]*(id|number|no|code)\.?$/, 'store_id'],
  [/^(store|restaurant|location)?[ _-]*name$|^(store|restaurant)$/, 'name'],
  [/^time[ _-]*zone([ _-]*str)?$|^zone$|^tz$/, 'time_zone'],
  [/^(probe[ _-]*)?ur[il]$/, 'probe_url'],
  [/^(state|status|last_poll_utc|last_poll_status)?$/, 'ignore'],
];

/** The likely use of each column by its name. Other columns are labels. */
export function usesOf(header: readonly string[]): ColumnUse[] {
  const taken = new Set<ColumnUse>();
  const uses = header.map((name) => {
    const key = /^label:(.+)$/i.exec(name)?.[1]?.trim();
    const use = key === undefined ? USES.find(([pattern]) => pattern.test(name.toLowerCase()))?.[1] : undefined;
    const guessed: ColumnUse = use ?? `label:${labelKey(key ?? name)}`;
    if (guessed !== 'ignore' && taken.has(guessed)) return 'ignore';
    taken.add(guessed);
    return guessed;
  });
  // Beside a column of names, one that is called "Store" has the IDs.
  const store = header.findIndex((name) => /^(store|restaurant|location)$/i.test(name));
  const names = header.findIndex((name, i) => i !== store && /name$/i.test(name));
  if (store >= 0 && names >= 0 && !taken.has('store_id')) {
    uses[store] = 'store_id';
    uses[names] = 'name';
  }
  return uses;
}

/** The key of a label for a column name: a key must not contain a colon. */
export function labelKey(name: string): string {
  return name.replaceAll(':', ' ').trim();
}

/** Each row whose ID an earlier row has, with the first such row; both counted from 0. Rows without an ID are left out. */
export function repeatedIds(stores: readonly { readonly store_id: string }[]): { index: number; first: number }[] {
  const firsts = new Map<string, number>();
  return stores.flatMap(({ store_id }, index) => {
    const first = firsts.get(store_id);
    if (first !== undefined) return [{ index, first }];
    if (store_id !== '') firsts.set(store_id, index);
    return [];
  });
}

/** The stores that the rows describe, in their order. */
export function storesIn({ rows }: PastedTable, uses: readonly ColumnUse[]): PastedStore[] {
  return rows.map((cells) => {
    const fields: Record<string, string> = {};
    const labels: Record<string, string> = {};
    for (const [i, use] of uses.entries()) {
      const text = cells[i] ?? '';
      if (use === 'ignore' || (text === '' && use !== 'store_id')) continue;
      if (use.startsWith('label:')) labels[use.slice('label:'.length)] = text;
      else fields[use] = text;
    }
    return {
      store_id: '',
      ...fields,
      ...(Object.keys(labels).length > 0 && { set_labels: labels }),
    };
  });
}
