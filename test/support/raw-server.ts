import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { AddressGuard } from '../../src/outbound/addresses.ts';
import { HttpClient } from '../../src/outbound/http-client.ts';
import { GuardedResolver } from '../../src/outbound/resolver.ts';

/** A server that responds with given bytes, valid or not. */
export class RawServer {
  readonly port: number;
  /** The request heads so far. */
  readonly requests: string[] = [];

  private constructor(port: number) {
    this.port = port;
  }

  /** @param answer returns the response to a request head; the connection stays open */
  static async open(t: TestContext, answer: (head: string) => string | Buffer, host = '127.0.0.1'): Promise<RawServer> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket.on('error', () => {}));
      socket.on('data', (data) => {
        raw.requests.push(data.toString('latin1'));
        socket.write(answer(data.toString('latin1')));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    const raw = new RawServer((server.address() as AddressInfo).port);
    t.after(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    return raw;
  }
}

/** An HTTP client that connects to this machine for every host name. */
export function localClient(t: TestContext, trusted?: readonly string[]): HttpClient {
  const resolve = async () => [{ address: '127.0.0.1', family: 4 }];
  const resolver = new GuardedResolver(new AddressGuard(['127.0.0.1/32']), resolve, () => 0);
  const http = new HttpClient(resolver, trusted);
  t.after(() => http.close());
  return http;
}
