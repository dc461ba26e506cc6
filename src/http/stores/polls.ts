import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { instantFrom } from '../../calendar/instant.ts';
import { POLL_TYPES, type PollType, readPolls } from '../../intake/api/body.ts';
import { LISTED_REJECTS } from '../../intake/api/rows.ts';
import type { PollService } from '../../intake/api/service.ts';
import { LIMITS } from '../../lib/budgets.ts';
import { UserError } from '../../lib/errors.ts';
import { utf8 } from '../../lib/text.ts';
import type { StoreService } from '../../stores/service.ts';
import { Nothing } from '../document/media.ts';
import { decodeCursor, encodeCursor, limitOf, Page, PageQuery } from '../pages.ts';
import { GivenInstant, Nullable, refuseReversed, StoreId, StoreTime } from '../schemas.ts';
import type { Routes } from '../types.ts';
import { PollReason, PollStatus, pollBody, StorePath, zoneOf } from './store-schemas.ts';

const tags = ['polls'];

const Poll = Type.Object({ at: StoreTime, status: PollStatus, reason: Nullable(PollReason) }, { title: 'Poll' });

const NewPoll = Type.Object(
  {
    store_id: StoreId,
    status: PollStatus,
    timestamp_utc: GivenInstant('when the store was polled; truncated to milliseconds'),
    reason: Type.Optional(
      Nullable(
        Type.String({
          description:
            "why it is inactive: a code of the closed list, the platform's own word, or both as `code: word`; of an active poll it is ignored",
          examples: ['http_503', 'closed_by_store: PAUSED_BY_RESTAURANT'],
        }),
      ),
    ),
  },
  { additionalProperties: false, title: 'NewPoll' },
);

const NewPolls = Type.Union(
  [
    Type.Object({ polls: Type.Array(NewPoll, { maxItems: LIMITS.pollsPerRequest }) }, { additionalProperties: false }),
    Type.Array(NewPoll, { maxItems: LIMITS.pollsPerRequest }),
  ],
  { title: 'NewPolls' },
);

const Appended = Type.Object(
  {
    received: Type.Integer({ description: '= added + replaced + already_there + repeated + rejected' }),
    added: Type.Integer(),
    replaced: Type.Integer({
      description: 'polls of an instant that had another status or reason',
    }),
    already_there: Type.Integer(),
    repeated: Type.Integer({
      description: 'polls of an instant that occurs again later in the request; the last one wins',
    }),
    rejected: Type.Integer(),
    rejects: Type.Array(
      Type.Object(
        {
          row: Type.Integer({ description: 'position among the polls of the request, from 1' }),
          store_id: Nullable(Type.String()),
          reason: Type.String(),
        },
        { title: 'RejectedPoll' },
      ),
      { description: `the first ${LISTED_REJECTS}` },
    ),
  },
  { title: 'AppendedPolls' },
);

const Cursor = Type.Tuple([Type.Integer()]);

/** The years that instants can be given in. */
const [FIRST, LAST] = [Date.UTC(0, 0, 1), Date.UTC(10_000, 0, 1)];

export function pollRoutes(polls: PollService, stores: StoreService): Routes {
  return async (app) => {
    app.get(
      '/stores/:store_id/polls',
      {
        config: { access: 'polls:read' },
        schema: {
          operationId: 'listPolls',
          tags,
          summary: 'List the polls of a store, newest first',
          params: StorePath,
          querystring: Type.Object(
            {
              from: Type.Optional(GivenInstant('the first instant')),
              to: Type.Optional(GivenInstant('the instant before which they are')),
              ...PageQuery,
            },
            { additionalProperties: false },
          ),
          response: { 200: Page(Poll, 'PollPage') },
        },
      },
      async ({ params, query, principal }) => {
        const limit = limitOf(query);
        const [before] = decodeCursor(query.cursor, Cursor, (schema, value) => Value.Check(schema, value)) ?? [];
        const from = query.from === undefined ? FIRST : instantFrom('from', query.from);
        const to = query.to === undefined ? LAST : instantFrom('to', query.to);
        refuseReversed(from, to);
        const found = await polls.list(principal, params.store_id, { from, to: before ?? to, limit: limit + 1 });
        const zone = zoneOf(found.store);
        const items = found.polls.slice(0, limit);
        const last = items.at(-1);
        return {
          items: items.map((poll) => pollBody(poll, zone)),
          next_cursor: found.polls.length > limit && last !== undefined ? encodeCursor([last.instant]) : null,
        };
      },
    );
    app.delete(
      '/stores/:store_id/polls/:at',
      {
        config: { access: 'polls:write' },
        schema: {
          operationId: 'deletePoll',
          tags,
          summary: 'Delete a poll',
          description:
            'States, timelines and new reports no longer include it; finished reports do not change. A feed or a request that has the poll adds it again.',
          params: Type.Object({
            store_id: StoreId,
            at: GivenInstant('when the store was polled, as in the list of polls'),
          }),
          response: { 204: Nothing('deleted') },
        },
      },
      async ({ params, principal }, reply) => {
        await stores.deletePoll(principal, params.store_id, instantFrom('at', params.at));
        return reply.code(204).send(null);
      },
    );

    await app.register(appendRoute(polls));
  };
}

/** Its bodies are large, of three kinds, and checked row by row: a bad one stops no other. */
function appendRoute(polls: PollService): Routes {
  return async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) => body);
    app.post(
      '/polls',
      {
        bodyLimit: LIMITS.pollsBodyBytes,
        config: { access: 'polls:write' },
        validatorCompiler: () => () => true,
        schema: {
          operationId: 'appendPolls',
          tags,
          summary: 'Add polls',
          description: `Adding the same polls again changes nothing. The body may have \`Content-Encoding: gzip\`; it has at most ${LIMITS.pollsPerRequest} polls and ${LIMITS.pollsBodyBytes} bytes, packed and unpacked. A bad poll is rejected and stops no other. Stores that are not known become so if the sender may also change stores (\`stores:write\`); otherwise their polls are rejected.`,
          body: {
            content: {
              'application/json': { schema: NewPolls },
              'application/x-ndjson': { schema: Type.String({ description: 'one poll as JSON per line' }) },
              'text/csv': {
                schema: Type.String({
                  description: 'a header with store_id, status, timestamp_utc and, optionally, reason',
                }),
              },
            },
          },
          response: { 200: Appended },
        },
      },
      async ({ headers, body, principal, deadline }) => {
        const rows = await polls.rowsFor(principal);
        const text = utf8(body as Buffer, 'the body');
        await readPolls(text, typeOf(headers['content-type']), rows);
        const { added, replaced, alreadyThere, repeated } = await polls.append(rows, deadline.signal);
        return {
          received: rows.received,
          added,
          replaced,
          already_there: alreadyThere,
          repeated,
          rejected: rows.rejected,
          rejects: rows.refused.map(({ row, storeId, reason }) => ({ row, store_id: storeId ?? null, reason })),
        };
      },
    );
  };
}

function typeOf(header: string | undefined): PollType {
  const given = header?.split(';', 1)[0]?.trim().toLowerCase();
  const type = POLL_TYPES.find((one) => one === given);
  if (type !== undefined) return type;
  throw new UserError(
    'unsupported_media_type',
    `the body is ${header?.slice(0, 100) ?? 'of no stated type'}, expected ${POLL_TYPES.join(', ')}`,
  );
}
