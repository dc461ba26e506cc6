import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { Analytics, AnalyticsRow } from '../../../api/schema.ts';
import {
  type Asked,
  datesWords,
  type Group,
  labelsOf,
  ORDERS,
  type Order,
  STORE,
  sortedMembers,
  treeOf,
} from '../../lib/analytics.ts';
import { isUnchecked, NO_CHECKS, NOT_ENOUGH, shownUptime } from '../../lib/coverage.ts';
import { changeInPoints, count, duration, percent, storeHours } from '../../lib/format.ts';
import { Coverage } from '../../parts/coverage.tsx';
import { Link } from '../../parts/link.tsx';
import { ScrollBox } from '../../parts/scroll-box.tsx';
import { StoreName } from '../../parts/store-name.tsx';
import { hereWith, param, setParams } from '../../state/place.ts';
import { useStoreNames } from '../../state/store-names.ts';
import { isComparable, UptimeInterval } from './headline.tsx';
import { hasLosses, LostSales } from './lost-sales.tsx';
import { hasTargets, TargetStanding } from './targets.tsx';

/** Rows that are drawn at a time, at most as many as have their names loaded together. */
const CHUNK = 100;

interface Props {
  readonly asked: Asked;
  readonly groups: Analytics;
}

/** The figures by group with subtotals. A group leads to the figures of its parts, and at last to those of its stores. */
export function GroupTable({ asked, groups }: Props) {
  const chunks = useSignal(1);
  const keys = groups.group_by;
  const tree = treeOf(groups.rows, keys);
  if (tree === undefined || keys.length === 0) {
    return (
      <section class="section" aria-labelledby="groups">
        <header>
          <h2 id="groups">By group</h2>
        </header>
        <p class="quiet">
          Choose labels at <em>Group by</em> to compare brands or cities.{' '}
          <Link href={hereWith({ group_by: [STORE] })}>Show each store</Link>
        </p>
      </section>
    );
  }
  const order = ORDERS.find(({ value }) => value === param('sort'))?.value ?? 'downtime';
  const all = sortedMembers(tree, order);
  const shown = Array.from({ length: Math.min(chunks.value, Math.ceil(all.length / CHUNK)) }, (_, i) =>
    all.slice(i * CHUNK, (i + 1) * CHUNK),
  );
  const left = all.length - chunks.value * CHUNK;
  const isCompared = groups.compare !== undefined;
  const columns = { isCompared, isTargeted: hasTargets(groups), isValued: hasLosses(groups) };
  const { isTargeted, isValued } = columns;
  return (
    <section class="section" aria-labelledby="groups">
      <header>
        <h2 id="groups">By {keys.map(keyWords).join(' and ')}</h2>
        <OrderSelect order={order} isCompared={isCompared} />
      </header>
      <ScrollBox label="By group">
        <table class="stacks groups">
          <thead>
            <tr>
              <th>{keys.map(keyWords).join(', ')}</th>
              <th class="number">Stores</th>
              <th class="number">Uptime</th>
              {isCompared && <th class="number">vs {compareWords(groups)}</th>}
              {isTargeted && <th>Target</th>}
              <th class="number">Downtime</th>
              {isValued && <th class="number">Lost sales</th>}
              <th class="number">Unknown</th>
              <th class="number">Coverage</th>
              <th class="number">Planned</th>
              <th class="number">Outages</th>
              <th class="number">Longest outage</th>
            </tr>
          </thead>
          <tbody>
            <Row row={tree.row} level={0} columns={columns}>
              <strong>All</strong>
            </Row>
          </tbody>
          {shown.map((part, i) => (
            <GroupRows key={i} part={part} asked={asked} columns={columns} />
          ))}
        </table>
      </ScrollBox>
      {left > 0 && (
        <button type="button" class="button" onClick={() => chunks.value++}>
          Show {count(Math.min(left, CHUNK))} more of {count(left)}
        </button>
      )}
    </section>
  );
}

function keyWords(key: string): string {
  return key === STORE ? 'store' : key;
}

function compareWords({ compare }: Analytics): string {
  return (compare && datesWords(compare)) ?? 'the other period';
}

