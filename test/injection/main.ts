// Gives calls of every scenario faults:
// `npm run inject:faults -- [--engine files|duckdb|postgres] [--only SCENARIOS] [--faults NAMES] [--short]`.
import process from 'node:process';
import { parseArgs } from 'node:util';
import { TestPostgres } from '../support/postgres.ts';
import {
  type InjectionOptions,
  injectFaultsIntoDuckdb,
  injectFaultsIntoFiles,
  injectFaultsIntoPostgres,
} from './engines.ts';
import { lineOf, sumOf, type Tried } from './enumerate.ts';

const { values } = parseArgs({
  options: {
    engine: { type: 'string' },
    only: { type: 'string' },
    faults: { type: 'string' },
    short: { type: 'boolean', default: false },
  },
});
let failed = 0;

async function inject(engine: string, work: (options: InjectionOptions) => Promise<Tried[]>): Promise<void> {
  const tried = await work({
    extent: values.short ? 'one each' : 'all',
    only: values.only === undefined ? undefined : new RegExp(values.only),
    faults: values.faults === undefined ? undefined : new RegExp(values.faults),
    onTried: (done) => console.log(`${engine}: ${lineOf(done)}`),
    onFailure: (failure) => {
      failed++;
      console.log(process.env.DEBUG ? failure : failure.message.split('\n').slice(0, 2).join(' '));
    },
  });
  console.log(`${engine}: ${lineOf(sumOf(tried))}`);
}

if (values.engine === undefined || values.engine === 'files') await inject('files', injectFaultsIntoFiles);
if (values.engine === undefined || values.engine === 'duckdb') await inject('duckdb', injectFaultsIntoDuckdb);
if (values.engine === undefined || values.engine === 'postgres') {
  const server = await TestPostgres.start();
  try {
    const url = await server.createDatabase();
    await inject('postgres', (options) => injectFaultsIntoPostgres(url, options));
  } finally {
    await server.stop();
  }
}
console.log(failed === 0 ? 'nothing is wrong' : `${failed} faults had consequences`);
process.exitCode = failed > 0 ? 1 : 0;
