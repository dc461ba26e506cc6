import type { Store } from '../../../api/schema.ts';
import { csvRows } from '../../lib/csv.ts';
import { count } from '../../lib/format.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { ScrollBox } from '../../parts/scroll-box.tsx';
import { StoreName } from '../../parts/store-name.tsx';
import { call, urlOf } from '../../state/api.ts';
import { useLoad } from '../../state/load.ts';
import { may } from '../../state/session.ts';

const SHOWN = 100;
/** No store has a longer ID. */
const ID_LENGTH = 200;
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
    if (response.status === 404) return { rows: [], stores: new Map<string, Store>() };
    if (!response.ok || response.body === null) throw new Error(`the server answered ${response.status}`);
    const rows = csvRows(await beginningOf(response.body)).slice(1, SHOWN + 1);
    return { rows, stores: await storesOf(rows, signal) };
  });
  return (
    <Loaded of={loaded} what="the rejected rows">
      {({ rows, stores }) =>
        rows.length === 0 ? (
          <p class="small quiet">It failed before any row was rejected.</p>
        ) : (
          <RejectTable rows={rows} stores={stores} rejected={rejected} />
        )
      }
    </Loaded>
  );
}

/** The known stores of the rows, by ID. Nearly every file has the ID in its first column. */
async function storesOf(rows: readonly (readonly string[])[], signal: AbortSignal): Promise<Map<string, Store>> {
  const ids = [...new Set(rows.map(idOf))].filter((id) => id !== '' && id.length <= ID_LENGTH);
  if (ids.length === 0 || !may('stores:read')) return new Map();
  const { items } = await call('GET /api/v1/stores', { query: { store_id: ids, sort: 'id', limit: SHOWN }, signal });
  return new Map(items.map((store) => [store.store_id, store]));
}

function idOf([, , , row = '']: readonly string[]): string {
  return (csvRows(row.replace(/[;\t|]/g, ','))[0]?.[0] ?? '').trim();
}

interface TableProps extends Pick<Props, 'rejected'> {
  readonly stores: ReadonlyMap<string, Store>;
  readonly rows: readonly (readonly string[])[];
}

function RejectTable({ rows, stores, rejected }: TableProps) {
  return (
    <ScrollBox label="Rejected rows" short>
      <table>
        <thead>
          <tr>
            <th class="number">Line</th>
            {stores.size > 0 && <th>Store</th>}
            <th>Reason</th>
            <th>Row</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((fields) => {
            const [, line, reason, row] = fields;
            const store = stores.get(idOf(fields));
            return (
              <tr key={line}>
                <td class="number">{line}</td>
                {stores.size > 0 && (
                  <td>
                    {store !== undefined && <StoreName id={store.store_id} name={store.name} />}{' '}
                    <span class="quiet">{store?.labels.brand}</span>
                  </td>
                )}
                <td>{reason}</td>
                <td class="code">{row}</td>
              </tr>
            );
          })}
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
