import type { PasskeyAnswer, PasskeyChallenge } from '../../api/schema.ts';

/** Whether passkeys work here: they require a host name, not an IP address. */
export function hasPasskeys(): boolean {
  return 'PublicKeyCredential' in window && !/^[\d.]+$|^\[/.test(location.hostname);
}

type Options<F extends (given: never) => unknown> = Parameters<F>[0] extends { readonly optionsJSON: infer O }
  ? O
  : never;
type Browser = typeof import('@simplewebauthn/browser');

/** Creates a passkey in the browser. @throws Error if the user cancels */
export async function makePasskey({ options, ticket }: PasskeyChallenge): Promise<PasskeyAnswer> {
  const { startRegistration } = await import('@simplewebauthn/browser');
  const optionsJSON = options as unknown as Options<Browser['startRegistration']>;
  return { ticket, response: toJson(await startRegistration({ optionsJSON })) };
}

/** Answers a challenge with a passkey of the browser. @throws Error if the user cancels */
export async function usePasskey({ options, ticket }: PasskeyChallenge): Promise<PasskeyAnswer> {
  const { startAuthentication } = await import('@simplewebauthn/browser');
  const optionsJSON = options as unknown as Options<Browser['startAuthentication']>;
  return { ticket, response: toJson(await startAuthentication({ optionsJSON })) };
}

function toJson({ id, rawId, type, response }: { id: string; rawId: string; type: string; response: object }) {
  return { id, rawId, type, response: { ...response } };
}
