import { calendarDate } from '../../lib/clock.ts';
import { addDays } from '../../lib/local-days.ts';
import { Icon } from '../../parts/icons.tsx';
import { Link } from '../../parts/link.tsx';
import { hereWith, setParams } from '../../state/place.ts';
import { type Week, weekUntil } from './week.ts';

interface Props {
  readonly week: Week;
  /** The query parameter with the last day. */
  readonly name: string;
  readonly zone: string;
  readonly asOf: number;
}

/** The displayed week, with links to the previous and next ones. */
export function WeekSteps({ week, name, zone, asOf }: Props) {
  const today = weekUntil('', zone, asOf).until;
  const next = addDays(week.until, 7);
  return (
    <div class="row steps">
      <Link class="button square" href={hereWith({ [name]: addDays(week.until, -7) })} aria-label="Previous week">
        <Icon name="back" />
      </Link>
      <label class="select">
        <span class="unseen">Week ending</span>
        <input
          type="date"
          value={week.until}
          max={today}
          title={`7 days ending ${calendarDate(week.until)}`}
          onChange={({ currentTarget }) => setParams({ [name]: currentTarget.value }, 'push')}
        />
      </label>
      {week.until < today ? (
        <Link
          class="button square"
          href={hereWith({ [name]: next >= today ? undefined : next })}
          aria-label="Next week"
        >
          <Icon name="forward" />
        </Link>
      ) : (
        <span class="button square" aria-disabled="true">
          <Icon name="forward" />
        </span>
      )}
    </div>
  );
}
