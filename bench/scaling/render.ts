import type { ClickhouseFigures } from '../clickhouse.ts';
import { count } from '../figures.ts';
import { table } from '../render.ts';
import { ASSUMPTIONS as A, FLEETS } from './assumptions.ts';
import {
  type Measured,
  type Needs,
  needsOf,
  REPORT_HOURS,
  storesAppended,
  storesOnDisk,
  storesReported,
} from './sizing.ts';
import { type Split, wallTime } from './split.ts';

/** Figures of other engines, from the documents that have them. */
export interface Known {
  /** Seconds of processor time of a report of a million stores from DuckDB. */
  readonly million: number;
  /** Milliseconds of a report from PostgreSQL. */
  readonly postgresReport: number;
  /** Polls appended a second. */
  readonly appended: { readonly duckdb: number; readonly postgres: number };
  /** Bytes of a poll after hourly imports. */
  readonly bytes: { readonly duckdb: number; readonly postgres: number };
}

export interface ScalingRun {
  readonly date: string;
  readonly machine: string;
  readonly data: string;
  readonly engines: readonly ClickhouseFigures[];
  readonly known: Known;
}

/** The stores of the benchmark data, whose reports were measured. */
const MEASURED_STORES = 14_226;
const BLOCK = 10_000;

/** @throws Error when a document lacks a figure */
export function knownFrom(performance: string, operations: string): Known {
  const value = (what: string, from = performance) => {
    const row = from.split('\n').find((line) => line.replaceAll('**', '').startsWith(`| ${what} | `));
    if (row === undefined) throw new Error(`there is no figure "${what}"`);
    return row
      .split(' | ')
      .slice(1)
      .map((cell) => Number.parseFloat(cell.replaceAll(',', '')));
  };
  const one = (what: string, from?: string) => value(what, from)[0] as number;
  const section = (title: string) => performance.slice(performance.indexOf(`\n## ${title}\n`));
  const [, , postgres, duckdb] = value('simulated fleet, a week of hourly imports (168)', operations) as number[];
  return {
    million: one('report, processor time of all cores', section('A million stores')) / 1_000,
    postgresReport: one('report', section('PostgreSQL')),
    appended: { duckdb: one('polls appended a second, DuckDB'), postgres: one('polls appended a second, PostgreSQL') },
    bytes: { duckdb: duckdb as number, postgres: postgres as number },
  };
}

/** docs/scaling.md. @throws Error without a ClickHouse that compresses by column */
export function renderScaling(run: ScalingRun): string {
  const engine = run.engines.find(({ codecs }) => codecs);
  if (engine === undefined)
    throw new Error('the figures of a current ClickHouse are needed: `npm run test:clickhouse` installs chDB');
  const measured: Measured = {
    bytes: engine.bytes,
    served: engine.processor.bare,
    computed: Math.max(0, engine.processor.report - engine.processor.bare),
    append: engine.processor.append + A.merges * engine.processor.merge,
    appended: BLOCK / (engine.append / 1_000),
  };
  const needs = FLEETS.map((stores) => needsOf(stores, measured, A));
  return [
    '# Scaling',
    'Which database a fleet needs, and how many machines. Written by `npm run bench:scaling`, which measures and computes ' +
      'again. Nobody has run a fleet of these sizes: figures of fleets are computed from the measured ones on the ' +
      'assumption that work grows with the polls.',
    `Measured on ${run.date}: ${run.machine}. Data: ${run.data}.`,
    ...measuredPart(run.engines, measured),
    ...assumptionsPart(),
    ...fleetsPart(needs, engine.name),
    ...enginesPart(run.known, measured),
    ...splitPart(needs),
  ]
    .join('\n\n')
    .concat('\n');
}

