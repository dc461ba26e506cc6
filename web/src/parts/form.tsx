import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { useSubmit } from '../state/submit.ts';
import { Failure } from './failure.tsx';

interface Props {
  readonly class: string;
  readonly save: () => Promise<unknown>;
  /** The label of the submit button. */
  readonly button: ComponentChildren;
  readonly onCancel?: () => void;
  /** What the form is about, if it can be replaced: then the last failure no longer applies. */
  readonly subject?: unknown;
  readonly children: ComponentChildren;
}

/** A form with its fields, the reason why it failed, and its buttons. */
export function Form({ class: name, save, button, onCancel, subject, children }: Props) {
  const { busy, error, run, clear } = useSubmit();
  useEffect(clear, [subject]);
  return (
    <form
      class={name}
      onSubmit={(event) => {
        event.preventDefault();
        run(save);
      }}
    >
      {children}
      <Failure error={error} />
      <div class="actions">
        <button type="submit" class="button main" aria-disabled={busy}>
          {button}
        </button>
        {onCancel !== undefined && (
          <button type="button" class="button plain" onClick={onCancel}>
            Cancel
          </button>
        )}
      </div>
    </form>
  );
}
