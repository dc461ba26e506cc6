import { cpus, loadavg, totalmem } from 'node:os';
import { version } from '@duckdb/node-api';

/** The machine of the measurements and its other load, in one line; to be asked before they begin. */
export function machine(): string {
  const [cpu] = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB of memory`;
  return `${cpu?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, ${memory}; Node ${process.version}, DuckDB ${version()}; load average ${loadavg()[0]?.toFixed(1)} before`;
}
