import type { SeenPoll } from '../../../api/schema.ts';
import { whyNotCounted } from '../../lib/absence.ts';
import { counted } from '../../lib/format.ts';
import { reasonInWords } from '../../lib/reasons.ts';
import { ScrollBox } from '../../parts/scroll-box.tsx';
import { Instant } from '../../parts/time.tsx';

/** The polls of the timeline as a table. */
export function PollTable({ polls, zone }: { readonly polls: readonly SeenPoll[]; readonly zone: string }) {
  const reasons = polls.some(({ inactive_reason }) => inactive_reason !== null);
  const counting = polls.filter(({ counts }) => counts).length;
  return (
    <details>
      <summary>
        {counted(polls.length, 'poll')} as a list, {counting} of them within business hours
      </summary>
      <ScrollBox label="The polls as a list" short>
        <table>
          <thead>
            <tr>
              <th>When</th>
              <th>Found</th>
              {reasons && <th>Reason</th>}
              <th>Counts</th>
            </tr>
          </thead>
          <tbody>
            {polls.map((poll) => (
              <tr key={poll.at.utc}>
                <td>
                  <Instant utc={poll.at.utc} zone={zone} />
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
