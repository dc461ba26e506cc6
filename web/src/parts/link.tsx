import type { AnchorHTMLAttributes } from 'preact';
import { go } from '../state/place.ts';

/** A link within the dashboard. */
export function Link({ href, onClick, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { readonly href: string }) {
  return (
    <a
      {...rest}
      href={href}
      onClick={(event) => {
        onClick?.call(event.currentTarget, event);
        const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button !== 0;
        if (elsewhere || event.defaultPrevented) return;
        event.preventDefault();
        go(href);
      }}
    />
  );
}
