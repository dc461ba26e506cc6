import { ApiError, client } from '../../api/client.ts';
import { faultSentence } from '../lib/field-words.ts';
import { prove } from './proof.ts';
import { readSession } from './session.ts';

const plain = client();

/**
 * The client of the server's API. It shows the sign-in page if the session has ended, and asks the user to
 * reauthenticate when a request requires that.
 */
export const { urlOf } = plain;

export const call: typeof plain.call = (route, ...rest) => proven(() => plain.call(route, ...rest));

export const send: typeof plain.send = (route, ...rest) => proven(() => plain.send(route, ...rest));

async function proven<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.problem.code === 'reauthentication_required' && (await prove())) return ask();
    // The session may have changed its token during this request.
    if (error.status === 401) await readSession();
    throw error;
  }
}

/** The error message for the user. */
export function reasonOf(error: unknown): string {
  if (error instanceof ApiError) return detailInWords(error.problem);
  if (error instanceof TypeError) return 'The server cannot be reached.';
  return error instanceof Error ? error.message : String(error);
}

/** The errors of fields in words, if all are about a field by its name; otherwise, the sentence of the server. */
function detailInWords({ detail, errors = [] }: ApiError['problem']): string {
  const sentences = errors.map(({ field, message }) => faultSentence(field, message));
  return errors.length > 0 && sentences.every((one) => one !== undefined) ? sentences.join('; ') : detail;
}

export function isGone(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof ApiError && error.status === 503);
}

export { ApiError };
