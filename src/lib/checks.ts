import { LIMITS } from './budgets.ts';
import { type FieldFault, UserError } from './errors.ts';

/**
 * Makes all checks of a request, so that it is refused with everything that is wrong and not only the first.
 *
 * @param checks each returns the checked value, or throws a UserError `invalid_input` with a field; any other error ends
 *   them
 * @returns the checked values by the same names
 * @throws UserError `invalid_input` with all faults
 */
export function checkAll<T extends object>(checks: { readonly [Name in keyof T]: () => T[Name] }): T {
  const names = Object.keys(checks) as (keyof T)[];
  const values = checkEach(names.map((name) => checks[name]));
  return Object.fromEntries(names.map((name, i) => [name, values[i]])) as T;
}

/** Like `checkAll`, for a list. Names no more faults than a response holds. */
export function checkEach<T>(checks: readonly (() => T)[]): T[] {
  const values: T[] = [];
  const faults: FieldFault[] = [];
  for (const check of checks) {
    try {
      values.push(check());
    } catch (error) {
      if (!(error instanceof UserError) || error.code !== 'invalid_input' || error.faults.length === 0) throw error;
      faults.push(...error.faults);
      if (faults.length >= LIMITS.complaints) break;
    }
  }
  if (faults.length === 0) return values;
  throw new UserError('invalid_input', faults.map(({ message }) => message).join('; '), { faults });
}
