/** What a database holds, to be compared with what a backup of it holds. */
export interface DatabaseContents {
  readonly schemaVersion: number;
  /** Names this history of the data; a restore begins another one. */
  readonly generation: string;
  /** How many rows each table has. */
  readonly rows: Readonly<Record<string, number>>;
}
