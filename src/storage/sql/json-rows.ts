/** A column of a table, and its SQL type. */
export interface TypedColumn {
  readonly name: string;
  readonly type: string;
}

/** Makes a table with these columns from a parameter that holds an array of JSON objects, under the name `c`. */
export type RowsOf = (parameter: string, columns: readonly TypedColumn[]) => string;

/** How an engine turns JSON into rows. */
export interface JsonRows {
  /** An expression that expands a JSON array of texts to rows. */
  texts(json: string): string;
  readonly rowsOf: RowsOf;
}
