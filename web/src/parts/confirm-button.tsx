import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useSubmit } from '../state/submit.ts';
import { Failure } from './failure.tsx';

interface Props {
  /** The button that asks. */
  readonly words: ComponentChildren;
  /** What will happen. */
  readonly question: ComponentChildren;
  /** The button that does it. */
  readonly confirm: string;
  readonly action: () => Promise<unknown>;
}

/** A button for an action that needs a second click. */
export function ConfirmButton({ words, question, confirm, action }: Props) {
  const asking = useSignal(false);
  const { busy, error, run } = useSubmit();
  if (!asking.value) {
    return (
      <button type="button" class="button" onClick={() => (asking.value = true)}>
        {words}
      </button>
    );
  }
  return (
    <div class="confirm" role="group">
      <p>{question}</p>
      <Failure error={error} />
      <div class="actions">
        <button type="button" class="button main" aria-disabled={busy} onClick={() => run(action)}>
          {confirm}
        </button>
        <button type="button" class="button plain" onClick={() => (asking.value = false)}>
          Cancel
        </button>
      </div>
    </div>
  );
}