function OrderSelect({ order, isCompared }: { readonly order: Order; readonly isCompared: boolean }) {
  return (
    <label class="select">
      <span class="unseen">Sort by</span>
      <select value={order} onChange={({ currentTarget: { value } }) => setParams({ sort: value })}>
        {ORDERS.filter(({ value }) => isCompared || value !== 'change').map(({ value, words }) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The columns that only some answers have. */
interface Columns {
  readonly isCompared: boolean;
  readonly isTargeted: boolean;
  readonly isValued: boolean;
}

interface RowsProps {
  readonly part: readonly Group[];
  readonly asked: Asked;
  readonly columns: Columns;
}

function GroupRows({ part, asked, columns }: RowsProps) {
  const names = useStoreNames(part.flatMap(({ key, value }) => (key === STORE && value !== null ? [value] : [])));
  return (
    <tbody>
      {part.map((group) => {
        const level = Object.keys(group.row.group ?? {}).length;
        return (
          <Row key={JSON.stringify(group.row.group)} row={group.row} level={level} columns={columns}>
            <GroupName group={group} asked={asked} name={names.get(group.value ?? '')} />
          </Row>
        );
      })}
    </tbody>
  );
}

interface NameProps {
  readonly group: Group;
  readonly asked: Asked;
  /** That of a store, if it has one. */
  readonly name: string | undefined;
}

function GroupName({ group, asked, name }: NameProps) {
  const { key = '', value, row } = group;
  if (key === STORE && value !== null) return <StoreName id={value} name={name ?? null} />;
  const labels = labelsOf(group);
  const words = value ?? `no ${key}`;
  // Nothing filters by a label that is missing, and the stores of a store are itself.
  if (labels === undefined || Object.hasOwn(row.group ?? {}, STORE)) return <span class="quiet">{words}</span>;
  const rest = asked.group_by.filter((one) => !Object.hasOwn(row.group ?? {}, one));
  const href = hereWith({
    label: [...asked.label.filter((label) => !labels.includes(label)), ...labels],
    group_by: rest.length > 0 ? rest : [STORE],
  });
  return (
    <Link href={href} title={`Only ${labels.map((label) => label.replace(':', ': ')).join(', ')}`}>
      {words}
    </Link>
  );
}

interface RowProps {
  readonly row: AnalyticsRow;
  readonly level: number;
  readonly columns: Columns;
  readonly children: ComponentChildren;
}

function Row({ row, level, columns: { isCompared, isTargeted, isValued }, children }: RowProps) {
  const unchecked = isUnchecked(row);
  return (
    <tr data-level={level}>
      <td class="group-name" style={{ '--level': String(Math.max(0, level - 1)) }}>
        {children}
      </td>
      <td class="number" data-label="Stores">
        {count(row.stores)}
      </td>
      <td class="number" data-label="Uptime">
        {unchecked ? NO_CHECKS : percent(shownUptime(row))}
        {!unchecked && <UptimeInterval row={row} />}
      </td>
      {isCompared && (
        <td class="number" data-label="Change">
          {(isComparable(row) && changeInPoints(row.uptime_ratio, row.compared?.uptime_ratio ?? null)) || (
            <span class="quiet">{NOT_ENOUGH}</span>
          )}
        </td>
      )}
      {isTargeted && (
        <td data-label="Target">
          <TargetStanding target={row.target} />
        </td>
      )}
      <td class="number" data-label="Downtime">
        {unchecked ? 'unknown' : storeHours(row.down_seconds)}
      </td>
      {isValued && (
        <td class="number" data-label="Lost sales">
          <LostSales row={row} />
        </td>
      )}
      <td class="number" data-label="Unknown">
        {storeHours(row.unknown_seconds)}
      </td>
      <td class="number" data-label="Coverage">
        <Coverage ratio={row.coverage_ratio} isNamed />
      </td>
      <td class="number" data-label="Planned">
        {storeHours(row.planned_seconds)}
      </td>
      <td class="number" data-label="Outages">
        {unchecked ? 'unknown' : count(row.outages)}
      </td>
      <td class="number" data-label="Longest outage">
        {unchecked || row.outages === 0 ? '–' : duration(row.longest_outage_seconds)}
      </td>
    </tr>
  );
}