function measuredPart(engines: readonly ClickhouseFigures[], { appended }: Measured): string[] {
  const row = (what: string, figure: (engine: ClickhouseFigures) => string) => [what, ...engines.map(figure)];
  return [
    '## Measured',
    table(
      ['', ...engines.map(({ name }) => name)],
      [
        row('bytes a poll on the disk', ({ bytes }) => bytes.toFixed(2)),
        row('bare ordered stream, processor ms for a million polls', ({ processor }) => count(processor.bare)),
        row('read + kernel, processor ms for a million polls', ({ processor }) => count(processor.report)),
        row('append, processor ms for a million polls', ({ processor }) => count(processor.append)),
        row('merge, processor ms for a million polls', ({ processor }) => count(processor.merge)),
        row('read + kernel ÷ bare ordered stream, time', ({ reportRatio }) => reportRatio.toFixed(2)),
        row('append of 10,000 polls, ms', ({ append }) => count(append)),
        row('polls a second, append ÷ bare insert', ({ appendShare }) => appendShare.toFixed(2)),
      ],
    ),
    'How they are measured is described with [the benchmark](performance.md#clickhouse). The machine had other work, so times ' +
      'say little; processor times and ratios within a round are what the rest is computed from, except for the polls that ' +
      `one writer after the other appends: ${count(appended)} a second, from the time of an append. What a report costs ` +
      'whatever its size, such as its statements in PostgreSQL, counts as work for its polls, so large fleets need less than ' +
      'is computed here.',
  ];
}

function assumptionsPart(): string[] {
  return [
    '## Assumed',
    'None of these is measured. Put your prices and machines into `bench/scaling/assumptions.ts`.',
    table(
      ['', 'assumed'],
      [
        ['polls of a store in a day', `${A.pollsPerDay}`],
        ['days for which polls are kept', `${A.keptDays}`],
        ['copies of each poll (replicas)', `${A.replicas}`],
        ['a machine', `${A.cores} cores, ${A.diskOfMachine} TB of disks, ${A.network} GB a second of network`],
        ['merges that a poll goes through', `${A.merges}`],
        ['share of a disk that may be full', percent(A.fullDisk)],
        ['share of the processors for appending and merging', percent(A.busy)],
        ['a terabyte of solid-state disk in a month', `$${A.diskPrice}`],
        ['a report is complete within', `${A.reportWithin} s`],
      ],
    ),
  ];
}

function fleetsPart(needs: readonly Needs[], name: string): string[] {
  const row = (what: string, figure: (needs: Needs) => string) => [what, ...needs.map(figure)];
  return [
    '## Fleets in ClickHouse',
    `Computed with the figures of ${name}. A report reads ${count(REPORT_HOURS / 24)} days of polls. The part of ClickHouse ` +
      'is that of the bare ordered stream; all that a report needs beyond counts as the part of our servers.',
    table(
      ['', ...needs.map(({ stores }) => `${count(stores / 1e6)} M stores`)],
      [
        row('polls a second', ({ pollsPerSecond }) => count(pollsPerSecond)),
        row('one writer after the other appends them', ({ appends }) => (appends ? 'yes' : '**no**')),
        row('disks, all replicas', ({ disk }) => `${disk.toFixed(1)} TB`),
        row('disks with the part that stays free, in a month', ({ diskCost }) => `$${count(diskCost)}`),
        row('cores that appending and merging keep busy, all replicas', ({ appendCores }) => appendCores.toFixed(2)),
        row('polls of a report', ({ reportPolls }) => `${count(reportPolls / 1e6)} M`),
        row('report: seconds of one core in ClickHouse', ({ served }) => served.toFixed(0)),
        row('report: seconds of one core in our servers', ({ computed }) => computed.toFixed(0)),
        row('report: data from ClickHouse', ({ reportGigabytes }) => `${reportGigabytes.toFixed(1)} GB`),
        row('report: seconds of the network of one machine', ({ network }) => network.toFixed(1)),
        row('**ClickHouse machines**, with replicas', ({ machines, because }) => `**${machines}**, for the ${because}`),
        row('**machines that compute**, for a report in time', ({ computing }) => `**${computing}**`),
      ],
    ),
    'Today, one server computes a report, whatever the number of shards: it reads from all of them at once, and its ' +
      '`WORKERS` compute. So where more than one machine must compute, a report takes longer than assumed, by about that ' +
      'factor. PostgreSQL takes 640 bytes a store ([sizes](operations.md#sizes)): ' +
      `${needs.map(({ stores }) => `${((stores * 640) / 1e9).toFixed(1)} GB`).join(', ')}. All stores are also in the ` +
      'memory of each server, which was measured up to [a million](performance.md#a-million-stores), and figures of all ' +
      'stores are one result; that, more than the polls, is untested beyond a few million.',
  ];
}

