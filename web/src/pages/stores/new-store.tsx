import { useSignal } from '@preact/signals';
import { Field } from '../../parts/field.tsx';
import { Form } from '../../parts/form.tsx';
import { bodyOf, StoreFields, useStoreDraft } from '../../parts/store-fields.tsx';
import { ApiError, call } from '../../state/api.ts';
import { faultOf } from '../../state/field-errors.ts';
import { useUnsavedValues } from '../../state/unsaved.ts';

/** A form that creates a store. */
export function NewStore({ onDone }: { readonly onDone: (words: string | undefined) => void }) {
  const id = useSignal('');
  const draft = useStoreDraft();
  const error = useSignal<unknown>(undefined);
  useUnsavedValues(JSON.stringify([id.value, bodyOf(draft)]));
  const save = async () => {
    const given = id.value.trim();
    try {
      const { store_id, name } = await call('POST /api/v1/stores', {
        body: { ...bodyOf(draft), ...(given !== '' && { store_id: given }) },
      });
      onDone(`Created ${name ?? store_id}.`);
    } catch (failure) {
      error.value = failure;
      throw failure;
    }
  };
  const taken = error.value instanceof ApiError && error.value.status === 409 ? error.value.problem.detail : undefined;
  return (
    <Form class="card form new-store" save={save} button="Create store" onCancel={() => onDone(undefined)}>
      <h2>New store</h2>
      <Field
        label="ID"
        value={id}
        autoComplete="off"
        hint="As in the polls. Cannot be changed later. If empty, one is generated."
        wrong={taken ?? faultOf(error.value, 'store_id')}
      />
      <StoreFields draft={draft} error={error.value} />
    </Form>
  );
}
