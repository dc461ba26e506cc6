import { useSignal } from '@preact/signals';
import type { Store } from '../../../api/schema.ts';
import { ConfirmButton } from '../../parts/confirm-button.tsx';
import { Form } from '../../parts/form.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { bodyOf, StoreFields, useStoreDraft } from '../../parts/store-fields.tsx';
import { ApiError, call, send } from '../../state/api.ts';
import { useLoad } from '../../state/load.ts';
import { go } from '../../state/place.ts';
import { forgetUnsaved, useUnsavedValues } from '../../state/unsaved.ts';

/** Edits the name, time zone, labels and probe URL of a store, or deletes it. */
export function SettingsPart({ id, onSaved }: { readonly id: string; readonly onSaved: () => void }) {
  const path = { store_id: id };
  const loaded = useLoad(`settings ${id}`, (signal) => send('GET /api/v1/stores/{store_id}', { path, signal }));
  const saved = useSignal(false);
  return (
    <Loaded of={loaded} what="the settings">
      {({ data, etag }) => (
        <>
          {saved.value && (
            <p class="banner" role="status">
              Settings saved.
            </p>
          )}
          <SettingsForm
            key={etag}
            store={data}
            etag={etag}
            onSaved={() => {
              saved.value = true;
              loaded.reload();
              onSaved();
            }}
          />
          <section class="section" aria-labelledby="delete">
            <header>
              <h2 id="delete">Delete</h2>
            </header>
            <ConfirmButton
              words="Delete this store"
              question="It disappears from lists and reports. Its checks and hours are kept, and it can be restored on the Stores page."
              confirm="Delete"
              action={async () => {
                await call('DELETE /api/v1/stores/{store_id}', { path });
                forgetUnsaved();
                go('/stores');
              }}
            />
          </section>
        </>
      )}
    </Loaded>
  );
}

interface Props {
  readonly store: Store;
  /** The version as read, so that saving does not overwrite a concurrent change. */
  readonly etag: string | undefined;
  readonly onSaved: () => void;
}

function SettingsForm({ store, etag, onSaved }: Props) {
  const draft = useStoreDraft(store);
  const error = useSignal<unknown>(undefined);
  useUnsavedValues(JSON.stringify(bodyOf(draft)));
  const save = async () => {
    const { time_zone, ...body } = bodyOf(draft);
    try {
      await call('PATCH /api/v1/stores/{store_id}', {
        path: { store_id: store.store_id },
        headers: { 'if-match': etag },
        // An empty field says nothing about an unknown zone.
        body: time_zone === null && !store.zone_known ? body : { ...body, time_zone },
      });
    } catch (failure) {
      error.value = failure;
      if (!(failure instanceof ApiError && failure.status === 412)) throw failure;
      throw new Error('This store has been changed since you opened it. Reload the page to see the current values.');
    }
    // They are saved although the page still shows the version that was read.
    forgetUnsaved();
    onSaved();
  };
  return (
    <Form class="card form" save={save} button="Save settings">
      <StoreFields draft={draft} error={error.value} />
    </Form>
  );
}
