/** What stands in place of a last check within two polling intervals. */
export function noCheckWords({ first_poll }: { readonly first_poll: unknown }): string {
  return first_poll === null ? 'Never checked' : 'No recent check';
}
