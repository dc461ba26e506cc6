// The program of a thread that computes reports: arranges polls, fits models and computes ranges of stores, on columns in
// shared memory.
import { FigureColumns } from '../../domain/figures.ts';
import { FleetEstimator, type FleetModel } from '../../domain/markov/estimator.ts';
import { unpackPolls } from '../../domain/polls.ts';
import { Schedule } from '../../domain/schedule.ts';
import type { Batch } from '../../domain/uptime.ts';
import { serveJobs } from '../../lib/threads/serve.ts';
import { computeStores } from '../kernel.ts';
import type { KernelJob, KernelResult, Numbered, SharedBatch, SharedSchedule } from './messages.ts';
import { scheduleIn } from './sharing.ts';

/** The last of the things that consecutive jobs have in common, as this thread needs it. */
class Prepared<Sent, T> {
  readonly #prepare: (value: Sent) => T;
  #last: Numbered<T> | undefined;

  constructor(prepare: (value: Sent) => T) {
    this.#prepare = prepare;
  }

  of({ number, value }: Numbered<Sent>): T {
    if (this.#last?.number !== number) this.#last = { number, value: this.#prepare(value) };
    return this.#last.value;
  }
}

const fleet = new FleetEstimator();
const schedules = new Prepared((sent: SharedSchedule) => new Schedule(scheduleIn(sent)));
const models = new Prepared((sent: FleetModel) => sent);

serveJobs((job: KernelJob): KernelResult => {
  if (job.kind === 'arrange') {
    return unpackPolls(job.polls, job.stores, job.target).length;
  }
  const batch = batchIn(job.batch);
  if (job.kind === 'learn') return fleet.learn(batch, job.asOf);
  const { model, figures, ...terms } = job.terms;
  const { stores, detailed, pollInterval, memory } = figures;
  computeStores(
    batch,
    {
      ...terms,
      model: model && models.of(model),
      figures: new FigureColumns(stores, detailed, pollInterval, memory),
    },
    fleet,
    job.stores,
  );
  return undefined;
});

function batchIn({ schedule, polls }: SharedBatch): Batch {
  return { schedule: schedules.of(schedule), polls };
}
