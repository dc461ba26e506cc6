import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { messageOf, UserError } from '../lib/errors.ts';
import { VERSION } from '../lib/version.ts';
import type { OperationIo } from '../operations/operation.ts';
import type { ArgsOf, OperationName, ResultOf } from '../operations/operations.ts';
import { connectionTo, databaseFile, type Endpoint, proofOf, readEndpoint } from './endpoint.ts';
import { dataFrame, END_FRAME, framesOf, jsonFrame } from './frames.ts';
import { CHALLENGE, errorFrom, HELLO, type Message, OPERATIONS_PATH } from './messages.ts';

/** How long a server may take to greet, milliseconds. */
const GREETING_TIMEOUT = 10_000;
/** Errors of a connection when no server is running. */
const NO_SERVER = new Set(['ECONNREFUSED', 'ENOENT', 'ENOTSOCK', 'ECONNRESET', 'EPIPE']);

/** A running server that has a database open. */
export class RunningServer {
  readonly #database: string;
  readonly #endpoint: Endpoint;

  private constructor(database: string, endpoint: Endpoint) {
    this.#database = database;
    this.#endpoint = endpoint;
  }

  /**
   * Finds the server that has a DuckDB file open. An endpoint file that a killed server left behind counts as none.
   *
   * @throws UserError `conflict` if it runs another version of the program; `unavailable` if it does not answer
   */
  static async find(path: string): Promise<RunningServer | undefined> {
    const database = await databaseFile(path);
    const endpoint = database === undefined ? undefined : await readEndpoint(database);
    if (database === undefined || endpoint === undefined) return undefined;
    const server = new RunningServer(database, endpoint);
    return (await server.#greets()) ? server : undefined;
  }

  get pid(): number {
    return this.#endpoint.pid;
  }

  /**
   * Runs an operation in the server, with files of this process.
   *
   * @throws UserError as the operation does; `unavailable` if the connection breaks
   */
  async run<N extends OperationName>(name: N, args: ArgsOf<N>, io: OperationIo): Promise<ResultOf<N>> {
    const { token } = this.#endpoint;
    const call = this.#request('POST', `${OPERATIONS_PATH}${name}`, { authorization: `Bearer ${token}` });
    const abort = () => call.destroy();
    io.signal.addEventListener('abort', abort);
    try {
      const answered = once(call, 'response') as Promise<[IncomingMessage]>;
      const sent = send(call, args, io.files);
      // A response may come before the whole request was read.
      const [response] = await Promise.race([answered, sent.then(() => answered)]);
      return (await received(response, io)) as ResultOf<N>;
    } catch (error) {
      io.signal.throwIfAborted();
      if (error instanceof UserError || !isBroken(error)) throw error;
      throw new UserError(
        'unavailable',
        `the connection to the running server (PID ${this.pid}) was lost: ${messageOf(error)}; ` +
          'check whether the change was made',
        { cause: error },
      );
    } finally {
      io.signal.removeEventListener('abort', abort);
      call.destroy();
    }
  }

  /** Whether the server that wrote the endpoint file is at its address: only that one knows the token. */
  async #greets(): Promise<boolean> {
    const challenge = randomBytes(24).toString('base64url');
    const greeting = this.#request('GET', HELLO, { [CHALLENGE]: challenge });
    greeting.setTimeout(GREETING_TIMEOUT, () =>
      greeting.destroy(new Error(`no response within ${GREETING_TIMEOUT / 1_000} s`)),
    );
    greeting.end();
    let answer: { readonly version?: unknown; readonly proof?: unknown };
    try {
      const [response] = (await once(greeting, 'response')) as [IncomingMessage];
      answer = (await json(response)) as typeof answer;
    } catch (error) {
      if (NO_SERVER.has(String((error as NodeJS.ErrnoException).code)) || error instanceof SyntaxError) return false;
      throw new UserError('unavailable', `the running server (PID ${this.pid}) does not respond: ${messageOf(error)}`, {
        cause: error,
      });
    } finally {
      greeting.destroy();
    }
    const expected = Buffer.from(proofOf(this.#endpoint.token, challenge));
    const given = Buffer.from(String(answer.proof));
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false;
    if (answer.version === VERSION) return true;
    throw new UserError(
      'conflict',
      `the running server (PID ${this.pid}) has version ${String(answer.version)} of the program, and this is ` +
        `version ${VERSION}: restart the server first`,
    );
  }

  #request(method: string, path: string, headers: Record<string, string>): ClientRequest {
    const made = request({ ...connectionTo(this.#database, this.#endpoint), method, path, headers, agent: false });
    // An error that no caller awaits must not end the process; a reader of the stream also receives it.
    return made.on('error', () => {});
  }
}

async function send(call: ClientRequest, args: unknown, files: readonly string[]): Promise<void> {
  const write = async (bytes: Buffer) => {
    if (!call.write(bytes)) await once(call, 'drain');
  };
  await write(jsonFrame({ args, files: files.length }));
  for (const file of files) {
    for await (const chunk of createReadStream(file)) await write(dataFrame(chunk as Buffer));
    await write(END_FRAME);
  }
  call.end();
}

async function received(response: IncomingMessage, io: OperationIo): Promise<unknown> {
  if (response.statusCode !== 200) {
    throw new UserError('unavailable', `the running server responded with status ${response.statusCode}; try again`);
  }
  for await (const frame of framesOf(response)) {
    if (frame.kind === 'data') await io.write(frame.bytes);
    if (frame.kind !== 'json') continue;
    const message = frame.value as Message<Parameters<OperationIo['reject']>[0]>;
    if ('error' in message) throw errorFrom(message.error);
    if ('result' in message) return message.result;
    if ('reject' in message) await io.reject(message.reject);
    else io.progress(message.progress.what, message.progress.done);
  }
  throw new UserError(
    'unavailable',
    'the running server stopped before it responded; check whether the change was made',
  );
}

/** Whether an error is one of the connection. */
function isBroken(error: unknown): boolean {
  return error instanceof Error && ('code' in error || /aborted|socket hang up|within a frame/.test(error.message));
}
