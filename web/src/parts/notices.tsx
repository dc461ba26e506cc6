import type { ComponentChildren } from 'preact';
import { asSentence } from '../lib/field-words.ts';
import { ApiError, isGone, reasonOf } from '../state/api.ts';

/** A placeholder while something loads. */
export function Loading({ what }: { readonly what: string }) {
  return (
    <div class="loading" role="status">
      <span class="unseen">Loading {what}…</span>
      <i />
      <i />
      <i />
    </div>
  );
}

interface TroubleProps {
  readonly error: unknown;
  readonly title?: string;
  readonly retry?: (() => void) | undefined;
  /** The words of the button; by default *Try again*. */
  readonly retryWords?: string;
}

/** Shown in place of what failed to load: the reason, and what to do. */
export function Trouble({ error, title, retry, retryWords = 'Try again' }: TroubleProps) {
  const status = error instanceof ApiError ? error.status : undefined;
  if (status === 403) return <NoAccess />;
  return (
    <div class="banner" data-kind="trouble" role="alert">
      <div>
        <h3>{title ?? (isGone(error) ? 'The server does not respond' : 'Something went wrong')}</h3>
        <p class="small">
          {asSentence(reasonOf(error))}
          {isGone(error) && ' Retrying automatically.'}
        </p>
      </div>
      {retry !== undefined && (
        <button type="button" class="button" onClick={retry}>
          {retryWords}
        </button>
      )}
    </div>
  );
}

/** Shown in place of what loads as soon as the server can be reached again. */
export function Waiting() {
  return (
    <p class="banner" data-kind="trouble" role="status">
      The server cannot be reached. Retrying automatically.
    </p>
  );
}

/** Shown in place of what the user's role does not include. */
export function NoAccess({ whole = false, children }: Pick<EmptyProps, 'whole' | 'children'>) {
  return (
    <Empty title="You don't have access" whole={whole}>
      <p>Your role does not include it. An admin can give you another one.</p>
      {children}
    </Empty>
  );
}

interface EmptyProps {
  readonly title: string;
  /** It is all of the page, so its title is that of the page. */
  readonly whole?: boolean;
  readonly children?: ComponentChildren;
}

/** Shown in place of an empty list or page: the reason, and what to do next. */
export function Empty({ title, whole = false, children }: EmptyProps) {
  return (
    <div class="empty">
      {whole ? <h1>{title}</h1> : <h2>{title}</h2>}
      {children}
    </div>
  );
}
