import { asSentence } from '../lib/field-words.ts';
import { reasonOf } from '../state/api.ts';

/** Why an action of the user failed, announced to screen readers at once. */
export function Failure({ error }: { readonly error: unknown }) {
  if (error === undefined) return null;
  return (
    <p class="banner" data-kind="trouble" role="alert">
      {asSentence(reasonOf(error))}
    </p>
  );
}
