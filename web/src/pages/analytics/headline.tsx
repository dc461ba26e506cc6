import type { ComponentChildren } from 'preact';
import type { Analytics, AnalyticsRow } from '../../../api/schema.ts';
import { datesWords } from '../../lib/analytics.ts';
import { isCovered, isUnchecked, NO_CHECKS, NOT_ENOUGH, shownUptime } from '../../lib/coverage.ts';
import { count, counted, duration, percent, storeHours } from '../../lib/format.ts';
import { Change } from '../../parts/change.tsx';
import { Coverage } from '../../parts/coverage.tsx';
import { hasLosses, LostSales, lossWords } from './lost-sales.tsx';

/** The figures of all stores in question. */
export function Headline({ groups }: { readonly groups: Analytics }) {
  const [total] = groups.rows;
  if (total === undefined) return null;
  const unchecked = isUnchecked(total);
  return (
    <section class="headline" aria-label="In total">
      <div>
        <h2>Uptime</h2>
        <p class="big">{percent(shownUptime(total))}</p>
        {!unchecked && <UptimeInterval row={total} />}
        <TotalChange total={total} groups={groups} />
        <p class="small quiet">of the open time whose state is known</p>
      </div>
      <dl>
        <Figure name="Downtime" value={unchecked ? 'unknown' : storeHours(total.down_seconds)}>
          of {storeHours(total.open_seconds)} scheduled
        </Figure>
        {hasLosses(groups) && (
          <Figure name="Lost sales" value={<LostSales row={total} />}>
            {lossWords(total)}
          </Figure>
        )}
        <Figure name="Unknown" value={storeHours(total.unknown_seconds)} isUnknown={total.unknown_seconds > 0}>
          no check within eight days, or hours unknown
        </Figure>
        <Figure name="Coverage" value={<Coverage ratio={total.coverage_ratio} isNamed />}>
          {counted(total.polls, 'check')}
          {isCovered(total) ? '' : '; downtime may be missing'}
        </Figure>
        <Figure name="Planned downtime" value={storeHours(total.planned_seconds)}>
          adjusted uptime: {percent(adjusted(total))}
        </Figure>
        <Figure name="Outages" value={unchecked ? 'unknown' : count(total.outages)}>
          {unchecked
            ? NO_CHECKS
            : total.mean_outage_seconds !== null
              ? `${duration(total.mean_outage_seconds)} on average, ${duration(total.longest_outage_seconds)} at most`
              : 'none seen'}
        </Figure>
      </dl>
    </section>
  );
}

/** Both ends of the credible interval of the uptime, if there is one. */
export function UptimeInterval({ row }: { readonly row: AnalyticsRow }) {
  const { uptime_low_ratio: low = null, uptime_high_ratio: high = null } = row;
  if (low === null || high === null) return null;
  return (
    <small class="interval quiet" title="The true uptime is in this interval with a probability of 90%">
      {' '}
      {percent(low)} to {percent(high)}
    </small>
  );
}

function adjusted(row: AnalyticsRow): number | null {
  return isUnchecked(row) ? null : row.adjusted_uptime_ratio;
}

interface FigureProps {
  readonly name: string;
  readonly value: ComponentChildren;
  readonly isUnknown?: boolean;
  readonly children: ComponentChildren;
}

function Figure({ name, value, isUnknown = false, children }: FigureProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd data-unknown={isUnknown || undefined}>{value}</dd>
      <dd class="small quiet">{children}</dd>
    </div>
  );
}

function TotalChange({ total, groups: { compare } }: { readonly total: AnalyticsRow; readonly groups: Analytics }) {
  if (isUnchecked(total)) return <p class="change quiet">{NO_CHECKS}</p>;
  if (compare === undefined) return null;
  const { compared } = total;
  const words = datesWords(compare) ?? (compare.with === 'previous' ? 'the period before' : 'a year ago');
  const [now, before] = [total.uptime_ratio, compared?.uptime_ratio ?? null];
  if (now === null || before === null || !isComparable(total)) {
    return (
      <p class="change quiet">
        {NOT_ENOUGH} to compare with {words}
      </p>
    );
  }
  return <Change now={now} before={before} words={`${percent(before)}, ${words}`} />;
}

/** Whether checks cover enough of both periods that their difference says something. */
export function isComparable({ coverage_ratio, compared }: AnalyticsRow): boolean {
  const both = [{ coverage_ratio }, { coverage_ratio: compared?.coverage_ratio ?? null }];
  return both.every((one) => one.coverage_ratio !== null && isCovered(one));
}
