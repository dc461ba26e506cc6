import type { Report } from '../../../api/schema.ts';

type Method = Report['estimator'];

/** How the state between two checks is estimated. */
export const METHODS: readonly { readonly name: Method; readonly words: string }[] = [
  { name: 'nearest', words: 'Nearest check' },
  { name: 'markov', words: 'Statistical estimate' },
];

/** A method in words, as the form names it. */
export function methodWords(method: Method): string {
  return METHODS.find(({ name }) => name === method)?.words ?? method;
}
