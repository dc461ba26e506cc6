import type { ReportRow } from '../../../api/schema.ts';
import { dayAndMonth, VIEWER_ZONE, withOffset } from '../../lib/clock.ts';
import { count, counted, openTime, percent } from '../../lib/format.ts';
import { useMedia } from '../../lib/media.ts';
import { Coverage } from '../../parts/coverage.tsx';
import { LoadedList } from '../../parts/loaded-list.tsx';
import { LongList } from '../../parts/long-list.tsx';
import { Empty } from '../../parts/notices.tsx';
import { SearchField } from '../../parts/search-field.tsx';
import { StoreName } from '../../parts/store-name.tsx';
import { call } from '../../state/api.ts';
import { usePages } from '../../state/pages.ts';
import { param, setParams } from '../../state/place.ts';

const PAGE = 200;
const WORST = '-downtime_last_week';

const COLUMNS = [
  { by: 'uptime_last_hour', words: 'Up', group: 'Last hour' },
  { by: 'downtime_last_hour', words: 'Down', group: 'Last hour' },
  { by: 'uptime_last_day', words: 'Up', group: 'Last day' },
  { by: 'downtime_last_day', words: 'Down', group: 'Last day' },
  { by: 'uptime_last_week', words: 'Up', group: 'Last week' },
  { by: 'downtime_last_week', words: 'Down', group: 'Last week' },
] as const;
type Sort = (typeof COLUMNS)[number]['by'] | 'store_id' | 'polls_counted';
type Direction = Sort | `-${Sort}`;

interface TableProps {
  readonly id: string;
  readonly stores: number;
  /** Whether its rows have credible intervals. */
  readonly detailed: boolean;
}

/** The rows of a report, with sorting by any column and search. */
export function ReportTable({ id, stores, detailed }: TableProps) {
  const narrow = useMedia('(max-width: 76rem)');
  const search = param('search');
  const sort = (param('sort') || WORST) as Direction;
  const { list, more, reload } = usePages<ReportRow>(`${id} ${sort} ${search}`, (cursor, signal) =>
    call('GET /api/v1/reports/{id}/rows', {
      path: { id },
      query: { sort, search: search || undefined, limit: PAGE, cursor },
      signal,
    }),
  );
  return (
    <section class="section report-rows" aria-labelledby="rows">
      <header>
        <h2 id="rows">Stores</h2>
        <div class="row">
          <SearchField label="Search by name or ID" placeholder="Name or ID" />
          {narrow && <SortSelect sort={sort} />}
        </div>
      </header>
      <LoadedList
        of={list}
        reload={reload}
        what="the rows"
        empty={
          <Empty title="No store of this report matches">
            <p>Search matches store IDs and names.</p>
          </Empty>
        }
      >
        {(rows) => (
          <div class="report-table" role="table" aria-labelledby="rows" aria-rowcount={search === '' ? stores + 1 : -1}>
            <div role="rowgroup" class="report-head">
              <div role="row" aria-rowindex={1} class="report-row">
                <Head by="store_id" words="Store" sort={sort} />
                {COLUMNS.map(({ by, words, group }) => (
                  <Head key={by} by={by} words={words} group={group} sort={sort} />
                ))}
                <Head by="polls_counted" words="Checks" sort={sort} />
              </div>
            </div>
            <LongList
              items={rows}
              keyOf={(row) => row.store_id}
              rowHeight={(narrow ? 9.5 : 3.5) + (detailed ? 1 : 0)}
              onNearEnd={more}
              row={(row) => <Row row={row} />}
            />
            <p class="small quiet more" role="presentation">
              {list.next === null ? counted(rows.length, 'row') : 'More load as you scroll.'}
            </p>
          </div>
        )}
      </LoadedList>
    </section>
  );
}

const ORDERS: readonly { readonly value: Direction; readonly words: string }[] = [
  { value: 'store_id', words: 'Store ID' },
  ...COLUMNS.flatMap(({ by, words, group }) => [
    { value: `-${by}` as const, words: `${group}: most ${words === 'Up' ? 'uptime' : 'downtime'}` },
    { value: by, words: `${group}: least ${words === 'Up' ? 'uptime' : 'downtime'}` },
  ]),
  { value: '-polls_counted', words: 'Most checks' },
  { value: 'polls_counted', words: 'Fewest checks' },
  { value: '-store_id', words: 'Store ID, descending' },
];

