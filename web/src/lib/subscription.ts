/** When subscriptions are due: cron expressions as choices, and in words. */

import { timeText, weekdayNames } from './clock.ts';

/** A number is a weekday, 0 is Monday. */
export type Every = 'day' | 'month' | 'other' | `${number}`;

export interface Schedule {
  readonly every: Every;
  /** `08:00` */
  readonly time: string;
  /** Of `other`: the expression itself. */
  readonly cron: string;
}

export function everyChoices(): readonly { readonly value: Every; readonly words: string }[] {
  return [
    { value: 'day', words: 'Every day' },
    ...weekdayNames().map((name, day) => ({ value: `${day}` as Every, words: `Every week, on ${name}` })),
    { value: 'month', words: 'Every month, on the first' },
    { value: 'other', words: 'Other (cron) …' },
  ];
}

export function cronOf({ every, time, cron }: Schedule): string {
  if (every === 'other') return cron;
  const [hours, minutes] = time.split(':').map(Number);
  const at = `${minutes} ${hours}`;
  if (every === 'day') return `${at} * * *`;
  // Cron begins with Sunday.
  return every === 'month' ? `${at} 1 * *` : `${at} * * ${(Number(every) + 1) % 7}`;
}

/** The choices that make a cron expression. */
export function scheduleOf(cron: string): Schedule {
  const [, minutes = '', hours = '', day, weekday] = /^(\d\d?) (\d\d?) (\*|1) \* (\*|[0-6])$/.exec(cron) ?? [];
  if (minutes === '' || (day === '1' && weekday !== '*')) return { every: 'other', time: '08:00', cron };
  const every: Every = day === '1' ? 'month' : weekday === '*' ? 'day' : `${(Number(weekday) + 6) % 7}`;
  return { every, time: `${hours.padStart(2, '0')}:${minutes.padStart(2, '0')}`, cron };
}

/** `Every week, on Monday at 08:00`; an expression that is none of the choices, as it is. */
export function cronWords(cron: string): string {
  const { every, time } = scheduleOf(cron);
  if (every === 'other') return cron;
  const words = everyChoices().find(({ value }) => value === every)?.words ?? '';
  return `${words} at ${timeText(time)}`;
}
