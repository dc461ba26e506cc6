/** Reloads of the page that must not repeat, kept for the tab. */

const keyOf = (reason: string) => `reloaded for ${reason}`;

/**
 * Reloads the page, unless it was reloaded for the same reason and `reloadHelped` was not called since.
 *
 * @returns whether the page reloads
 */
export function reloadOnce(reason: string): boolean {
  try {
    if (sessionStorage.getItem(keyOf(reason)) !== null) return false;
    sessionStorage.setItem(keyOf(reason), 'yes');
  } catch {
    // Without storage, nothing would stop a second reload.
    return false;
  }
  location.reload();
  return true;
}

/** Allows `reloadOnce` again: the reason is gone. */
export function reloadHelped(reason: string): void {
  try {
    sessionStorage.removeItem(keyOf(reason));
  } catch {
    // Without storage, there was no reload.
  }
}
