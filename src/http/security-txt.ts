import { formatInstant } from '../calendar/instant.ts';
import { DAY } from '../domain/hours.ts';
import { notFound } from '../lib/errors.ts';
import { answer, Raw } from './document/media.ts';
import type { Routes } from './types.ts';

/** The file is to be read again before this is over; RFC 9116 wants less than a year. */
const VALID = 180 * DAY;

/**
 * `/.well-known/security.txt` (RFC 9116): where to report a weakness of this installation.
 *
 * @param contact a URI; `undefined`: there is no such file
 * @param now the clock, milliseconds
 */
export function securityTxtRoutes(contact: string | undefined, now: () => number): Routes {
  return async (app) => {
    app.get(
      '/.well-known/security.txt',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'readSecurityContact',
          summary: 'Get the contact for security reports',
          description: 'In the format of RFC 9116; `404` if `SECURITY_CONTACT` is not set.',
          tags: ['system'],
          response: { 200: answer('the contact', { 'text/plain': Raw('lines of fields', 'Contact: …') }) },
        },
      },
      async (_request, reply) => {
        if (contact === undefined) throw notFound('this installation names no contact: SECURITY_CONTACT is not set');
        const expires = formatInstant(Math.ceil((now() + VALID) / DAY) * DAY);
        return reply
          .type('text/plain; charset=utf-8')
          .send(`Contact: ${contact}\nExpires: ${expires}\nPreferred-Languages: en\n`);
      },
    );
  };
}
