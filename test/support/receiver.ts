import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** How a receiver behaves, besides answers. `slow`: it accepts in pieces. `cut`: it closes the connection. */
export type Behavior = Answer | 'slow' | 'never' | 'cut';

/** A real HTTP server on a loopback port that receives messages. */
export class Receiver {
  readonly url: string;
  readonly requests: ReceivedRequest[] = [];
  /** How it behaves from now on. */
  behavior: Behavior = { status: 200 };
  #arrived = () => {};

  private constructor(url: string) {
    this.url = url;
  }

  static async open(t: TestContext, behavior: Behavior = { status: 200 }): Promise<Receiver> {
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { method = '', url: path = '', headers } = request;
      receiver.requests.push({ method, path, headers, body: Buffer.concat(chunks) });
      receiver.#arrived();
      await receiver.#answer(response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => {
      server.closeAllConnections();
      server.close();
    });
    const receiver = new Receiver(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    receiver.behavior = behavior;
    return receiver;
  }

  /** Resolves with the `nth` request, from 1. */
  async request(nth: number): Promise<ReceivedRequest> {
    for (;;) {
      const request = this.requests[nth - 1];
      if (request !== undefined) return request;
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
    }
  }

  async #answer(response: ServerResponse): Promise<void> {
    const { behavior } = this;
    if (behavior === 'never') return;
    if (behavior === 'cut') {
      response.destroy();
      return;
    }
    if (behavior === 'slow') {
      response.writeHead(200, { 'content-type': 'text/plain' });
      for (const piece of ['o', 'k']) {
        response.write(piece);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      response.end();
      return;
    }
    response.writeHead(behavior.status, behavior.headers).end(behavior.body ?? '');
  }
}
