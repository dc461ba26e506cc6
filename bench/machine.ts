import { cpus, totalmem } from 'node:os';
import { version } from '@duckdb/node-api';

/** The machine of the measurements, in one line. */
export function machine(): string {
  const [cpu] = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB of memory`;
  return `${cpu?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, ${memory}; Node ${process.version}, DuckDB ${version()}`;
}
