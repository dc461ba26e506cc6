// A server of ours for the tests of faults: adds batches of polls, one after the other, and prints the number of each that
// is stored. Arguments: the URLs of PostgreSQL and ClickHouse, the number of the first batch, and the cluster, if any.
import process from 'node:process';
import { ClickhousePolls } from '../../src/storage/clickhouse/polls.ts';
import { PostgresStorage } from '../../src/storage/postgres/storage.ts';
import { batchOf } from './batches.ts';

const [, , url = '', pollsUrl = '', first = '0', cluster] = process.argv;
const storage = await PostgresStorage.open(url, { polls: new ClickhousePolls(pollsUrl, { cluster }) });
for (let number = Number(first); ; number++) {
  await storage.appendPolls([batchOf(number)]);
  process.stdout.write(`${number}\n`);
}
