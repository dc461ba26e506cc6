import type { AnchorHTMLAttributes, ComponentChildren } from 'preact';
import { go, goBack, wayBack } from '../state/place.ts';
import { Icon } from './icons.tsx';

type Props = AnchorHTMLAttributes<HTMLAnchorElement> & {
  readonly href: string;
  /** Called instead of showing `href`. */
  readonly follow?: () => void;
};

/** A link within the dashboard. */
export function Link({ href, follow = () => go(href), onClick, ...rest }: Props) {
  return (
    <a
      {...rest}
      href={href}
      onClick={(event) => {
        onClick?.call(event.currentTarget, event);
        const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button !== 0;
        if (elsewhere || event.defaultPrevented) return;
        event.preventDefault();
        follow();
      }}
    />
  );
}

interface BackProps {
  /** The path of the list, perhaps with the displayed instant. */
  readonly to: string;
  readonly children: ComponentChildren;
}

/** A link back to a list: where the user left it, if they came from there. */
export function BackLink({ to, children }: BackProps) {
  return (
    <Link class="back small" href={wayBack(to)} follow={() => goBack(to)}>
      <Icon name="back" /> {children}
    </Link>
  );
}
