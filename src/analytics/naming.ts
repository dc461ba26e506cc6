/** How messages call the fields of a question, by their names in the API. */
export type Naming = (field: string) => string;

/** As the API does. */
export const FIELDS: Naming = (field) => field;

/** As options of the command line: `--group-by`. */
export const OPTIONS: Naming = (field) => `--${OPTION_NAMES[field] ?? field.replaceAll('_', '-')}`;

const OPTION_NAMES: Readonly<Record<string, string>> = {
  daypart: 'dayparts',
  label: 'labels',
  store_id: 'store-ids',
};
