import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { at, go } from '../state/place.ts';
import { listenToKeys, overlay } from '../state/shortcuts.ts';
import { later } from './later.tsx';
import { places } from './places.ts';

const Palette = later('the search', () => import('./palette/palette.tsx'));
const Shortcuts = later('the shortcuts', () => import('./palette/shortcuts.tsx'));

/** The shortcuts of all pages, and the dialogs that they open. */
export function Overlay() {
  useEffect(() => {
    const stop = listenToKeys((key) => {
      const place = places().find((one) => one.key === key);
      if (place !== undefined) go(at(place.href));
      return place !== undefined;
    });
    return () => {
      stop();
      overlay.value = undefined;
    };
  }, []);
  const { value } = overlay;
  if (value === undefined) return null;
  return value === 'palette' ? <Palette /> : <Shortcuts />;
}

interface OverlayDialogProps {
  readonly kind: NonNullable<typeof overlay.value>;
  readonly labelledBy: string;
  /** Gets what closes the dialog. Focus is back where it was after that. */
  readonly children: (close: () => void) => ComponentChildren;
}

/** A modal dialog, which a click beside it closes. */
export function OverlayDialog({ kind, labelledBy, children }: OverlayDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  // It gives the focus to its first control.
  useEffect(() => dialog.current?.showModal(), []);
  const closed = () => {
    // One dialog may have opened the other.
    if (overlay.peek() === kind) overlay.value = undefined;
  };
  // At once: the event `close` comes later, perhaps after the next key.
  const close = () => {
    dialog.current?.close();
    closed();
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog
    <dialog
      ref={dialog}
      class={kind}
      aria-labelledby={labelledBy}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onClose={({ currentTarget }) => {
        // The event of a dialog that is gone may come when the next one is open.
        if (currentTarget.isConnected) closed();
      }}
      onClick={({ target, currentTarget }) => {
        if (target === currentTarget) close();
      }}
    >
      <div>{children(close)}</div>
    </dialog>
  );
}
