import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const HOST = '127.0.0.1';
/** More than any message has. */
const MOST_BYTES = 1_000_000;

/** A web server that receives the messages of a webhook. Only this machine can reach it. */
export class DemoInbox {
  /** The settings of a contact point that sends to it. */
  readonly settings: { readonly url: string; readonly secret: string };
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    const { port } = server.address() as AddressInfo;
    this.settings = { url: `http://${HOST}:${port}/`, secret: `whsec_${randomBytes(24).toString('base64')}` };
  }

  /** @param onMessage receives the title of each message */
  static async open(onMessage: (title: string) => void): Promise<DemoInbox> {
    const server = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) if (text.length < MOST_BYTES) text += chunk;
      const title = titleOf(text);
      response.writeHead(title === undefined ? 400 : 204).end();
      if (title !== undefined) onMessage(title);
    });
    server.listen(0, HOST);
    await once(server, 'listening');
    return new DemoInbox(server);
  }

  /** The environment variables with which a server may send to it. */
  get environment(): Readonly<Record<string, string>> {
    return { NOTIFY_ALLOW_PRIVATE: `${HOST}/32`, SECRET_KEY: randomBytes(32).toString('base64') };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

function titleOf(text: string): string | undefined {
  try {
    const { data } = JSON.parse(text) as { data?: { title?: unknown } };
    return typeof data?.title === 'string' ? data.title : undefined;
  } catch {
    return undefined;
  }
}
