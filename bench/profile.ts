import { Session } from 'node:inspector/promises';
import { count, ms, type Section } from './figures.ts';
import { type Fleets, withStorage } from './fleets.ts';
import { processorTime } from './measure.ts';
import { Reporting } from './reporting.ts';

const REPORTS = 20;
/** Microseconds between two samples. */
const INTERVAL = 250;

const WAITING = 'waiting for DuckDB, the disk and the computing threads';
const COLLECTING = 'garbage collection';
const OTHER = 'other';

/** What the thread does in a module, by a part of its URL; the first that matches. */
const WORK: readonly (readonly [part: string, work: string])[] = [
  ['/@duckdb/', 'driver: statements and chunks'],
  ['/src/duckdb/', 'driver: statements and chunks'],
  ['/src/storage/', 'ids, zones and rows from the storage'],
  ['/src/reports/compute', 'batches and order of ids'],
  ['/src/lib/key-runs', 'batches and order of ids'],
  ['/src/reports/formats', 'text, hashes and bytes of the result'],
  ['/src/reports/figures', 'text, hashes and bytes of the result'],
  ['/src/reports/results', 'text, hashes and bytes of the result'],
  ['/src/reports/digest', 'text, hashes and bytes of the result'],
  ['/src/reports/threads/', 'schedules and jobs for the threads'],
  ['/src/lib/threads/', 'schedules and jobs for the threads'],
];

/** Where the thread that answers requests spends the time of a report. */
export async function measureProfile(fleets: Fleets): Promise<Section> {
  const { times, processor } = await withStorage(await fleets.database(), async (storage) => {
    const reporting = await Reporting.start(storage, fleets.folder);
    const reports = async () => {
      for (let i = 0; i < REPORTS; i++) await reporting.report();
    };
    await reports();
    const processor = await processorTime(reports);
    const times = await profiled(reports);
    await reporting.stop();
    return { times, processor };
  });
  const byWork = [...times].filter(([work]) => work !== WAITING).sort(([, a], [, b]) => b - a);
  const busy = byWork.reduce((sum, [, time]) => sum + time, 0);
  const all = busy + (times.get(WAITING) ?? 0);
  return {
    title: 'What the time of a report is made of',
    text:
      `A sampling profile of the thread that answers requests, over ${REPORTS} reports of 14,226 stores; per report. The ` +
      'profile counts the time in which that thread is ready and has no processor as work. The processor time is that of ' +
      'all threads, without the profile: this one, those of DuckDB, and the computing one (see [Kernel](#kernel)).',
    figures: [
      { what: 'report, profiled', value: ms(all / REPORTS) },
      { what: WAITING, value: ms((times.get(WAITING) ?? 0) / REPORTS) },
      { what: 'work of this thread', value: ms(busy / REPORTS) },
      ...byWork.map(([work, time]) => ({ what: `– ${work}`, value: ms(time / REPORTS) })),
      { what: 'processor time of all threads', value: ms(processor / REPORTS) },
      { what: 'work of this thread, share of the time', value: `${count((100 * busy) / all)} %` },
    ],
  };
}

/** Milliseconds by kind of work. */
async function profiled(work: () => Promise<void>): Promise<Map<string, number>> {
  const inspector = new Session();
  inspector.connect();
  try {
    await inspector.post('Profiler.enable');
    await inspector.post('Profiler.setSamplingInterval', { interval: INTERVAL });
    await inspector.post('Profiler.start');
    await work();
    const { profile } = await inspector.post('Profiler.stop');
    const kinds = new Map<number, string>();
    const visit = (id: number, inherited: string): void => {
      const node = nodes.get(id);
      if (node === undefined) return;
      const kind = kindOf(node.callFrame.functionName, node.callFrame.url) ?? inherited;
      kinds.set(id, kind);
      for (const child of node.children ?? []) visit(child, kind);
    };
    const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
    visit(profile.nodes[0]?.id ?? 0, OTHER);
    const times = new Map<string, number>();
    for (const [i, id] of (profile.samples ?? []).entries()) {
      const kind = kinds.get(id) ?? OTHER;
      times.set(kind, (times.get(kind) ?? 0) + (profile.timeDeltas?.[i] ?? 0) / 1_000);
    }
    return times;
  } finally {
    inspector.disconnect();
  }
}

/** `undefined`: that of the caller. */
function kindOf(name: string, url: string): string | undefined {
  if (name === '(idle)') return WAITING;
  if (name === '(garbage collector)') return COLLECTING;
  return WORK.find(([part]) => url.includes(part))?.[1];
}
