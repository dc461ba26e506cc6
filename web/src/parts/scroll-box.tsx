import type { ComponentChildren } from 'preact';
import { classes } from '../lib/classes.ts';

interface Props {
  /** Names the content, for screen readers. */
  readonly label: string;
  /** Whether it also scrolls vertically, instead of with the page. */
  readonly short?: boolean;
  readonly children: ComponentChildren;
}

/** A container for content wider than the screen, which the keyboard can focus and scroll. */
export function ScrollBox({ label, short = false, children }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: keyboard users scroll it with the arrow keys
    <section class={classes('scroll-x', short && 'short')} aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
