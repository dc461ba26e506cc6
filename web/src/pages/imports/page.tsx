import type { Import } from '../../../api/schema.ts';
import { LoadedList } from '../../parts/loaded-list.tsx';
import { Empty } from '../../parts/notices.tsx';
import { call } from '../../state/api.ts';
import { usePages } from '../../state/pages.ts';
import { may } from '../../state/session.ts';
import { DropFiles } from './drop-files.tsx';
import { ImportCard } from './import-card.tsx';
import { Sources } from './sources.tsx';
import './imports.css';

/** Uploading files, synced sources, and the history of imports. */
export default function ImportsPage() {
  const { list, more, reload } = usePages<Import>('imports', (cursor, signal) =>
    call('GET /api/v1/imports', { query: { limit: 50, cursor }, signal }),
  );
  return (
    <>
      <header class="head">
        <div>
          <h1>Imports</h1>
          <p class="quiet">
            Polls, business hours, time zones, special hours and stores, as CSV, gzipped CSV or Parquet.
          </p>
        </div>
      </header>
      {may('imports:write') && <DropFiles onSent={reload} />}
      {may('imports:read') && <Sources />}
      <section class="section" aria-labelledby="imports">
        <header>
          <h2 id="imports">Import history</h2>
        </header>
        <LoadedList
          of={list}
          reload={reload}
          what="imports"
          empty={
            <Empty title="No uploads yet">
              <p>
                Imports are all-or-nothing, and repeating one changes nothing. Bad rows are rejected and listed; a file
                with mostly bad rows is not imported. Imports on the command line and syncs are not listed here.
              </p>
            </Empty>
          }
        >
          {(imports) => (
            <ol class="imports">
              {imports.map((one) => (
                <li key={one.import_id}>
                  <ImportCard record={one} onEnd={reload} />
                </li>
              ))}
            </ol>
          )}
        </LoadedList>
        {list.next !== null && (
          <button type="button" class="button" onClick={more}>
            Earlier imports
          </button>
        )}
      </section>
    </>
  );
}
