import { useEffect } from 'preact/hooks';
import { type Asked, askedFrom, datesWords, STORE } from '../../lib/analytics.ts';
import { asSentence } from '../../lib/field-words.ts';
import { counted } from '../../lib/format.ts';
import { NoStores } from '../../parts/no-stores.tsx';
import { Empty, Loading, Trouble } from '../../parts/notices.tsx';
import { Instant } from '../../parts/time.tsx';
import { ApiError, reasonOf } from '../../state/api.ts';
import { faultOf } from '../../state/field-errors.ts';
import { round } from '../../state/live.ts';
import { useLoad } from '../../state/load.ts';
import { asOf, url } from '../../state/place.ts';
import { type Answers, fetchAnswers } from './answers.ts';
import { Downloads } from './downloads.tsx';
import { FiscalCalendarSection, useFiscalCalendar } from './fiscal-calendar.tsx';
import { GroupTable } from './groups.tsx';
import { Headline } from './headline.tsx';
import { isAtField, QuestionFields } from './question-fields.tsx';
import { SavedQuestions } from './saved-questions.tsx';
import { Targets } from './targets.tsx';
import { Trend } from './trend.tsx';
import { WeekMap } from './week-map.tsx';
import './analytics.css';

/** Uptime over any period, by time and by labels. The question is in the address, by the names of the API. */
export default function AnalyticsPage() {
  const asked = askedFrom(url.value.searchParams);
  const loaded = useLoad(`analytics ${JSON.stringify(asked)} ${asOf.value}`, (signal) =>
    fetchAnswers(asked, asOf.value, signal),
  );
  const calendar = useFiscalCalendar();
  const { data, error } = loaded;
  const isEmpty = isWithoutStores(error, asked) || isWithoutPolls(error);
  // Figures stay as they are until the reader asks again, since each question is work for the server; but nothing is not.
  useEffect(() => {
    if (isEmpty) loaded.reload();
  }, [round.value]);
  if (isWithoutStores(error, asked)) {
    return (
      <>
        <h1>Analytics</h1>
        <NoStores />
      </>
    );
  }
  return (
    <>
      <header class="head">
        <div>
          <h1>Analytics</h1>
          {data === undefined ? (
            <p class="quiet">Uptime over any period, by time and by labels.</p>
          ) : (
            <About answers={data} />
          )}
        </div>
        {data !== undefined && <Downloads asked={asked} groups={data.groups} again={loaded.reload} />}
      </header>
      <SavedQuestions asked={asked} />
      <QuestionFields asked={asked} error={error} calendar={calendar.data} />
      <div class="answers" aria-busy={loaded.loading}>
        {error !== undefined ? (
          <Failed error={error} retry={loaded.reload} />
        ) : data === undefined ? (
          <Loading what="the figures" />
        ) : (
          <>
            <Headline groups={data.groups} />
            {data.trend !== undefined && <Trend trend={data.trend} wall={data.wall} calendar={calendar.data} />}
            <WeekMap week={data.week} />
            <GroupTable asked={asked} groups={data.groups} />
            <Targets groups={data.groups} onChanged={loaded.reload} />
          </>
        )}
      </div>
      <FiscalCalendarSection
        calendar={calendar.data}
        onChanged={() => {
          calendar.reload();
          loaded.reload();
        }}
      />
    </>
  );
}

/** What the figures are about: the dates, the clock, the stores, and until when there is data. */
function About({ answers: { groups } }: { readonly answers: Answers }) {
  const { period, stores, as_of } = groups;
  const { from, to, time_zone: zone, complete } = period;
  const dates = datesWords(period);
  return (
    <p class="quiet">
      {dates ?? (
        <>
          <Instant utc={from} as="date" /> – <Instant utc={to} as="date" />
        </>
      )}{' '}
      · {zone ?? 'local time of each store'} · {counted(stores, 'store')} ·{' '}
      {complete ? 'checks until ' : 'in progress; checks until '}
      <Instant utc={as_of} as="date" />
    </p>
  );
}

/** Without any store, the server names the stores, although the question does not. */
function isWithoutStores(error: unknown, { store_id: asked }: Asked): boolean {
  return asked.length === 0 && faultOf(error, STORE) !== undefined;
}

function isWithoutPolls(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409;
}

function Failed({ error, retry }: { readonly error: unknown; readonly retry: () => void }) {
  if (isWithoutPolls(error)) {
    return (
      <Empty title="No checks yet">
        <p>{asSentence(reasonOf(error))} Figures appear with the first ones.</p>
      </Empty>
    );
  }
  if (!isAtField(error)) return <Trouble error={error} retry={retry} />;
  return (
    <Empty title="Invalid question">
      <p role="alert">Correct the marked fields above.</p>
    </Empty>
  );
}
