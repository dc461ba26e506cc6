import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { SavedQuestion } from '../../../api/schema.ts';
import { type Asked, hrefOfQuestion, isShown, parametersOf } from '../../lib/analytics.ts';
import { ConfirmButton } from '../../parts/confirm-button.tsx';
import { Field, Tick } from '../../parts/field.tsx';
import { Form } from '../../parts/form.tsx';
import { Link } from '../../parts/link.tsx';
import { Trouble } from '../../parts/notices.tsx';
import { Instant } from '../../parts/time.tsx';
import { call } from '../../state/api.ts';
import { faultOf } from '../../state/field-errors.ts';
import { useLoad } from '../../state/load.ts';
import { at } from '../../state/place.ts';
import { isOwner, may } from '../../state/session.ts';
import { useUnsavedValues } from '../../state/unsaved.ts';
import { Subscriptions } from './subscriptions.tsx';

/** As many as there can be. */
const ALL = 500;

/** The questions that the team keeps: to open one and, for operators and admins, to save, rename and delete them. */
export function SavedQuestions({ asked }: { readonly asked: Asked }) {
  const { data, error, reload } = useLoad('saved questions', (signal) =>
    call('GET /api/v1/saved-questions', { query: { limit: ALL }, signal }),
  );
  const isOpen = useSignal(false);
  /** The ID of the question that is edited; `new`: the one of the page. */
  const editing = useSignal<string | undefined>(undefined);
  const save = useRef<HTMLButtonElement>(null);
  const mayEdit = may('reports:write') && !isOwner();
  if (error !== undefined && data === undefined) return <Trouble error={error} retry={reload} />;
  const items = data?.items.toSorted((a, b) => a.name.localeCompare(b.name)) ?? [];
  if (data === undefined || (items.length === 0 && !mayEdit)) return null;
  const done = (saved: boolean) => {
    editing.value = undefined;
    if (!saved) return;
    isOpen.value = true;
    reload();
  };
  const shown = items.find(({ question }) => isShown(question, asked));
  return (
    <section class="saved-questions" aria-label="Saved questions">
      <div class="row">
        {items.length > 0 && (
          <button
            type="button"
            class="button"
            aria-expanded={isOpen.value}
            onClick={() => (isOpen.value = !isOpen.value)}
          >
            Saved questions ({items.length})
          </button>
        )}
        {mayEdit && editing.value !== 'new' && (
          <button ref={save} type="button" class="button" onClick={() => (editing.value = 'new')}>
            Save this question
          </button>
        )}
        {shown !== undefined && <span class="quiet">{shown.name}</span>}
      </div>
      {editing.value === 'new' && (
        <QuestionForm
          asked={asked}
          onDone={(saved) => {
            done(saved);
            // The form with the focus is gone.
            setTimeout(() => save.current?.focus());
          }}
        />
      )}
      {isOpen.value && (
        <ul class="saved-list">
          {items.map((item) => (
            <li key={item.question_id}>
              {editing.value === item.question_id ? (
                <QuestionForm item={item} asked={asked} onDone={done} />
              ) : (
                <Item
                  item={item}
                  isShown={item === shown}
                  onEdit={mayEdit ? () => (editing.value = item.question_id) : undefined}
                  onChanged={reload}
                />
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

interface ItemProps {
  readonly item: SavedQuestion;
  readonly isShown: boolean;
  /** `undefined`: the user only opens it. */
  readonly onEdit: (() => void) | undefined;
  readonly onChanged: () => void;
}

function Item({ item, isShown: isCurrent, onEdit, onChanged }: ItemProps) {
  const { question_id, name, question, author, changed_at } = item;
  const isOpen = useSignal(false);
  return (
    <div class="saved-question">
      <p>
        <Link href={at(hrefOfQuestion(question))} aria-current={isCurrent || undefined}>
          {name}
        </Link>{' '}
        <span class="small quiet">
          {author} · <Instant utc={changed_at} as="date" />
        </span>
      </p>
      <div class="row">
        {may('reports:write') && may('alerts:read') && (
          <button
            type="button"
            class="button"
            aria-label={`Subscriptions to ${name}`}
            aria-expanded={isOpen.value}
            onClick={() => (isOpen.value = !isOpen.value)}
          >
            Subscriptions
          </button>
        )}
        {onEdit !== undefined && (
          <button type="button" class="button" aria-label={`Edit ${name}`} onClick={onEdit}>
            Edit
          </button>
        )}
        {onEdit !== undefined && (
          <ConfirmButton
            words={
              <>
                Delete<span class="unseen"> {name}</span>
              </>
            }
            question="It is deleted for everybody, with its subscriptions."
            confirm="Delete question"
            action={async () => {
              await call('DELETE /api/v1/saved-questions/{question_id}', { path: { question_id } });
              onChanged();
            }}
          />
        )}
      </div>
      {isOpen.value && <Subscriptions question={item} />}
    </div>
  );
}

interface FormProps {
  /** `undefined`: a new one. */
  readonly item?: SavedQuestion;
  readonly asked: Asked;
  readonly onDone: (saved: boolean) => void;
}

function QuestionForm({ item, asked, onDone }: FormProps) {
  const name = useSignal(item?.name ?? '');
  const replaces = useSignal(false);
  const error = useSignal<unknown>(undefined);
  const form = useRef<HTMLDivElement>(null);
  useUnsavedValues(JSON.stringify([name.value, replaces.value]));
  // With the text selected, so that typing replaces it.
  useLayoutEffect(() => form.current?.querySelector('input')?.select(), []);
  const save = async () => {
    error.value = undefined;
    const question = parametersOf(asked);
    try {
      if (item === undefined) await call('POST /api/v1/saved-questions', { body: { name: name.value, question } });
      else {
        const { question_id } = item;
        const body = { name: name.value, ...(replaces.value && { question }) };
        await call('PATCH /api/v1/saved-questions/{question_id}', { path: { question_id }, body });
      }
    } catch (failure) {
      error.value = failure;
      throw failure;
    }
    onDone(true);
  };
  return (
    <div ref={form}>
      <Form
        class="form card"
        save={save}
        button={item === undefined ? 'Save for the team' : 'Save changes'}
        onCancel={() => onDone(false)}
      >
        <Field
          label="Name"
          value={name}
          required
          autoComplete="off"
          hint="Such as: October by brand."
          wrong={faultOf(error.value, 'name')}
        />
        {item !== undefined && !isShown(item.question, asked) && (
          <Tick value={replaces}>Replace the question with the one shown on this page</Tick>
        )}
      </Form>
    </div>
  );
}
