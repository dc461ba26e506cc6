import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { Import } from '../../../api/schema.ts';
import { VIEWER_ZONE } from '../../lib/clock.ts';
import { counted } from '../../lib/format.ts';
import { upload } from '../../lib/upload.ts';
import { Field } from '../../parts/field.tsx';
import { Icon } from '../../parts/icons.tsx';
import { reasonOf, urlOf } from '../../state/api.ts';
import { type Feed, feedOf, feedOfHeader, hasEffect } from './feeds.ts';
import { type Chosen, FileLine } from './file-line.tsx';

/** Of a file, enough for its first line. */
const HEADER_BYTES = 8_192;

/** Drop or choose files, review them, and upload them. */
export function DropFiles({ onSent }: { readonly onSent: () => void }) {
  const picker = useRef<HTMLInputElement>(null);
  const files = useSignal<readonly Chosen[]>([]);
  const over = useSignal(false);
  const dryRun = useSignal(false);
  const strict = useSignal(false);
  const from = useSignal('');
  const busy = useSignal(false);

  const add = (list: FileList | null | undefined) => {
    const chosen = [...(list ?? [])].map(
      (file): Chosen => ({ file, feed: feedOf(file.name), sent: undefined, failure: undefined }),
    );
    files.value = [...files.value, ...chosen];
    for (const { file } of chosen) void guess(file);
  };
  /** The columns of a file say more than its name. */
  const guess = async (file: File) => {
    if (!/\.(csv|txt)$/i.test(file.name)) return;
    const [header = ''] = (await file.slice(0, HEADER_BYTES).text()).split(/[\r\n]/, 1);
    const feed = feedOfHeader(header);
    if (feed !== undefined) change(file, { feed });
  };
  const change = (file: File, part: Partial<Chosen>) => {
    files.value = files.value.map((one) => (one.file === file ? { ...one, ...part } : one));
  };
  const sendOne = async ({ file, feed }: Chosen) => {
    const query = {
      feed,
      file_name: file.name.slice(0, 200),
      dry_run: dryRun.value || undefined,
      strict: strict.value || undefined,
      effective_from: effectFor(feed, from.value),
    };
    try {
      await upload<Import>(urlOf('POST /api/v1/imports', { query, body: file }), file, (sent) =>
        change(file, { sent }),
      );
      files.value = files.value.filter((one) => one.file !== file);
      onSent();
    } catch (error) {
      change(file, { sent: undefined, failure: reasonOf(error) });
    }
  };
  const sendAll = async () => {
    if (busy.peek()) return;
    busy.value = true;
    for (const chosen of files.value) await sendOne({ ...chosen, failure: undefined });
    busy.value = false;
  };

  const some = files.value.length > 0;
  return (
    <section class="card drop" aria-label="Import files">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping needs a mouse; keyboard users have the button inside */}
      <div
        class="drop-zone"
        data-over={over.value || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          over.value = true;
        }}
        onDragLeave={() => {
          over.value = false;
        }}
        onDrop={(event) => {
          event.preventDefault();
          over.value = false;
          add(event.dataTransfer?.files);
        }}
      >
        <Icon name="imports" />
        <p>
          <strong>Drop files here</strong>
          <span class="quiet"> or </span>
          <button type="button" class="button" onClick={() => picker.current?.click()}>
            Choose files
          </button>
        </p>
        <input
          ref={picker}
          class="unseen"
          type="file"
          multiple
          tabIndex={-1}
          aria-label="Files to import"
          accept=".csv,.gz,.parquet,.txt"
          onChange={({ currentTarget }) => {
            add(currentTarget.files);
            currentTarget.value = '';
          }}
        />
        <p class="small quiet">
          The kind of data is guessed from the columns of a CSV file, or from its name. Check it before you import.
        </p>
      </div>
      {some && (
        <>
          <ul class="file-lines">
            {files.value.map((chosen) => (
              <FileLine
                key={chosen.file.name}
                chosen={chosen}
                onFeed={(feed) => change(chosen.file, { feed })}
                onRemove={() => {
                  files.value = files.value.filter((one) => one !== chosen);
                }}
              />
            ))}
          </ul>
          <div class="drop-options">
            <label class="tick">
              <input
                type="checkbox"
                checked={dryRun.value}
                onChange={({ currentTarget }) => (dryRun.value = currentTarget.checked)}
              />
              Preview only (no changes)
            </label>
            <label class="tick">
              <input
                type="checkbox"
                checked={strict.value}
                onChange={({ currentTarget }) => (strict.value = currentTarget.checked)}
              />
              Strict: reject a file with any bad row
            </label>
            {files.value.some(({ feed }) => hasEffect(feed)) && (
              <Field
                label={`Effective from, in ${VIEWER_ZONE}`}
                type="datetime-local"
                value={from}
                hint="For changed hours and time zones. Leave empty to use the time of the import. The first hours of a store also apply to all earlier time."
              />
            )}
            <button type="button" class="button main" aria-disabled={busy.value} onClick={sendAll}>
              {busy.value
                ? 'Uploading…'
                : `${dryRun.value ? 'Preview' : 'Import'} ${counted(files.value.length, 'file')}`}
            </button>
          </div>
        </>
      )}
    </section>
  );
}

function effectFor(feed: Feed, from: string): string | undefined {
  return from === '' || !hasEffect(feed) ? undefined : new Date(from).toISOString();
}
