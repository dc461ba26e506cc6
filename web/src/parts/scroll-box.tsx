import type { ComponentChildren } from 'preact';
import { classes } from '../lib/classes.ts';

interface Props {
  /** What is in it. */
  readonly label: string;
  /** Whether it scrolls downwards as well, and not with the page. */
  readonly short?: boolean;
  readonly children: ComponentChildren;
}

/** What may be wider than the screen; with the keyboard, one can go in and scroll. */
export function ScrollBox({ label, short = false, children }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse scrolls it by the arrow keys
    <section class={classes('scroll-x', short && 'short')} aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
