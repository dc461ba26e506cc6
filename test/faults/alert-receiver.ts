import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ReceivedMessage } from '../history/messages.ts';
import type { SeededRandom } from '../simulation/random.ts';
import type { Owner } from '../support/process.ts';

/** A message with the store that it is about. */
export interface StoreMessage extends ReceivedMessage {
  readonly store: string;
}

export interface ReceiverParts {
  readonly random: SeededRandom;
  readonly now: () => number;
  /** Whether it may fail; later, it accepts everything. */
  readonly isOpen: () => boolean;
}

/** Receives the messages of contact points, by the path; sometimes it fails, or never answers. */
export class AlertReceiver {
  readonly url: string;
  readonly received: StoreMessage[] = [];

  private constructor(url: string) {
    this.url = url;
  }

  static async start(owner: Owner, { random, now, isOpen }: ReceiverParts): Promise<AlertReceiver> {
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      try {
        for await (const chunk of request) chunks.push(chunk as Buffer);
      } catch {
        // The sender was killed in the middle of the request.
        return;
      }
      const { type, data } = JSON.parse(Buffer.concat(chunks).toString());
      const fate = isOpen() ? random.next() : 1;
      receiver.received.push({
        id: String(request.headers['webhook-id']),
        contactPoint: (request.url ?? '').slice(1),
        kind: type.replace('alert.', ''),
        incident: data.incident_id,
        store: data.stores[0]?.store_id,
        at: now(),
        accepted: fate >= 0.15,
      });
      // Some that are accepted are not answered either.
      if (fate < 0.05 || (fate >= 0.15 && fate < 0.2)) return;
      response.writeHead(fate < 0.15 ? 503 : 204).end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    owner.after(() => {
      server.closeAllConnections();
      server.close();
    });
    const receiver = new AlertReceiver(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return receiver;
  }
}
