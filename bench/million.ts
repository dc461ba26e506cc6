import { atMost, count, megabytes, ms, type Section, times } from './figures.ts';
import { type Fleets, LARGEST } from './fleets.ts';
import { oneReport } from './large.ts';

const SHARE = 0.65;
const MOST_MEMORY = 2e9;

/** One report of a million stores, in a process of its own. */
export async function measureMillion(fleets: Fleets): Promise<Section> {
  const { took, processor, before, peak } = await oneReport(await fleets.largestDatabase(), fleets.folder);
  return {
    title: 'A million stores',
    text:
      `${count(LARGEST.stores)} simulated stores with ${LARGEST.hours} polls each, one per hour: ` +
      `${count(LARGEST.stores * LARGEST.hours)} polls. One report, once, in a separate process that opens the database. ` +
      'With two cores, its time is at least half of its processor time.',
    figures: [
      { what: 'report', value: ms(took) },
      { what: 'report, processor time of all cores', value: ms(processor) },
      {
        what: '**report of a million stores: time ÷ processor time**',
        value: times(took / processor),
        target: atMost(took / processor, SHARE, ' ×'),
      },
      { what: 'memory before the report', value: megabytes(before) },
      {
        what: '**a million stores: peak memory (resident)**',
        value: megabytes(peak),
        target: { text: 'under 2,000 MB', met: peak < MOST_MEMORY },
      },
    ],
  };
}
