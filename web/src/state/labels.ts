import { at, hereWith, params, path } from './place.ts';

/** The labels by which the list of stores is filtered, each as `key:value`; kept in the URL. */
export function chosenLabels(): string[] {
  return params('label').filter((label) => label.indexOf(':') > 0);
}

/** The fleet with only the stores that have this label, too; on the fleet page, once more without it. */
export function labelHref(key: string, value: string): string {
  const label = `${key}:${value}`;
  if (path.value !== '/') return at(`/?label=${encodeURIComponent(label)}`);
  const chosen = chosenLabels();
  return hereWith({ label: chosen.includes(label) ? chosen.filter((one) => one !== label) : [...chosen, label] });
}
