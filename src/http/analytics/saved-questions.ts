import type { FastifyReply } from 'fastify';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { SavedQuestions } from '../../analytics/saved-questions.ts';
import { formatInstant } from '../../calendar/instant.ts';
import type { SavedQuestionRecord } from '../../storage/ports/saved-questions.ts';
import { Id, Nothing } from '../accounts/schemas.ts';
import { expectedVersion, IfMatch, IfNoneMatch, NotModified, sendVersion } from '../etags.ts';
import { decodeCursor, encodeCursor, limitOf, NewestCursor, Page, PageQuery } from '../pages.ts';
import { Instant, readOnly, refuseOther } from '../schemas.ts';
import type { Routes } from '../types.ts';
import { AnalyticsQuery, tags } from './schemas.ts';

const ROOT = '/api/v1/saved-questions';

const Path = Type.Object({ question_id: Id });

const Name = Type.String({ maxLength: 200, description: 'for people', examples: ['October by brand'] });

const Parameters = Type.Omit(AnalyticsQuery, ['as_of', 'known_at', 'format'], {
  additionalProperties: false,
  title: 'AnalyticsQuestion',
  description: 'Parameters of `GET /api/v1/analytics`.',
});

const NewSavedQuestion = Type.Object(
  { name: Name, question: Parameters },
  { additionalProperties: false, title: 'NewSavedQuestion' },
);

const SavedQuestionChange = Type.Object(
  {
    question_id: Type.Optional(Id),
    name: Type.Optional(Name),
    question: Type.Optional({ ...Parameters, description: 'replaces all parameters' }),
    ...readOnly('author', 'created_at', 'changed_at'),
  },
  {
    additionalProperties: false,
    title: 'SavedQuestionChange',
    description: 'omitted fields stay unchanged, and read-only fields of a response are ignored',
  },
);

const SavedQuestion = Type.Object(
  {
    question_id: Id,
    name: Type.String(),
    question: Parameters,
    author: Type.String({ description: 'the name of who saved it, at that time' }),
    created_at: Instant,
    changed_at: Instant,
  },
  { title: 'SavedQuestion' },
);

/** The questions of analytics that a team keeps and shares. */
export function savedQuestionRoutes(saved: SavedQuestions): Routes {
  return async (app) => {
    app.get(
      ROOT,
      {
        config: { access: 'reports:read' },
        schema: {
          operationId: 'listSavedQuestions',
          tags,
          summary: 'List the saved questions, oldest first',
          description: 'Owners see those that they can ask: about labels and stores that are theirs.',
          querystring: Type.Object(PageQuery, { additionalProperties: false }),
          response: { 200: Page(SavedQuestion, 'SavedQuestionPage') },
        },
      },
      async ({ principal, query }) => {
        const place = decodeCursor(query.cursor, NewestCursor, (schema, value) => Value.Check(schema, value));
        const after = place && { createdAt: place[0], id: place[1] };
        const { items, next } = await saved.list(principal, { limit: limitOf(query), after });
        return { items: items.map(bodyOf), next_cursor: next ? encodeCursor([next.createdAt, next.id]) : null };
      },
    );

    app.post(
      ROOT,
      {
        config: { access: 'reports:write', idempotency: {} },
        schema: {
          operationId: 'createSavedQuestion',
          tags,
          summary: 'Save a question, for operators and admins',
          body: NewSavedQuestion,
          response: { 201: SavedQuestion },
        },
      },
      async ({ principal, body }, reply) => {
        const record = await saved.add(principal, body);
        return send(reply.code(201).header('location', `${ROOT}/${record.id}`), record);
      },
    );

    app.get(
      `${ROOT}/:question_id`,
      {
        config: { access: 'reports:read' },
        schema: {
          operationId: 'getSavedQuestion',
          tags,
          summary: 'Get a saved question',
          params: Path,
          headers: IfNoneMatch,
          response: { 200: SavedQuestion, 304: NotModified },
        },
      },
      async ({ principal, params }, reply) => send(reply, await saved.get(principal, params.question_id)),
    );

    app.patch(
      `${ROOT}/:question_id`,
      {
        config: { access: 'reports:write' },
        schema: {
          operationId: 'updateSavedQuestion',
          tags,
          summary: 'Update a saved question, for operators and admins',
          params: Path,
          headers: IfMatch,
          body: SavedQuestionChange,
          response: { 200: SavedQuestion },
        },
      },
      async (request, reply) => {
        const { principal, params } = request;
        const { question_id, ...change } = request.body;
        refuseOther('question_id', question_id, params.question_id);
        return send(reply, await saved.change(principal, params.question_id, change, expectedVersion(request)));
      },
    );

    app.delete(
      `${ROOT}/:question_id`,
      {
        config: { access: 'reports:write' },
        schema: {
          operationId: 'deleteSavedQuestion',
          tags,
          summary: 'Delete a saved question, for operators and admins',
          params: Path,
          headers: IfMatch,
          response: { 204: Nothing },
        },
      },
      async (request, reply) => {
        await saved.remove(request.principal, request.params.question_id, expectedVersion(request));
        return reply.code(204).send(null);
      },
    );
  };
}

function send(reply: FastifyReply, record: SavedQuestionRecord): FastifyReply {
  const body = bodyOf(record);
  return sendVersion(reply, record.version, body).send(body);
}

function bodyOf({
  id,
  name,
  question,
  author,
  createdAt,
  changedAt,
}: SavedQuestionRecord): Static<typeof SavedQuestion> {
  return {
    ...{ question_id: id, name, question: question as Static<typeof Parameters>, author },
    ...{ created_at: formatInstant(createdAt), changed_at: formatInstant(changedAt) },
  };
}
