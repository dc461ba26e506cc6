import type { Backtest } from '../../../api/schema.ts';
import { VIEWER_ZONE, weekday } from '../../lib/clock.ts';
import { count, counted, duration } from '../../lib/format.ts';
import { AxisZone, ChartFigure } from '../../parts/chart-figure.tsx';
import { ScrollBox } from '../../parts/scroll-box.tsx';
import { StoreName } from '../../parts/store-name.tsx';
import { Instant } from '../../parts/time.tsx';

/** What a rule would have done in the last seven days. */
export function BacktestResult({ backtest }: { readonly backtest: Backtest }) {
  const { stores, messages, incident_count: incidents, back_within_hour: back, affected_stores: affected } = backtest;
  return (
    <div class="backtest-result">
      <p>
        <strong>This rule would have sent {counted(messages, 'message')} last week</strong>
        {incidents === 0
          ? `: none of ${counted(stores, 'store')} would have alerted.`
          : `, about ${counted(incidents, 'incident')} at ${count(affected)} of ${counted(stores, 'store')}. ` +
            `${count(back)} ${back === 1 ? 'was' : 'were'} back within the hour.`}
      </p>
      {messages > 0 && <MessageBars backtest={backtest} />}
      {incidents > 0 && <PastIncidents backtest={backtest} />}
      <p class="small quiet">Escalations and mass outages are left out.</p>
    </div>
  );
}

function MessageBars({ backtest: { days, from, to } }: { readonly backtest: Backtest }) {
  const most = Math.max(1, ...days.map(({ messages }) => messages));
  return (
    <ChartFigure label="Messages per day" table={() => <DayTable days={days} />}>
      <ol>
        {days.map(({ from, messages }) => (
          <li key={from}>
            <span class="bar" aria-hidden="true">
              <i style={{ height: `${(messages / most) * 100}%` }} />
            </span>
            <strong>{count(messages)}</strong>
            <span class="small">{weekday(Date.parse(from), VIEWER_ZONE)}</span>
          </li>
        ))}
      </ol>
      <AxisZone name="Your time" zone={VIEWER_ZONE} from={Date.parse(from)} to={Date.parse(to)} />
    </ChartFigure>
  );
}

function DayTable({ days }: Pick<Backtest, 'days'>) {
  return (
    <table>
      <thead>
        <tr>
          <th>Day from</th>
          <th class="number">Messages</th>
        </tr>
      </thead>
      <tbody>
        {days.map(({ from, messages }) => (
          <tr key={from}>
            <td>
              <Instant utc={from} />
            </td>
            <td class="number">{count(messages)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function PastIncidents({ backtest: { incidents, incident_count } }: { readonly backtest: Backtest }) {
  return (
    <details>
      <summary>
        {incidents.length < incident_count
          ? `The latest ${count(incidents.length)} of ${count(incident_count)} incidents`
          : 'Incidents'}
      </summary>
      <ScrollBox label="Incidents of the backtest" short>
        <table>
          <thead>
            <tr>
              <th>Store</th>
              <th>Opened</th>
              <th class="number">Lasted</th>
            </tr>
          </thead>
          <tbody>
            {incidents.map(({ store_id, opened_at, resolved_at }) => (
              <tr key={`${store_id} ${opened_at}`}>
                <td>
                  <StoreName id={store_id} />
                </td>
                <td>
                  <Instant utc={opened_at} />
                </td>
                <td class="number">
                  {resolved_at === null
                    ? 'ongoing'
                    : duration((Date.parse(resolved_at) - Date.parse(opened_at)) / 1_000)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </details>
  );
}
