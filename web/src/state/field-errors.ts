import { ApiError } from './api.ts';

/** Why the server refused a field, such as `zone`; `undefined`: it did not, or the error is about something else. */
export function faultOf(error: unknown, field: string): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  return error.problem.errors?.find((one) => one.field === field || one.field.startsWith(`${field}.`))?.message;
}