function enginesPart(known: Known, measured: Measured): string[] {
  const { million, appended, bytes } = known;
  const postgres = known.postgresReport / 1_000 / MEASURED_STORES;
  const row = (name: string, perSecond: number, size: number, perStore: number) => [
    name,
    stores(storesAppended(perSecond, A)),
    stores(storesOnDisk(size, A)),
    stores(storesReported(perStore, A)),
  ];
  const perPoll = (measured.served + measured.computed) / 1_000 / 1e6;
  return [
    '## Where each engine stops',
    'The stores at which each limit is reached on one machine without a replica. The lowest of a row is where the engine ' +
      'stops being the right one.',
    table(
      ['', 'polls are appended as they come', 'the disk is full', `a report takes ${A.reportWithin} s of one core`],
      [
        row('DuckDB', appended.duckdb, bytes.duckdb, million / 1e6),
        row('PostgreSQL', appended.postgres, bytes.postgres, postgres),
        row('ClickHouse, one server', measured.appended, measured.bytes, perPoll * REPORT_HOURS * (A.pollsPerDay / 24)),
      ],
    ),
    'The report of DuckDB is that of [a million stores](performance.md#a-million-stores), that of PostgreSQL the one of ' +
      '[14,226 stores](performance.md#postgresql), of which only the time is known, on two cores that had other work. On ' +
      'more cores, reports are shorter. Polls are appended as the benchmarks of ' +
      '[the API](performance.md#api) and of ClickHouse measured it; bytes are those of hourly imports ' +
      '([sizes](operations.md#sizes)) and, for ClickHouse, of one import. Polls that arrive every few seconds need more: ' +
      'their revisions took about one more byte a poll in a rough trial, which the disks above leave out.',
    'Therefore: DuckDB as long as one process is enough, that is without a second server that takes over; PostgreSQL for ' +
      `several servers, until its disks (${bytes.postgres} bytes a poll) or its reports take too long; then ClickHouse, ` +
      'on one server first. It becomes a cluster when a disk is full, or when a shard must survive the loss of a machine.',
  ];
}

/** Workers of the simulation. */
const WORKERS = [1, 2, 4, 8, 16, 32] as const;
const SHARDS = 4;
/** Seconds to claim a piece and to hand in its result. Assumed. */
const CLAIM = 0.05;
/** Seconds: that of a report (`LEASE`). */
const LEASED = 30;
const SLOW = 4;
const PIECES_A_WORKER = [1, 4, 16] as const;

function splitPart(needs: readonly Needs[]): string[] {
  const fleet = needs[1] as Needs;
  const split = (workers: number, pieces: number, slowness = 1): Split => ({
    ...{ pieces, workers, shards: SHARDS, readers: A.cores, slowness, claim: CLAIM, lease: LEASED },
    ...{ read: fleet.served, compute: fleet.computed },
  });
  const seconds = (workers: number, each: number, slowness?: number) =>
    wallTime(split(workers, workers * each, slowness)).toFixed(1);
  const header = PIECES_A_WORKER.map((each) => `${each} ${each === 1 ? 'piece' : 'pieces'} a worker`);
  const rows = (slowness: number, least: number) =>
    WORKERS.filter((workers) => workers >= least).map((workers) => [
      `${workers}`,
      ...PIECES_A_WORKER.map((each) => seconds(workers, each, slowness)),
    ]);
  return [
    '## If reports were split',
    'Reports are not split among servers. This simulates what it would bring: a report of ' +
      `${count(fleet.stores / 1e6)} M stores in pieces by shard and key range, which workers claim one after the other. A ` +
      'worker is one core; it claims a piece, reads it and computes it. The processor times are those above; ' +
      `assumed are ${SHARDS} shards of ${A.cores} cores, ${CLAIM} s to claim a piece and hand in its result, and a lease of ` +
      `${LEASED} s. The network and the merge of the results are left out.`,
    `Seconds until the last piece is complete:`,
    table(['workers', ...header], rows(1, 1)),
    `The same with one worker that takes ${SLOW} times as long for everything. It keeps its lease, so the report waits for ` +
      'the piece that it has; with more pieces, the others leave it less:',
    table(['workers', ...header], rows(SLOW, 2)),
    'The same with one worker that dies when it has read its first piece, which another one takes over after the lease:',
    table(['workers', ...header], rows(Number.POSITIVE_INFINITY, 2)),
  ];
}

function stores(number: number): string {
  return number >= 1e7 ? `${count(number / 1e6)} M` : `${(number / 1e6).toFixed(1)} M`;
}

function percent(share: number): string {
  return `${count(100 * share)} %`;
}
