import { once } from 'node:events';
import { connect } from 'node:net';
import type { TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';

const LISTENING = `
  const { parentPort, workerData } = require('node:worker_threads');
  const server = require('node:net').createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(workerData.answer));
  });
  server.listen({ host: workerData.host, port: workerData.port, backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    Atomics.wait(workerData.hears, 0, 0);
  });`;

/**
 * A listening socket with a full backlog, so that the system drops connection attempts. A handshake hangs until `hear` is
 * called, and then succeeds when the client retries after a second.
 */
export class DeafListener {
  readonly port: number;
  readonly #hears: Int32Array;

  private constructor(port: number, hears: Int32Array) {
    this.port = port;
    this.#hears = hears;
  }

  /** @param answer the response once it accepts connections */
  static async open(t: TestContext, host: string, port: number, answer: string): Promise<DeafListener> {
    const hears = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(LISTENING, { eval: true, workerData: { host, port, answer, hears } });
    t.after(() => worker.terminate());
    const [listening] = await once(worker, 'message');
    // A backlog of one holds two connections.
    for (let i = 0; i < 2; i++) {
      const socket = connect({ host, port: listening }).on('error', () => {});
      t.after(() => socket.destroy());
      await once(socket, 'connect');
    }
    return new DeafListener(listening, hears);
  }

  hear(): void {
    Atomics.store(this.#hears, 0, 1);
    Atomics.notify(this.#hears, 0);
  }
}
