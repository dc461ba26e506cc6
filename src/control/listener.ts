import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Logger } from 'pino';
import { abortable } from '../lib/abort.ts';
import { messageOf, UserError } from '../lib/errors.ts';
import { isLoopback } from '../lib/networks.ts';
import { VERSION } from '../lib/version.ts';
import { after } from '../lib/world/timers.ts';
import type { OperationContext, OperationIo } from '../operations/operation.ts';
import { isOperation, OPERATIONS, type OperationName } from '../operations/operations.ts';
import { databaseFile, type Endpoint, endpointFile, inodeOf, proofOf, socketPath, writeEndpoint } from './endpoint.ts';
import { dataFrame, type Frame, framesOf, jsonFrame } from './frames.ts';
import { type Call, CHALLENGE, HELLO, type Message, OPERATIONS_PATH, wireError } from './messages.ts';

const TOKEN_BYTES = 32;
const HEADERS_TIMEOUT = 10_000;
/** How long operations may take to end when the server stops. */
const GRACE = 5_000;
const LOOPBACK = '127.0.0.1';

export interface ControlOptions {
  /** The path of the DuckDB file. */
  readonly database: string;
  /** Where files of operations wait; emptied at the start. */
  readonly spoolFolder: string;
  readonly context: OperationContext;
  readonly log: Logger;
}

/**
 * Runs the operations of the command line for other processes of this machine, while this one has the DuckDB file open:
 * over a Unix domain socket beside the file or, where that is not possible, a loopback port. Both the address and the
 * token are in a file beside the database that only its user can read, so every caller could also open the database.
 * It is apart from the HTTP API: no proxy forwards to it, and no header but the token is trusted.
 */
export class ControlListener {
  readonly #options: ControlOptions;
  readonly #token = randomBytes(TOKEN_BYTES).toString('base64url');
  readonly #server: Server;
  readonly #stopping = new AbortController();
  readonly #running = new Set<Promise<void>>();
  /** The files to remove at the end. */
  readonly #files: string[] = [];

