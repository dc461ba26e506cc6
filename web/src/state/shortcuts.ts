import { effect, signal } from '@preact/signals';

/** The dialog of shortcuts that is open. */
export const overlay = signal<'palette' | 'shortcuts' | undefined>(undefined);

const KEY = 'single-keys';

/** Whether single keys are shortcuts, too. People who use speech input turn them off. */
export const singleKeys = signal(localStorage.getItem(KEY) !== 'off');

effect(() => {
  if (singleKeys.value) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, 'off');
});

/** Milliseconds between the two keys of a sequence. */
const SEQUENCE = 1_500;

/** The modifier key of the palette, as keyboards of this system show it. */
export const COMMAND_KEY = /Mac|iPhone|iPad/.test(navigator.platform) ? '⌘' : 'Ctrl';

/** Whether the event is a single key that may act as a shortcut: not a part of typing, and not of a dialog. */
export function isSingleKey(event: KeyboardEvent): boolean {
  return singleKeys.peek() && !event.ctrlKey && !event.metaKey && !event.altKey && !isTaken(event);
}

function isTaken({ target, defaultPrevented }: KeyboardEvent): boolean {
  if (defaultPrevented || overlay.peek() !== undefined) return true;
  return target instanceof HTMLElement && target.closest('input, textarea, select, dialog') !== null;
}

/** Whether the event is Ctrl-K or Cmd-K. */
export function isCommandKey({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): boolean {
  return key.toLowerCase() === 'k' && ctrlKey !== metaKey && !altKey && !shiftKey;
}

/**
 * Listens to the shortcuts of all pages, and returns what ends that.
 *
 * @param goTo leads to the page of a key that was pressed after `g`; false: there is none
 */
export function listenToKeys(goTo: (key: string) => boolean): () => void {
  let began = Number.NEGATIVE_INFINITY;
  const onKey = (event: KeyboardEvent) => {
    if (isCommandKey(event) && !isTaken(event)) {
      event.preventDefault();
      overlay.value = 'palette';
      return;
    }
    if (!isSingleKey(event)) return;
    const second = event.timeStamp - began < SEQUENCE;
    began = Number.NEGATIVE_INFINITY;
    if (second && goTo(event.key)) event.preventDefault();
    else if (event.key === 'g') began = event.timeStamp;
    else if (event.key === '?') {
      event.preventDefault();
      overlay.value = 'shortcuts';
    }
  };
  addEventListener('keydown', onKey);
  return () => removeEventListener('keydown', onKey);
}
