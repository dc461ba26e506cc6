import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { classes } from '../../lib/classes.ts';

/** What an input or a list needs to be named, and to say what is wrong with it. */
interface Named {
  readonly id: string;
  readonly 'aria-invalid': true | undefined;
  readonly 'aria-describedby': string | undefined;
}

interface FieldProps {
  readonly label: string;
  readonly isWide?: boolean;
  readonly hint?: string | undefined;
  /** Why the value is invalid. */
  readonly wrong: string | undefined;
  readonly children: (named: Named) => ComponentChildren;
}

function NamedField({ label, isWide = false, hint, wrong, children }: FieldProps) {
  const id = useId();
  const note = wrong ?? hint;
  return (
    <div class={classes('field', isWide && 'wide')}>
      <label for={id}>{label}</label>
      {children({
        id,
        'aria-invalid': wrong !== undefined || undefined,
        'aria-describedby': note === undefined ? undefined : `${id}-note`,
      })}
      {note !== undefined && (
        <small id={`${id}-note`} class={wrong === undefined ? undefined : 'wrong'}>
          {note}
        </small>
      )}
    </div>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly choices: readonly { readonly value: string; readonly words: string }[];
  readonly wrong: string | undefined;
  readonly onChange: (value: string) => void;
}

/** A choice of one of several values; one that the address has and nobody can choose is listed, too. */
export function Choice({ label, value, choices, wrong, onChange }: ChoiceProps) {
  const isKnown = choices.some((choice) => choice.value === value);
  return (
    <NamedField label={label} wrong={wrong}>
      {(named) => (
        <select {...named} value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
          {!isKnown && <option value={value}>{value}</option>}
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.words}
            </option>
          ))}
        </select>
      )}
    </NamedField>
  );
}

interface InputProps {
  readonly label: string;
  readonly type: 'date' | 'month' | 'week' | 'text';
  readonly value: string;
  readonly isWide?: boolean;
  readonly hint?: string;
  readonly wrong: string | undefined;
  readonly onChange: (value: string) => void;
}

/** An input whose value counts when the reader has left it, or has chosen it in a calendar. */
export function Input({ label, type, value, onChange, ...rest }: InputProps) {
  // What is being typed stays when figures arrive meanwhile.
  const typed = useSignal<string | undefined>(undefined);
  return (
    <NamedField label={label} {...rest}>
      {(named) => (
        <input
          {...named}
          // Preact types each kind of input separately; this one may be any of several.
          type={type as 'text'}
          value={typed.value ?? value}
          onInput={({ currentTarget }) => (typed.value = currentTarget.value)}
          onChange={({ currentTarget }) => {
            typed.value = undefined;
            onChange(currentTarget.value.trim());
          }}
        />
      )}
    </NamedField>
  );
}
