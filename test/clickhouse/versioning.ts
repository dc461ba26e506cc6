// Prints the version of a ClickHouse server, or why it cannot be asked. Argument: its URL.
import process from 'node:process';
import { messageOf } from '../../src/lib/errors.ts';
import { asking } from './process.ts';

const answer = asking(process.argv[2] ?? '', (clickhouse) => clickhouse.row('select version() as version', 'request'));
process.stdout.write(
  await answer.then(
    ({ version }) => `version ${version}`,
    (error) => messageOf(error),
  ),
);
