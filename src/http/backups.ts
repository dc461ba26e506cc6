import { Readable } from 'node:stream';
import { actorOf } from '../accounts/audit.ts';
import type { Accounts } from '../accounts/service.ts';
import { UserError } from '../lib/errors.ts';
import { now } from '../lib/world/clocks.ts';
import { answer, Raw } from './document/media.ts';
import type { Routes } from './types.ts';

/** Seconds after which it is worth asking again while another backup runs. */
const RETRY_AFTER = 60;

/**
 * Backups of the whole database, one at a time.
 *
 * @param create a backup as a tar archive
 */
export function backupRoutes(create: () => AsyncGenerator<Uint8Array>, { audit }: Accounts): Routes {
  let running = false;
  return async (app) => {
    app.post(
      '/api/v1/backups',
      {
        config: { access: 'backups:read', share: 'download' },
        schema: {
          operationId: 'createBackup',
          summary: 'Download a backup of everything',
          description:
            'The database as of one instant, the results of its reports, and at last `manifest.json` with checksums; ' +
            'an archive without it was cut off. It holds all accounts with their secrets: keep it like a password. ' +
            '`restaurant-monitor restore` reads it. One backup runs at a time.',
          tags: ['system'],
          response: { 200: answer('a tar archive', { 'application/x-tar': Raw('`tar -x` reads it') }) },
        },
      },
      async (request, reply) => {
        if (running) {
          throw new UserError('too_many_requests', 'another backup is running; wait until it has ended', {
            retryAfter: RETRY_AFTER,
          });
        }
        running = true;
        const backup = create();
        const end = async () => {
          running = false;
          await backup.return(undefined);
        };
        try {
          await audit.record(actorOf(request.principal), 'backup.created', { kind: 'backup', id: request.id });
          // What goes wrong before the first byte can still be answered. A large database takes long until then.
          const first = await request.deadline.excluding(() => backup.next());
          request.deadline.signal.throwIfAborted();
          const content = Readable.from(first.done ? [] : withFirst(first.value, backup));
          content.once('close', () => void end());
          const name = new Date(now()).toISOString().replace(/\.\d+|[-:]/g, '');
          return reply
            .header('cache-control', 'no-store')
            .header('content-disposition', `attachment; filename="restaurant-monitor-${name}.tar"`)
            .type('application/x-tar')
            .send(content);
        } catch (error) {
          await end();
          throw error;
        }
      },
    );
  };
}

async function* withFirst(first: Uint8Array, rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}
