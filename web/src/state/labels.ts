import { at, hereWith, params, path } from './place.ts';

/** The labels by which the list of stores is filtered, each as `key:value`; kept in the URL. */
export function chosenLabels(): string[] {
  return params('label').filter((label) => label.indexOf(':') > 0);
}

/** Pages with a list of stores that a label filters. */
const FILTERED = ['/', '/stores'];

/** The list with only the stores that have this label, too, or once more without it; elsewhere, the fleet. */
export function labelHref(key: string, value: string): string {
  const label = `${key}:${value}`;
  if (!FILTERED.includes(path.value)) return at(`/?label=${encodeURIComponent(label)}`);
  const chosen = chosenLabels();
  return hereWith({ label: chosen.includes(label) ? chosen.filter((one) => one !== label) : [...chosen, label] });
}
