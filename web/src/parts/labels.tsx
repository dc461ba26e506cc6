import { chosenLabels, labelHref } from '../state/labels.ts';
import { Link } from './link.tsx';

/** The labels of a store, each a link to the stores that share it. */
export function Labels({ labels }: { readonly labels: Readonly<Record<string, string>> }) {
  const chosen = chosenLabels();
  return (
    <>
      {Object.entries(labels).map(([key, value]) => {
        const isChosen = chosen.includes(`${key}:${value}`);
        return (
          <Link
            key={key}
            class="label"
            href={labelHref(key, value)}
            aria-current={isChosen || undefined}
            title={isChosen ? 'Remove this filter' : `Only stores with ${key}: ${value}`}
          >
            <span class="label-key">{key}:</span> {value}
          </Link>
        );
      })}
    </>
  );
}
