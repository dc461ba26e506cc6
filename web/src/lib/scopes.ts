/** Scopes under their present names alone: the server also sends earlier ones. */
export function presentScopes<S extends string>(scopes: readonly S[]): S[] {
  return scopes.filter((scope) => !scope.startsWith('people:'));
}
