import { ApiError, client } from '../../api/client.ts';
import { signedOut } from './session.ts';

const plain = client();

/** The server. Whoever is not signed in any more is asked to. */
export const { urlOf } = plain;

export const call: typeof plain.call = async (route, ...rest) => {
  try {
    return await plain.call(route, ...rest);
  } catch (error) {
    throw noticed(error);
  }
};

export const send: typeof plain.send = async (route, ...rest) => {
  try {
    return await plain.send(route, ...rest);
  } catch (error) {
    throw noticed(error);
  }
};

function noticed(error: unknown): unknown {
  if (error instanceof ApiError && error.status === 401) signedOut();
  return error;
}

/** What went wrong, in words for people. */
export function reasonOf(error: unknown): string {
  if (error instanceof ApiError) return error.problem.detail;
  if (error instanceof TypeError) return 'The server cannot be reached.';
  return error instanceof Error ? error.message : String(error);
}

export function isGone(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof ApiError && error.status === 503);
}

export { ApiError };