/** The order of the rows where the table has no header to press. */
function SortSelect({ sort }: { readonly sort: Direction }) {
  return (
    <label class="select">
      <span class="unseen">Sort by</span>
      <select value={sort} onChange={({ currentTarget: { value } }) => sortBy(value)}>
        {ORDERS.map(({ value, words }) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}

function sortBy(order: string): void {
  setParams({ sort: order === WORST ? undefined : order });
}

interface HeadProps {
  readonly by: Sort;
  readonly words: string;
  readonly group?: string;
  readonly sort: Direction;
}

/** The first press sorts IDs in ascending and figures in descending order; the next one reverses that. */
function Head({ by, words, group, sort }: HeadProps) {
  const descending = sort === `-${by}`;
  const ascending = sort === by;
  const first: Direction = by === 'store_id' ? by : `-${by}`;
  const next: Direction = sort === first ? (descending ? by : `-${by}`) : first;
  return (
    <span role="columnheader" aria-sort={descending ? 'descending' : ascending ? 'ascending' : undefined}>
      <button type="button" onClick={() => sortBy(next)}>
        {group !== undefined && <small>{group}</small>}
        <span>
          {words}
          <span aria-hidden="true" class="arrow">
            {descending ? '↓' : ascending ? '↑' : ''}
          </span>
        </span>
      </button>
    </span>
  );
}

function Row({ row }: { readonly row: ReportRow }) {
  const windows = [
    {
      words: 'hour',
      up: row.uptime_last_hour_seconds,
      down: row.downtime_last_hour_seconds,
      low: row.uptime_last_hour_low_seconds,
      high: row.uptime_last_hour_high_seconds,
      open: row.open_last_hour_seconds,
      covered: row.covered_last_hour_seconds,
    },
    {
      words: 'day',
      up: row.uptime_last_day_seconds,
      down: row.downtime_last_day_seconds,
      low: row.uptime_last_day_low_seconds,
      high: row.uptime_last_day_high_seconds,
      open: row.open_last_day_seconds,
      covered: row.covered_last_day_seconds,
    },
    {
      words: 'week',
      up: row.uptime_last_week_seconds,
      down: row.downtime_last_week_seconds,
      low: row.uptime_last_week_low_seconds,
      high: row.uptime_last_week_high_seconds,
      open: row.open_last_week_seconds,
      covered: row.covered_last_week_seconds,
    },
  ];
  return (
    <div class="report-row" role="presentation">
      <span role="cell" class="who">
        <StoreName id={row.store_id} name={row.name} />
        {(row.brand !== null || row.name !== null) && (
          <small class="quiet">
            {row.brand} {row.name !== null && <span class="code">{row.store_id}</span>}
          </small>
        )}
      </span>
      {windows.flatMap(({ words, up, down, low, high, open, covered }) => [
        <span key={`${words} up`} role="cell" class="number" data-label={words}>
          {up + down === 0 ? <span class="quiet">–</span> : percent(up / (up + down))}
          {up + down > 0 && low !== undefined && high !== undefined && (
            <Range low={low / (up + down)} high={high / (up + down)} />
          )}
          {covered !== undefined && open > 0 && (
            <small class="range quiet">
              <Coverage ratio={covered / open} />
            </small>
          )}
        </span>,
        <span key={`${words} down`} role="cell" class="number down" data-down={down > 0 || undefined}>
          {up + down === 0 ? <span class="quiet">–</span> : openTime(down)}
        </span>,
      ])}
      <span role="cell" class="number quiet polls">
        {count(row.polls_counted)}
        {row.first_poll !== null && (
          <small
            class="range quiet"
            title={`First checked ${withOffset(Date.parse(row.first_poll), VIEWER_ZONE, 'date')}; the report assumes the same state before`}
          >
            since {dayAndMonth(Date.parse(row.first_poll), VIEWER_ZONE)}
          </small>
        )}
      </span>
    </div>
  );
}

/** The credible interval of the uptime. */
function Range({ low, high }: { readonly low: number; readonly high: number }) {
  return (
    <small class="range quiet" title="90% confidence range">
      {percent(low)} to {percent(high)}
    </small>
  );
}
