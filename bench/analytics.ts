import { OPEN } from '../src/accounts/access.ts';
import { renderAnswer } from '../src/analytics/formats.ts';
import { FIELDS } from '../src/analytics/naming.ts';
import { questionFrom } from '../src/analytics/question.ts';
import { openAnalytics } from '../src/compose/parts.ts';
import { loadConfig } from '../src/config/config.ts';
import { POLL_REACH } from '../src/domain/window.ts';
import { atMost, count, ms, type Section, times } from './figures.ts';
import { type Fleets, MONTH, withStorage } from './fleets.ts';
import { interleaved, timed } from './measure.ts';
import { Reporting } from './reporting.ts';

const ROUNDS = 5;

/** A month by day and brand, compared with the classic report on the same stores. */
export async function measureAnalytics(fleets: Fleets): Promise<Section> {
  return withStorage(await fleets.monthDatabase(), async (storage) => {
    const analytics = openAnalytics(storage, loadConfig({}));
    const reporting = await Reporting.start(storage, fleets.folder);
    let asked = 0;
    let bytes = 0;
    let polls = 0;
    const ask = async (asOf: number) => {
      const given = { period: '2023-01', by: 'day', group_by: ['brand'], as_of: new Date(asOf).toISOString() };
      const answer = await analytics.ask(OPEN, questionFrom(given, FIELDS), undefined);
      polls = answer.result.polls;
      bytes = 0;
      for (const text of renderAnswer(answer, 'json')) bytes += text.length;
    };
    const took = await interleaved(ROUNDS, {
      report: () => reporting.report(),
      // Another instant each time, so that no answer is from memory.
      month: () => timed(() => ask(MONTH.end - ++asked)),
      again: () => timed(() => ask(MONTH.end - asked)),
    });
    await reporting.stop();
    const inReport = await storage.snapshot((snapshot) => snapshot.countPolls(MONTH.end - POLL_REACH, MONTH.end));
    const perPoll = took.month / polls / (took.report / inReport);
    return {
      title: 'Analytics',
      text:
        `January of ${count(MONTH.stores)} stores by day and by brand, as JSON (${count(bytes / 1_000)} kB), computed from ` +
        `${count(polls)} polls: those of the month and of the eight days before and after it. The classic report on the ` +
        `same stores reads ${count(inReport)}, and also writes its files.`,
      figures: [
        { what: 'report', value: ms(took.report) },
        { what: 'month by day and brand', value: ms(took.month), target: atMost(took.month, 1_000, ' ms') },
        { what: 'month by day and brand ÷ report', value: times(took.month / took.report) },
        { what: '**time a poll, month ÷ report**', value: times(perPoll), target: atMost(perPoll, 1.5, ' ×') },
        { what: 'the same question again', value: ms(took.again), target: atMost(took.again, 50, ' ms') },
      ],
    };
  });
}
