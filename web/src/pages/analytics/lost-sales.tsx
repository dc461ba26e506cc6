import type { Analytics, AnalyticsRow } from '../../../api/schema.ts';
import { isUnchecked } from '../../lib/coverage.ts';
import { money, storeHours } from '../../lib/format.ts';

type Loss = NonNullable<AnalyticsRow['lost_sales']>[number];

/** Whether anything says what any of the stores sells. */
export function hasLosses({ rows }: Analytics): boolean {
  return rows.some(({ lost_sales: lost = null }) => lost !== null);
}

/** What downtime cost, in each currency. */
export function LostSales({ row }: { readonly row: AnalyticsRow }) {
  const { lost_sales: lost = null } = row;
  if (lost === null) return <span class="quiet">{row.down_seconds > 0 ? 'unknown' : '–'}</span>;
  if (isUnchecked(row)) return <>unknown</>;
  return (
    <>
      {lost.map((loss) => (
        <span key={loss.currency} class="amount">
          {money(loss.amount, loss.currency)}
          <LossInterval loss={loss} />
        </span>
      ))}
    </>
  );
}

function LossInterval({ loss: { currency, amount_low: low, amount_high: high } }: { readonly loss: Loss }) {
  if (low === undefined || high === undefined) return null;
  return (
    <small
      class="interval quiet"
      title="By the interval of the downtime, which contains the true one with a probability of 90%"
    >
      {' '}
      {money(low, currency)} to {money(high, currency)}
    </small>
  );
}

const SOURCES = {
  sales_feed: "by the stores' own sales",
  group: 'by sales of similar stores',
  constant: 'by constant rates',
} as const;

/** What the amounts stand on, and what is not in them. */
export function lossWords({ lost_sales: lost, unvalued_down_seconds: unvalued = 0 }: AnalyticsRow): string {
  const names = Object.keys(SOURCES) as (keyof typeof SOURCES)[];
  const used = names.filter((name) => lost?.some(({ by_source }) => Number(by_source[name]) > 0));
  const parts = used.map((name) => {
    const amounts = lost?.filter(({ by_source }) => Number(by_source[name]) > 0) ?? [];
    const sums = amounts.map(({ by_source, currency }) => money(by_source[name], currency)).join(' and ');
    return used.length > 1 ? `${sums} ${SOURCES[name]}` : SOURCES[name];
  });
  if (unvalued > 0) parts.push(`not counting ${storeHours(unvalued)} of downtime with no known sales`);
  return parts.length > 0 ? parts.join('; ') : 'nothing lost';
}
