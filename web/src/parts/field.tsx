import type { Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface Props {
  readonly label: string;
  readonly type?: 'text' | 'email' | 'password' | 'date' | 'datetime-local' | 'time' | 'number';
  readonly name?: string;
  readonly required?: boolean;
  readonly minLength?: number;
  readonly min?: string;
  readonly max?: string;
  readonly step?: string;
  readonly autoComplete?: 'off' | 'username' | 'current-password' | 'new-password' | 'one-time-code';
  readonly placeholder?: string;
  /** Suggestions; other values are possible. */
  readonly options?: readonly string[] | undefined;
  readonly value: Signal<string>;
  readonly hint?: string | undefined;
  /** Why the value is invalid. */
  readonly wrong?: string | undefined;
}

/** A labeled input bound to a signal. */
export function Field({ label, value, hint, wrong, options, type = 'text', ...rest }: Props) {
  const id = useId();
  const note = wrong ?? hint;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        {...rest}
        // Preact types each kind of input separately; this one may be any of several.
        type={type as 'text'}
        id={id}
        list={options === undefined ? undefined : `${id}-options`}
        value={value.value}
        aria-invalid={wrong !== undefined || undefined}
        aria-describedby={note === undefined ? undefined : `${id}-note`}
        onInput={({ currentTarget }) => {
          value.value = currentTarget.value;
        }}
      />
      {options !== undefined && (
        <datalist id={`${id}-options`}>
          {options.map((option) => (
            <option key={option} value={option} />
          ))}
        </datalist>
      )}
      {note !== undefined && (
        <small id={`${id}-note`} class={wrong === undefined ? undefined : 'wrong'}>
          {note}
        </small>
      )}
    </div>
  );
}

interface TextAreaProps {
  readonly label: string;
  readonly value: Signal<string>;
  readonly required?: boolean;
  readonly rows?: number;
  readonly hint?: string | undefined;
  /** Why the value is invalid. */
  readonly wrong?: string | undefined;
}

/** A labeled input of several lines, bound to a signal. */
export function TextArea({ label, value, hint, wrong, rows = 3, ...rest }: TextAreaProps) {
  const id = useId();
  const note = wrong ?? hint;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <textarea
        {...rest}
        id={id}
        rows={rows}
        value={value.value}
        aria-invalid={wrong !== undefined || undefined}
        aria-describedby={note === undefined ? undefined : `${id}-note`}
        onInput={({ currentTarget }) => {
          value.value = currentTarget.value;
        }}
      />
      {note !== undefined && (
        <small id={`${id}-note`} class={wrong === undefined ? undefined : 'wrong'}>
          {note}
        </small>
      )}
    </div>
  );
}

interface NewPasswordProps {
  readonly label?: string;
  readonly value: Signal<string>;
  /** What else there is to know, after the length. */
  readonly hint?: string;
}

/** A required input for a password that is to be set. */
export function NewPasswordField({ label = 'New password', value, hint }: NewPasswordProps) {
  return (
    <Field
      label={label}
      type="password"
      value={value}
      required
      minLength={12}
      autoComplete="new-password"
      hint={['At least 12 characters.', hint].filter(Boolean).join(' ')}
    />
  );
}

/** A checkbox bound to a signal. */
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
