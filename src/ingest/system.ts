import { messageOf } from '../errors.ts';

/** What the operating system says is wrong: of `ENOENT: no such file or directory, open '/x'` the middle. */
export function systemReason(error: unknown): string {
  const message = messageOf(error);
  return /^[A-Z]+: ([^,]+)/.exec(message)?.[1] ?? message;
}
