import { withTimeTexts } from '../lib/clock.ts';
import { faultInWords } from '../lib/field-words.ts';
import { ApiError } from './api.ts';

/** Why the server refused a field, such as `time_zone`; `undefined`: it did not, or the error is about something else. */
export function faultOf(error: unknown, field: string): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  const fault = error.problem.errors?.find((one) => one.field === field || one.field.startsWith(`${field}.`));
  return fault && faultInWords(fault.field, fault.message);
}

/** Why the server refused rows of a list, by their index; none if the error is about something else. */
export function rowFaultsOf(error: unknown, list: string): ReadonlyMap<number, string> {
  const faults = new Map<number, string>();
  if (!(error instanceof ApiError)) return faults;
  for (const { field, message: text } of error.problem.errors ?? []) {
    const [name, row] = field.split('.');
    if (name !== list || row === undefined) continue;
    const message = withTimeTexts(text);
    const before = faults.get(Number(row));
    faults.set(Number(row), before === undefined ? message : `${before}; ${message}`);
  }
  return faults;
}
