import type { Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface Props {
  readonly label: string;
  readonly type?: 'text' | 'password' | 'date' | 'datetime-local';
  readonly name?: string;
  readonly required?: boolean;
  readonly minLength?: number;
  readonly min?: string;
  readonly autoComplete?: 'off' | 'username' | 'current-password' | 'new-password' | 'one-time-code';
  readonly value: Signal<string>;
  readonly hint?: string | undefined;
  /** What is wrong with it. */
  readonly wrong?: string | undefined;
}

/** A labelled input that keeps a signal. */
export function Field({ label, value, hint, wrong, type = 'text', ...rest }: Props) {
  const id = useId();
  const told = wrong ?? hint;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        {...rest}
        // Preact's types tell inputs apart by their type; this one may be of several.
        type={type as 'text'}
        id={id}
        value={value.value}
        aria-invalid={wrong !== undefined || undefined}
        aria-describedby={told === undefined ? undefined : `${id}-told`}
        onInput={({ currentTarget }) => {
          value.value = currentTarget.value;
        }}
      />
      {told !== undefined && (
        <small id={`${id}-told`} class={wrong === undefined ? undefined : 'wrong'}>
          {told}
        </small>
      )}
    </div>
  );
}

/** A box to tick that keeps a signal. */
export function Tick({ value, children }: { readonly value: Signal<boolean>; readonly children: ComponentChildren }) {
  return (
    <label class="tick">
      <input
        type="checkbox"
        checked={value.value}
        onChange={({ currentTarget }) => {
          value.value = currentTarget.checked;
        }}
      />
      <span>{children}</span>
    </label>
  );
}
