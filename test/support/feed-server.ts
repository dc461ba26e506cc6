import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

/** A web server with one file, and optional support for versions and ranges. */
export class FeedServer {
  readonly url: string;
  content = '';
  etags = true;
  ranges = true;
  /** Error statuses to return first. */
  readonly failures: number[] = [];
  /** Whether it never responds. */
  hanging = false;
  /** `method status bytes` of each response. */
  readonly answers: string[] = [];
  readonly authorizations: (string | undefined)[] = [];

  private constructor(url: string) {
    this.url = url;
  }

  static async open(t: TestContext): Promise<FeedServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const feed = new FeedServer(`http://127.0.0.1:${(server.address() as AddressInfo).port}/polls.csv`);
    server.on('request', (request, response) => feed.#answer(request, response));
    t.after(() => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    });
    return feed;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.authorizations.push(request.headers.authorization);
    if (this.hanging) return;
    const failure = this.failures.shift();
    const etag = `"${createHash('sha256').update(this.content).digest('hex').slice(0, 12)}"`;
    if (this.etags) response.setHeader('etag', etag);
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? Number.NaN);
    const bytes = Buffer.from(this.content);
    if (failure !== undefined) this.#say(response, failure, '');
    else if (this.etags && request.headers['if-none-match'] === etag) this.#say(response, 304, '');
    else if (!this.ranges || Number.isNaN(start)) this.#say(response, 200, bytes);
    else if (start >= bytes.length) this.#say(response, 416, '');
    else {
      response.setHeader('content-range', `bytes ${start}-${bytes.length - 1}/${bytes.length}`);
      this.#say(response, 206, bytes.subarray(start));
    }
  }

  #say(response: ServerResponse, status: number, body: string | Buffer): void {
    this.answers.push(`${status} ${body.length}`);
    response.writeHead(status).end(body);
  }
}
