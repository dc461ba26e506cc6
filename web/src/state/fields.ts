import { type Signal, signal } from '@preact/signals';
import { useRef } from 'preact/hooks';

/** The values of a form, each a signal. */
export type Fields<T> = { readonly [K in keyof T]: Signal<T[K]> };

/** @param initial the values at first */
export function useFields<T extends object>(initial: T): Fields<T> {
  const fields = useRef<Fields<T>>(undefined);
  fields.current ??= Object.fromEntries(
    Object.entries(initial).map(([name, value]) => [name, signal(value)]),
  ) as Fields<T>;
  return fields.current;
}

/** The present values. */
export function valuesOf<T extends object>(fields: Fields<T>): T {
  return Object.fromEntries(
    Object.entries<Signal<unknown>>(fields as Fields<Record<string, unknown>>).map(([name, { value }]) => [
      name,
      value,
    ]),
  ) as T;
}
