import { CURRENCIES } from './currencies.ts';

/**
 * An amount of minor units as decimal text: `1234.50`.
 *
 * @param minor a whole number of minor units
 */
export function amountText(minor: number, currency: string): string {
  const decimals = CURRENCIES.get(currency) ?? 0;
  const digits = String(Math.abs(minor)).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  return `${minor < 0 ? '-' : ''}${whole}${decimals > 0 ? `.${digits.slice(-decimals)}` : ''}`;
}

/** Why a text is no amount of a currency, to follow the text; `undefined`: it is one. */
export function amountFlaw(text: string, currency: string): string | undefined {
  if (!/^\d+(\.\d+)?$/.test(text)) return 'is not an amount such as 120 or 120.50';
  const decimals = text.split('.')[1]?.replace(/0+$/, '').length ?? 0;
  const most = CURRENCIES.get(currency) ?? 0;
  if (decimals > most)
    return `has ${decimals} decimal${decimals === 1 ? '' : 's'}, and ${currency} has ${most === 0 ? 'none' : `at most ${most}`}`;
  return Number(text) >= MOST_AMOUNT ? `is not less than ${MOST_AMOUNT}` : undefined;
}

/** The minor units of a text that is an amount. */
export function minorUnits(text: string, currency: string): number {
  const decimals = CURRENCIES.get(currency) ?? 0;
  const [whole = '', fraction = ''] = text.split('.');
  return Number(whole + fraction.slice(0, decimals).padEnd(decimals, '0'));
}

/** The amounts of one hour are less: minor units of thousands of them add up exactly. */
export const MOST_AMOUNT = 10_000_000_000;

/** `a × b ÷ c`, rounded half up, exact. @param a, b, c whole numbers, `c` positive */
export function scaled(a: number, b: number, c: number): number {
  const double = 2 * a * b + c;
  if (double <= Number.MAX_SAFE_INTEGER) return Math.floor(double / (2 * c));
  return Number((2n * BigInt(a) * BigInt(b) + BigInt(c)) / (2n * BigInt(c)));
}
