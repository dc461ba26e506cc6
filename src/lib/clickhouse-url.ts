/** The ports of HTTP and HTTPS on a server as it is installed. */
const PORTS = { clickhouse: 8123, clickhouses: 8443 } as const;

/** The database on a server. */
export interface ServerAddress {
  readonly url: string;
  /** The same without the user. */
  readonly place: string;
}

/** What `POLLS_URL` says. */
export interface PollsAddress {
  /** Several are servers of one cluster. */
  readonly servers: readonly ServerAddress[];
  /** The address of another server, of which the rest is the same. */
  readonly on: (host: string) => ServerAddress;
}

const FORM = /^(clickhouses?):\/\/(?:([^@/?#]*)@)?([^@/?#]+)\/([\w-]+)$/;
/** A name, an IPv4 address, or an IPv6 address in brackets, and a port. */
const HOST = /^([\w.-]+|\[[\da-f:.]+\])(?::(\d{1,5}))?$/i;

/**
 * Where the HTTP interface is.
 *
 * @param url `clickhouse://user:password@host:8123/database`, or `clickhouses://` for TLS; several hosts, separated by commas
 * @returns `undefined` for anything else
 */
export function addressOf(url: string): PollsAddress | undefined {
  const [, protocol, user, hosts = '', database] = FORM.exec(url) ?? [];
  if (protocol === undefined) return undefined;
  const named = hosts.split(',').map((host) => HOST.exec(host));
  const port = (given: string | undefined) => given ?? String(PORTS[protocol as keyof typeof PORTS]);
  const at = (host: string): ServerAddress => {
    const place = `${host}/${database}`;
    return {
      url: `${protocol === 'clickhouses' ? 'https' : 'http'}://${user === undefined ? '' : `${user}@`}${place}`,
      place,
    };
  };
  const servers = named.map((host) => at(`${host?.[1]}:${port(host?.[2])}`));
  if (!named.every((host) => host !== null) || !servers.every((server) => URL.canParse(server.url))) return undefined;
  return {
    servers,
    on: (host) => at(`${host.includes(':') ? `[${host}]` : host}:${port(named[0]?.[2])}`),
  };
}
