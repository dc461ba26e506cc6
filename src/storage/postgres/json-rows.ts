import type { JsonRows } from '../sql/json-rows.ts';

export const POSTGRES_JSON: JsonRows = {
  texts: (json) => `jsonb_array_elements_text(${json}::jsonb)`,
  rowsOf: (json, columns) =>
    `jsonb_to_recordset(${json}::jsonb) as c(${columns.map(({ name, type }) => `${name} ${type}`).join(', ')})`,
};
