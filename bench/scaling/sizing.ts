import { DAY, HOUR } from '../../src/domain/hours.ts';
import { POLL_REACH } from '../../src/domain/window.ts';
import type { Assumptions } from './assumptions.ts';

/** What was measured; processor times are milliseconds for a million polls. */
export interface Measured {
  /** Bytes of a poll on the disk. */
  readonly bytes: number;
  /** The engine’s part of a report: a stream of polls in order. */
  readonly served: number;
  /** The rest of a report: to receive and arrange polls, and the kernel. */
  readonly computed: number;
  /** To append and to merge. */
  readonly append: number;
  /** Polls a second that one writer after the other can append. */
  readonly appended: number;
}

/** Bytes of a poll on the way to the kernel: two words. */
const SENT = 8;
const MILLION = 1e6;
const GIGABYTE = 1e9;
const TERABYTE = 1e12;

/** What a fleet needs. */
export interface Needs {
  readonly stores: number;
  readonly pollsPerSecond: number;
  /** Whether one writer after the other can append the polls as they come. */
  readonly appends: boolean;
  /** Of the polls that are kept, on all replicas: terabytes. */
  readonly disk: number;
  /** US dollars in a month. */
  readonly diskCost: number;
  /** Cores that appending and merging keep busy, on all replicas. */
  readonly appendCores: number;
  /** Polls that a report reads. */
  readonly reportPolls: number;
  readonly reportGigabytes: number;
  /** Seconds of one core. */
  readonly served: number;
  readonly computed: number;
  /** Seconds of the network of one machine. */
  readonly network: number;
  /** ClickHouse machines, and what decides their number. */
  readonly machines: number;
  readonly because: 'disks' | 'reports' | 'appends' | 'replicas';
  /** Machines that compute, for a report within the time. */
  readonly computing: number;
}

export function needsOf(stores: number, measured: Measured, a: Assumptions): Needs {
  const pollsPerSecond = (stores * a.pollsPerDay) / (DAY / 1_000);
  const reportPolls = (stores * a.pollsPerDay * POLL_REACH) / DAY;
  const seconds = (perMillion: number) => ((reportPolls / MILLION) * perMillion) / 1_000;
  const disk = ((stores * a.pollsPerDay * a.keptDays * measured.bytes) / TERABYTE) * a.replicas;
  const appendCores = ((pollsPerSecond / MILLION) * measured.append * a.replicas) / 1_000;
  const [served, computed] = [seconds(measured.served), seconds(measured.computed)];
  const reportGigabytes = (reportPolls * SENT) / GIGABYTE;
  const network = reportGigabytes / a.network;
  const wanted = {
    disks: disk / a.fullDisk / a.diskOfMachine,
    reports: Math.max(served / (a.cores * (1 - a.busy)), network) / a.reportWithin,
    appends: appendCores / (a.cores * a.busy),
    replicas: a.replicas,
  };
  const [because, most] = Object.entries(wanted).reduce((best, one) => (one[1] > best[1] ? one : best));
  return {
    stores,
    pollsPerSecond,
    appends: measured.appended >= pollsPerSecond,
    disk,
    diskCost: (disk / a.fullDisk) * a.diskPrice,
    appendCores,
    reportPolls,
    reportGigabytes,
    served,
    computed,
    network,
    // Each shard has the same number of replicas.
    machines: Math.ceil(most / a.replicas) * a.replicas,
    because: because as Needs['because'],
    computing: Math.ceil(Math.max(computed / a.cores, network) / a.reportWithin),
  };
}

/** The stores whose polls come faster than an engine appends them, `appended` a second. */
export function storesAppended(appended: number, { pollsPerDay }: Assumptions): number {
  return Math.floor((appended * (DAY / 1_000)) / pollsPerDay);
}

/** The stores whose polls fill a machine’s disk. */
export function storesOnDisk(bytes: number, a: Assumptions): number {
  return Math.floor((a.diskOfMachine * TERABYTE * a.fullDisk) / (a.pollsPerDay * a.keptDays * bytes));
}

/** The stores of which a report is complete in time. @param perStore seconds */
export function storesReported(perStore: number, { reportWithin }: Assumptions): number {
  return Math.floor(reportWithin / perStore);
}

/** Hours whose polls a report reads. */
export const REPORT_HOURS = POLL_REACH / HOUR;