  constructor(options: ControlOptions) {
    this.#options = options;
    this.#server = createServer({ requestTimeout: 0, headersTimeout: HEADERS_TIMEOUT }, (request, response) => {
      const running = this.#answer(request, response).finally(() => this.#running.delete(running));
      this.#running.add(running);
    });
  }

  /** Listens, then writes the endpoint file. A failure is logged: the server works without commands. */
  async open(): Promise<void> {
    const { log } = this.#options;
    try {
      await this.#open();
    } catch (error) {
      log.warn({ reason: messageOf(error) }, 'cannot accept commands from this machine');
    }
  }

  async #open(): Promise<void> {
    const { spoolFolder, log } = this.#options;
    await rm(spoolFolder, { recursive: true, force: true });
    const database = (await databaseFile(this.#options.database)) ?? this.#options.database;
    const address = await this.#listen(database);
    const inode = await inodeOf(database);
    this.#files.push(endpointFile(database));
    await writeEndpoint(database, { version: VERSION, pid: process.pid, inode, token: this.#token, address });
    log.info({ file: endpointFile(database), address }, 'accepting commands from this machine');
  }

  /** Ends operations that are under way, and removes the endpoint file. */
  async stop(): Promise<void> {
    this.#stopping.abort(new UserError('unavailable', 'the server is stopping; the operation was not completed'));
    for (const file of this.#files) await rm(file, { force: true });
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeIdleConnections();
    // A caller that does not read its response must not hold up the server.
    const force = after(GRACE, () => this.#server.closeAllConnections());
    await Promise.allSettled(this.#running);
    force.stop();
    this.#server.closeAllConnections();
    await closed;
  }

  async #listen(database: string): Promise<Endpoint['address']> {
    const path = socketPath(database);
    if (path !== undefined) {
      // This process has the database, so a socket that exists is left over.
      await rm(path, { force: true });
      try {
        this.#server.listen({ path });
        await once(this.#server, 'listening');
        this.#files.push(path);
        // The token is what protects the operations.
        await chmod(path, 0o600).catch(() => {});
        return { socket: basename(path) };
      } catch (error) {
        // Some file systems have no sockets.
        this.#options.log.info(
          { path, reason: messageOf(error) },
          'cannot create a socket beside the database; using loopback',
        );
      }
    }
    this.#server.listen({ host: LOOPBACK, port: 0 });
    await once(this.#server, 'listening');
    const { port } = this.#server.address() as { readonly port: number };
    return { host: LOOPBACK, port };
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => {});
    const { method, url = '' } = request;
    // A Unix domain socket has no remote address.
    const { remoteAddress } = request.socket;
    if (remoteAddress !== undefined && !isLoopback(remoteAddress)) return deny(response, 403);
    if (method === 'GET' && url === HELLO) return this.#greet(request, response);
    if (!this.#knowsToken(request)) return deny(response, 401);
    const name = url.startsWith(OPERATIONS_PATH) ? url.slice(OPERATIONS_PATH.length) : '';
    if (method !== 'POST' || !isOperation(name)) return deny(response, 404);
    await this.#run(name, request, response);
  }

  #greet({ headers }: IncomingMessage, response: ServerResponse): void {
    const challenge = headers[CHALLENGE];
    if (typeof challenge !== 'string' || !/^[\w-]{20,100}$/.test(challenge)) {
      deny(response, 400);
      return;
    }
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ version: VERSION, proof: proofOf(this.#token, challenge) }));
  }

  #knowsToken({ headers }: IncomingMessage): boolean {
    const given = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
    // Digests have one length, so the comparison takes the same time for every guess.
    return timingSafeEqual(digest(given), digest(this.#token));
  }

  async #run(name: OperationName, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { context, log } = this.#options;
    const gone = new AbortController();
    response.setMaxListeners(0).once('close', () => gone.abort(ended()));
    const signal = AbortSignal.any([gone.signal, this.#stopping.signal]);
    const send = (bytes: Buffer) => written(response, bytes);
    const say = (message: Message) => send(jsonFrame(message));
    const spool = new Spool(this.#options.spoolFolder);
    let answer: Message;
    try {
      const { args, files } = await abortable(spool.receive(framesOf(request)), signal);
      const io: OperationIo = {
        files,
        signal,
        progress: (what, done) => void say({ progress: { what, done } }).catch(() => {}),
        reject: (reject) => say({ reject }),
        write: (chunk) => send(dataFrame(chunk)),
      };
      const operation = OPERATIONS[name] as (...given: unknown[]) => Promise<unknown>;
      answer = { result: await operation(context, args, io) };
      log.info({ operation: name }, 'command-line operation completed');
    } catch (error) {
      if (!(error instanceof UserError) && !signal.aborted) {
        log.error({ err: error, operation: name }, 'command-line operation failed');
      }
      answer = { error: wireError(error) };
    } finally {
      await spool.remove();
    }
    await say(answer).catch(() => {});
    response.end();
  }
}

/** The files of one call, in a folder of their own. */
class Spool {
  readonly #parent: string;
  #folder: string | undefined;

  constructor(parent: string) {
    this.#parent = parent;
  }

  async receive(frames: AsyncGenerator<Frame>): Promise<{ args: unknown; files: string[] }> {
    const first = (await frames.next()).value as Frame | undefined;
    if (first?.kind !== 'json') throw new Error('a call begins with a JSON frame');
    const { args, files: count } = first.value as Call;
    const files: string[] = [];
    if (count > 0) {
      await mkdir(this.#parent, { recursive: true });
      this.#folder = await mkdtemp(join(this.#parent, 'call-'));
      for (let i = 0; i < count; i++) {
        const path = join(this.#folder, String(i));
        await pipeline(fileIn(frames), createWriteStream(path, { mode: 0o600 }));
        files.push(path);
      }
    }
    return { args, files };
  }

  async remove(): Promise<void> {
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }
}

/** The bytes up to the next end frame. */
async function* fileIn(frames: AsyncGenerator<Frame>): AsyncGenerator<Buffer> {
  for (;;) {
    const { value, done } = await frames.next();
    if (done || value.kind === 'json') throw new Error('a file was cut off');
    if (value.kind === 'end') return;
    yield value.bytes;
  }
}

/** Resolves when the client takes more. Node does not call back for what a closed connection never sent. */
function written(response: ServerResponse, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const lost = () => reject(ended());
    if (response.destroyed) return lost();
    response.once('close', lost);
    response.write(bytes, (error) => {
      response.off('close', lost);
      if (error) reject(ended());
      else resolve();
    });
  });
}

function ended(): UserError {
  return new UserError('unavailable', 'the command has ended');
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function deny(response: ServerResponse, status: number): void {
  response.writeHead(status, { connection: 'close' }).end();
}
