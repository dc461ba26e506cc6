import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { type Configuration, Provider } from 'oidc-provider';

export const CLIENT = { clientId: 'monitor', clientSecret: 'a secret between the two of them' };

export interface TestProvider {
  readonly issuer: string;
  /** The claims of its users, by login. */
  readonly identities: Map<string, Record<string, unknown>>;
  /** Stops it, to simulate an outage. */
  stop(): Promise<void>;
  /** Starts it again at the same address. */
  start(): Promise<void>;
}

/**
 * An OpenID Connect provider on loopback that lets in anyone who types a login.
 *
 * @param differences from its usual configuration
 */
export async function testProvider(
  t: TestContext,
  redirectUrl: string,
  differences: Configuration = {},
): Promise<TestProvider> {
  const identities = new Map<string, Record<string, unknown>>();
  const server = createServer();
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  t.after(stop);
  const issuer = `http://127.0.0.1:${port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.clientId,
        client_secret: CLIENT.clientSecret,
        redirect_uris: [redirectUrl],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    claims: { openid: ['sub'], profile: ['name', 'preferred_username', 'groups'], email: ['email', 'email_verified'] },
    findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub, ...identities.get(sub) }) }),
    cookies: { keys: ['of a test'] },
    ...differences,
  });
  server.on('request', provider.callback());
  return { issuer, identities, stop, start: () => listen(port) };
}

/** A browser at the provider, which keeps its cookies. */
export class ProviderBrowser {
  readonly #cookies = new Map<string, string>();

  /**
   * Goes to the provider, signs in if it asks, and agrees to everything.
   *
   * @param start where the product sends the browser
   * @param home the origin of the product
   * @returns where the provider sends the browser in the end, and whether it asked for a login
   */
  async visit(start: string, home: string, login: string): Promise<{ readonly url: URL; readonly asked: boolean }> {
    let url = new URL(start);
    let form: URLSearchParams | undefined;
    let asked = false;
    while (url.origin !== home) {
      const answer = await this.#ask(url, form);
      const location = answer.headers.get('location');
      form = undefined;
      if (location !== null) {
        url = new URL(location, url);
        continue;
      }
      const page = await answer.text();
      const action = /<form[^>]* action="([^"]+)"/.exec(page)?.[1];
      const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
      if (action === undefined || prompt === undefined) throw new Error(`${answer.status} at ${url.pathname}: ${page}`);
      url = new URL(action, url);
      asked ||= prompt === 'login';
      form = new URLSearchParams({ prompt, ...(prompt === 'login' && { login, password: 'any' }) });
    }
    return { url, asked };
  }

  async #ask(url: URL, form: URLSearchParams | undefined): Promise<Response> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url, {
      redirect: 'manual',
      headers: { cookie },
      ...(form && { method: 'POST', body: form }),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return answer;
  }
}
