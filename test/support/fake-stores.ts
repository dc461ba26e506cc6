import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { ProbeClient } from '../../src/intake/prober/probe-client.ts';
import type { ProbeRule } from '../../src/intake/prober/probe-rule.ts';
import { AddressGuard } from '../../src/outbound/addresses.ts';
import { HttpClient } from '../../src/outbound/http-client.ts';
import { GuardedResolver } from '../../src/outbound/resolver.ts';

type Behavior = (request: IncomingMessage, response: ServerResponse) => void;

const say =
  (body: string, status = 200): Behavior =>
  (_request, response) =>
    response.writeHead(status).end(body);
const redirect =
  (location: string): Behavior =>
  (_request, response) =>
    response.writeHead(302, { location }).end();

/** How a store's web server can behave. */
export const BEHAVIORS = {
  online: say('{"store":{"status":"ONLINE"}}'),
  offline: say('{"store":{"status":"OFFLINE","why":" \\"PAUSED\\",\\nhe says"}}'),
  wrongStatus: say('{"store":{"status":"ONLINE"}}', 500),
  wrongBody: say('<html>welcome</html>'),
  otherShape: say('{"status":"ONLINE"}'),
  slow: (_request, response) => {
    response.writeHead(200);
    response.write('{"store":');
    setTimeout(() => response.end('{"status":"ONLINE"}}'), 30);
  },
  hanging: () => {},
  stalling: (_request, response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('{"store":');
  },
  refusing: (request) => request.socket.destroy(),
  cutOff: (request, response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('{"store":', () => request.socket.destroy());
  },
  endless: (_request, response) => {
    response.writeHead(200);
    const more = () => {
      while (response.write(' '.repeat(16_384))) {}
    };
    response.on('drain', more);
    more();
  },
  moved: redirect('/online'),
  toPrivate: redirect('http://10.0.0.1/'),
  toMetadata: redirect('http://169.254.169.254/latest/meta-data/'),
  inCircles: redirect('/x'),
  toNowhere: redirect('http://'),
  toFile: redirect('file:///etc/passwd'),
  turningAway: say('slow down', 429),
} satisfies Record<string, Behavior>;

export type BehaviorName = keyof typeof BEHAVIORS;

/** Behaviors without a complete response. Only they need a short timeout. */
const NEVER_ANSWERING: ReadonlySet<BehaviorName> = new Set<BehaviorName>(['hanging', 'stalling']);
const BRIEF = 300;

/** The probe rule of tests: it reads `/store/status` and has a long timeout, for slow machines. */
export const RULE: ProbeRule = {
  template: undefined,
  headers: {},
  statuses: [[200, 299]],
  value: { pointer: ['store', 'status'], active: ['ONLINE'] },
  reason: undefined,
  tlsFaults: 'inactive',
  timeout: 60_000,
  maxBytes: 64 * 1024,
  maxRedirects: 3,
};

/**
 * A web server that simulates many stores. Store `7` is at `http://store-7.test`, its own site; all names resolve to this
 * server.
 */
export class FakeStores {
  readonly port: number;
  /** The behavior of each host; `online` by default. */
  readonly behavior = new Map<string, BehaviorName>();
  /** The number of requests by host. */
  readonly requests = new Map<string, number>();
  /** The headers of the last request, by host. */
  readonly headers = new Map<string, IncomingMessage['headers']>();
  readonly #sockets = new Set<Socket>();
  #networkDown = false;

  private constructor(server: Server, port: number) {
    this.port = port;
    server.on('connection', (socket) => {
      if (this.#networkDown) socket.destroy();
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => {});
    });
    server.on('request', (request, response) => this.#answer(request, response));
  }

  static async open(t: TestContext): Promise<FakeStores> {
    const server = createServer({ keepAliveTimeout: 60_000 });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const fakeStores = new FakeStores(server, (server.address() as AddressInfo).port);
    t.after(() => {
      fakeStores.#closeSockets();
      return new Promise((resolve) => server.close(resolve));
    });
    return fakeStores;
  }

  url(store: number | string, path = '/'): string {
    return `http://store-${store}.test:${this.port}${path}`;
  }

  /** Disconnects or reconnects the network between the client and the fake stores. */
  setNetworkDown(down: boolean): void {
    this.#networkDown = down;
    if (down) this.#closeSockets();
  }

  /**
   * A client that can probe these private addresses. Unless the rule sets a timeout, it is short for stores that never
   * respond and long for all others, so that slow machines do not change results.
   */
  client(t: TestContext, rule: Partial<ProbeRule> = {}, allowed = ['127.0.0.1/32']): ProbeClient {
    const resolve = async () => [{ address: '127.0.0.1', family: 4 }];
    const http = new HttpClient(new GuardedResolver(new AddressGuard(allowed), resolve, () => 0));
    t.after(() => http.close());
    const client = new ProbeClient({ ...RULE, ...rule }, http);
    const brief = new ProbeClient({ ...RULE, timeout: BRIEF, ...rule }, http);
    const probe = client.probe.bind(client);
    client.probe = (id, own) => (this.#neverAnswers(own) ? brief.probe(id, own) : probe(id, own));
    return client;
  }

  #neverAnswers(url: string | undefined): boolean {
    return url !== undefined && NEVER_ANSWERING.has(this.behavior.get(new URL(url).hostname) ?? 'online');
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const [host = ''] = (request.headers.host ?? '').split(':');
    this.requests.set(host, (this.requests.get(host) ?? 0) + 1);
    this.headers.set(host, request.headers);
    const behavior = request.url === '/online' ? 'online' : (this.behavior.get(host) ?? 'online');
    BEHAVIORS[behavior](request, response);
  }

  #closeSockets(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
