/** The longest address that SMTP delivers to (RFC 5321). */
export const LONGEST_EMAIL = 254;

/** Letters, digits and the signs of RFC 5322 that need no quotes, and a domain of at least two labels. */
const EMAIL =
  /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const LONGEST_NAME = 64;

/** The form in which email addresses are stored and compared; `undefined` if the text is none. */
export function emailOf(text: string): string | undefined {
  const email = text.trim().toLowerCase();
  return email.length <= LONGEST_EMAIL && email.indexOf('@') <= LONGEST_NAME && EMAIL.test(email) ? email : undefined;
}
