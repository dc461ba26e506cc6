import type { ComponentChildren } from 'preact';
import { ApiError, isGone, reasonOf } from '../state/api.ts';

/** A placeholder while something loads. */
export function Loading({ what }: { readonly what: string }) {
  return (
    <div class="loading" role="status">
      <span class="unseen">Loading {what} …</span>
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
}

/** Shown in place of what failed to load: the reason, and what to do. */
export function Trouble({ error, title, retry }: TroubleProps) {
  const status = error instanceof ApiError ? error.status : undefined;
  if (status === 403) {
    return (
      <Empty title="This is not yours to see">
        <p>Your role does not include it. An admin can give you another one.</p>
      </Empty>
    );
  }
  return (
    <div class="banner" data-kind="trouble" role="alert">
      <div>
        <h3>{title ?? (isGone(error) ? 'The server does not answer' : 'That did not work')}</h3>
        <p class="small">
          {reasonOf(error)}
          {isGone(error) && ' It is tried again by itself.'}
        </p>
      </div>
      {retry !== undefined && (
        <button type="button" class="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Shown in place of an empty list: the reason, and what to do next. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ComponentChildren }) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}
