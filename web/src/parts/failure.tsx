/** What went wrong with a form, told at once to whoever reads by ear. */
export function Failure({ reason }: { readonly reason: string | undefined }) {
  if (reason === undefined) return null;
  return (
    <p class="banner" data-kind="trouble" role="alert">
      {reason}
    </p>
  );
}
