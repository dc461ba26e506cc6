import type { JsonRows } from '../sql/json-rows.ts';

export const DUCKDB_JSON: JsonRows = {
  texts: (json) => `unnest(from_json(${json}::json, '["VARCHAR"]'))`,
  rowsOf: (json, columns) => {
    const types = Object.fromEntries(columns.map(({ name, type }) => [name, type]));
    const rows = `from_json(${json}::json, '${JSON.stringify([types])}')`;
    return `(select unnest(${rows}, recursive := true)) c`;
  },
};
