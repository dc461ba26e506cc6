import type { Argument, Command, Option } from 'commander';
import { instantFrom } from '../calendar/instant.ts';
import { UserError } from '../lib/errors.ts';
import { oneOf } from '../lib/settings.ts';
import { trimmed } from '../lib/text.ts';

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
    throw asMisuse(error);
  }
}

/** The error of a setting that only a part of the program could check, as one of usage; others stay as they are. */
export function asMisuse(error: unknown): unknown {
  const isInvalid = error instanceof UserError && error.code === 'invalid_input';
  return isInvalid ? new UsageError(error.message, { cause: error }) : error;
}

/**
 * A parser for commander, which checks a value while the command line is read and returns it unchanged.
 *
 * @param name of the option or argument, for messages
 * @param check throws a UserError `invalid_input`
 */
export function checked(name: string, check: (text: string, name: string) => unknown): (text: string) => string {
  return (text) => {
    parsing(() => check(text, name));
    return text;
  };
}

/**
 * A parser for commander, for an option that takes several values, each of which may be several with commas between them.
 *
 * @param read of the parts of one value, which is one part if it has none; throws a UserError `invalid_input`
 */
export function listed<T>(read: (parts: string[]) => readonly T[]): (text: string, previous?: readonly T[]) => T[] {
  return (text, previous = []) => {
    const parts = text.split(',').filter((part) => part !== '');
    return [...previous, ...parsing(() => read(parts.length === 0 ? [text] : parts))];
  };
}

/**
 * Makes every option and argument of a command refuse an empty value, which is usually an unset variable of a script,
 * and take its choices in any case. No file, folder, name or number is empty.
 */
export function checkValues(command: Command): void {
  for (const option of command.options) {
    if (option.required || option.optional) checkValue(option, option.long ?? option.flags, option.flags);
  }
  for (const argument of command.registeredArguments) checkValue(argument, argument.name(), 'a value');
}

function checkValue(target: Option | Argument, name: string, expected: string): void {
  const parse = target.parseArg as ((text: string, previous: unknown) => unknown) | undefined;
  const { argChoices: choices, variadic } = target;
  target.argParser((text: string, previous: unknown) => {
    if (trimmed(text) === '') throw misuse(`${name} is "${text}", expected ${expected}`);
    // Commander would mind the case, and word the error differently.
    if (choices !== undefined && !variadic) return parsing(() => oneOf({ name, value: text }, choices));
    if (parse !== undefined) return parse(text, previous);
    if (!target.variadic) return text;
    return Array.isArray(previous) ? [...previous, text] : [text];
  });
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
