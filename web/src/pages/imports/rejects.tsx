import { csvRows } from '../../lib/csv.ts';
import { count } from '../../lib/format.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { ScrollBox } from '../../parts/scroll-box.tsx';
import { urlOf } from '../../state/api.ts';
import { useLoad } from '../../state/load.ts';

const SHOWN = 100;
/** Bytes to download: enough for the rows shown, without the rest of a long file. */
const BYTES = 200_000;

interface Props {
  readonly id: string;
  /** The number of rejected rows; `undefined`: unknown, because the import failed. */
  readonly rejected: number | undefined;
}

/** The first rejected rows with their reasons. */
export function Rejects({ id, rejected }: Props) {
  const loaded = useLoad(`rejects ${id}`, async (signal) => {
    const response = await fetch(urlOf('GET /api/v1/imports/{id}/rejects', { path: { id } }), { signal });
    if (response.status === 404) return [];
    if (!response.ok || response.body === null) throw new Error(`the server answered ${response.status}`);
    return csvRows(await beginningOf(response.body)).slice(1, SHOWN + 1);
  });
  return (
    <Loaded of={loaded} what="the rejected rows">
      {(rows) =>
        rows.length === 0 ? (
          <p class="small quiet">It failed before any row was rejected.</p>
        ) : (
          <RejectTable rows={rows} rejected={rejected} />
        )
      }
    </Loaded>
  );
}

interface TableProps extends Pick<Props, 'rejected'> {
  readonly rows: readonly (readonly string[])[];
}

function RejectTable({ rows, rejected }: TableProps) {
  return (
    <ScrollBox label="Rejected rows" short>
      <table>
        <thead>
          <tr>
            <th class="number">Line</th>
            <th>Reason</th>
            <th>Row</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([, line, reason, row]) => (
            <tr key={line}>
              <td class="number">{line}</td>
              <td>{reason}</td>
              <td class="code">{row}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {rejected !== undefined && rejected > SHOWN && (
        <p class="small quiet">
          The first {count(SHOWN)} of {count(rejected)}.
        </p>
      )}
    </ScrollBox>
  );
}

async function beginningOf(body: ReadableStream<Uint8Array>): Promise<string> {
  let text = '';
  const reader = body.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>).getReader();
  while (text.length < BYTES) {
    const { done, value } = await reader.read();
    if (done) return text;
    text += value;
  }
  await reader.cancel();
  return text.slice(0, text.lastIndexOf('\n') + 1);
}
