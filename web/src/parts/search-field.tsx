import { useSignal } from '@preact/signals';
import type { ComponentChildren, Ref } from 'preact';
import { useRef } from 'preact/hooks';
import { param, setParams } from '../state/place.ts';
import { Icon } from './icons.tsx';

/** Milliseconds between the last key press and the search. */
const PAUSE = 180;

interface Props {
  /** The query parameter that keeps it. */
  readonly name?: string;
  readonly label: string;
  readonly placeholder: string;
  readonly inputRef?: Ref<HTMLInputElement>;
  /** What stands behind the input. */
  readonly children?: ComponentChildren;
}

/** A search that is kept in the URL. */
export function SearchField({ name = 'search', label, placeholder, inputRef, children }: Props) {
  const typed = useSignal(param(name));
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  return (
    <label class="search">
      <span class="unseen">{label}</span>
      <Icon name="search" />
      <input
        ref={inputRef ?? null}
        type="search"
        placeholder={placeholder}
        value={typed.value}
        onInput={({ currentTarget: { value } }) => {
          typed.value = value;
          clearTimeout(timer.current);
          timer.current = setTimeout(() => setParams({ [name]: value.trim() }), PAUSE);
        }}
      />
      {children}
    </label>
  );
}
