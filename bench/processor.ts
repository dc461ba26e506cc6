import { atMost, ms, type Section, times } from './figures.ts';
import { type Fleets, withStorage } from './fleets.ts';
import { Stalls } from './large.ts';
import { interleaved, median, processorTime } from './measure.ts';
import { Reporting } from './reporting.ts';

const ROUNDS = 7;
const LARGE_ROUNDS = 2;

/** The processor time of reports, which other work on the machine changes little. */
export async function measureProcessor(fleets: Fleets): Promise<Section> {
  const fleet = await withStorage(await fleets.database(), async (storage) => {
    const reporting = await Reporting.start(storage, fleets.folder);
    const { report, markov } = await interleaved(ROUNDS, {
      report: () => processorTime(() => reporting.report()),
      markov: () => processorTime(() => reporting.reportOf({ estimator: 'markov' })),
    });
    await reporting.stop();
    return { report, markov };
  });
  const large = await withStorage(await fleets.largeDatabase(), async (storage) => {
    const reporting = await Reporting.start(storage, fleets.folder);
    const stalls = new Stalls();
    const { report } = await interleaved(LARGE_ROUNDS, {
      report: () => processorTime(() => stalls.during(() => reporting.report())),
    });
    await reporting.stop();
    return { report, stall: median(stalls.busy) };
  });
  return {
    title: 'Processor time',
    text:
      'The processor time of all threads together, so that the figures stay comparable where a machine has other work. ' +
      'A stall is that of [100,000 stores](#100000-stores): the processor ' +
      'time that the thread that answers requests uses between two runs of a timer of a millisecond.',
    figures: [
      { what: 'report, 14,226 stores', value: ms(fleet.report) },
      { what: 'report with `markov` and ranges, 14,226 stores', value: ms(fleet.markov) },
      { what: 'report with `markov` and ranges ÷ report, processor time', value: times(fleet.markov / fleet.report) },
      { what: 'report, 100,000 stores', value: ms(large.report) },
      {
        what: '**longest stall under a report of 100,000 stores, processor time of the thread**',
        value: ms(large.stall),
        target: atMost(large.stall, 15, ' ms'),
      },
    ],
  };
}
