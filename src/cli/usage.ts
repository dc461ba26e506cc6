import { instantFrom } from '../calendar/instant.ts';
import { UserError } from '../lib/errors.ts';

/** The command line or a setting is invalid, so nothing was done: exit code 2. */
export class UsageError extends UserError {
  constructor(message: string, options?: ErrorOptions) {
    super('invalid_input', message, options);
  }
}

/** @param message names the option or setting, its value and what was expected */
export function misuse(message: string): UsageError {
  return new UsageError(message);
}

/** Reads the command line and settings; what is invalid there is an error of usage. */
export function parsing<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof UserError && error.code === 'invalid_input')
      throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

/** A number of days such as `90d`, at least `least`, in days. */
export function daysFrom(option: string, text: string, least: number, example: string): number {
  const days = Number(/^(\d{1,5})d$/.exec(text)?.[1] ?? Number.NaN);
  if (days >= least) return days;
  throw misuse(`${option} is "${text}", expected a number of days from ${least}d, such as ${example}`);
}

/** The instant of an option, milliseconds; `undefined`: it was not given. */
export function instantOption(option: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : parsing(() => instantFrom(option, text));
}
