import { OPEN } from '../accounts/access.ts';
import { calendarFrom, type GivenCalendar } from '../analytics/fiscal-terms.ts';
import { type AnalyticsFormat, aboutOf, renderAnswer } from '../analytics/formats.ts';
import { OPTIONS } from '../analytics/naming.ts';
import { type GivenQuestion, questionFrom } from '../analytics/question.ts';
import { answerXlsx } from '../analytics/xlsx.ts';
import type { Operation } from './operation.ts';

export interface WriteAnalytics {
  readonly question: GivenQuestion;
  /** The fiscal calendar instead of that of the database. */
  readonly calendar?: GivenCalendar | undefined;
  readonly format: AnalyticsFormat;
}

/** Answers a question about a period, and writes the answer in a format. Returns what it says of itself. */
export const writeAnalytics: Operation<WriteAnalytics, ReturnType<typeof aboutOf>> = async (
  { analytics },
  { question, calendar: given, format },
  io,
) => {
  const calendar = given && calendarFrom(given);
  const answer = await analytics.ask(OPEN, { ...questionFrom(question, OPTIONS), calendar }, undefined);
  if (format === 'xlsx') await io.write(await answerXlsx(answer));
  else for (const text of renderAnswer(answer, format)) await io.write(Buffer.from(text));
  return aboutOf(answer);
};
