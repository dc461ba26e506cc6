import type { SeenPoll } from '../../../api/schema.ts';
import { whyNotCounted } from '../../lib/absence.ts';
import { count } from '../../lib/format.ts';
import { reasonInWords } from '../../lib/reasons.ts';
import { ScrollBox } from '../../parts/scroll-box.tsx';
import { Instant } from '../../parts/time.tsx';

/** The polls of a timeline as a table. */
export function PollTable({ polls, zone }: { readonly polls: readonly SeenPoll[]; readonly zone: string }) {
  const reasons = polls.some(({ inactive_reason }) => inactive_reason !== null);
  const counting = polls.filter(({ counts }) => counts).length;
  return (
    <details>
      <summary>
        {polls.length === 1 ? 'Show the check' : `Show all ${count(polls.length)} checks`}, {count(counting)} within
        business hours
      </summary>
      <ScrollBox label="All checks" short>
        <table>
          <thead>
            <tr>
              <th>Time, {zone}</th>
              <th>Result</th>
              {reasons && <th>Reason</th>}
              <th>Included</th>
            </tr>
          </thead>
          <tbody>
            {polls.map((poll) => (
              <tr key={poll.at.utc}>
                <td>
                  <Instant utc={poll.at.utc} zone={zone} zoneIsNamed />
                </td>
                <td>{poll.status}</td>
                {reasons && <td>{poll.inactive_reason !== null && reasonInWords(poll.inactive_reason)}</td>}
                <td>{poll.counts ? 'yes' : `no, ${whyNotCounted(poll)}`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </details>
  );
}
