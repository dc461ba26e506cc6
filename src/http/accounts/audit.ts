import { Type } from 'typebox';
import { auditResource } from '../../accounts/resources.ts';
import type { Accounts } from '../../accounts/service.ts';
import { limitOf, Page, PageQuery } from '../pages.ts';
import { Instant, Nullable } from '../schemas.ts';
import type { Routes } from '../types.ts';
import { Id, timeCursor, timePlaceFrom } from './schemas.ts';

const Entry = Type.Object(
  {
    audit_id: Id,
    at: Instant,
    actor_id: Nullable(Type.String({ description: 'null if it is not a user' })),
    actor: Type.String({ description: 'the name of the actor at that time' }),
    key_id: Nullable(Type.String({ description: 'the API key that was used' })),
    action: Type.String({ examples: ['user.changed'] }),
    subject_kind: Type.String({ examples: ['user'] }),
    subject_id: Type.String(),
    detail: Type.Record(Type.String(), Type.Unknown()),
  },
  { title: 'AuditEntry' },
);

const Filter = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 200, description }));
const query = Type.Object(
  {
    ...PageQuery,
    actor_id: Filter('the user who made the change'),
    action: Filter('such as `user.changed`'),
    subject_kind: Filter('such as `user`, `key`, `store`'),
    subject_id: Filter('the ID of what was changed'),
  },
  { additionalProperties: false },
);

/** The audit log. */
export function auditRoutes({ audit }: Accounts): Routes {
  return async (app) => {
    app.get(
      '/api/v1/audit',
      {
        config: { access: 'users:read' },
        schema: {
          operationId: 'listAudit',
          summary: 'List audit log entries, newest first',
          tags: ['audit'],
          querystring: query,
          response: { 200: Page(Entry, 'AuditPage') },
        },
      },
      async (request) => {
        const { actor_id, action, subject_kind, subject_id } = request.query;
        const filter = {
          ...(actor_id !== undefined && { actorId: actor_id }),
          ...(action !== undefined && { action: action.toLowerCase() }),
          ...(subject_kind !== undefined && { subjectKind: subject_kind.toLowerCase() }),
          ...(subject_id !== undefined && { subjectId: subject_id }),
        };
        const page = { limit: limitOf(request.query), after: timePlaceFrom(request.query.cursor) };
        const { items, next } = await audit.list(filter, page);
        return {
          items: items.map(auditResource),
          next_cursor: timeCursor(next),
        };
      },
    );
  };
}
