import swagger from '@fastify/swagger';
import { Type } from 'typebox';
import { VERSION } from '../../lib/version.ts';
import { SESSION_COOKIE } from '../guards/cookies.ts';
import { Problem } from '../problems.ts';
import { timeZones } from '../time-zones.ts';
import type { AccessRule, App, Routes } from '../types.ts';
import { CONVENTIONS } from './conventions.ts';
import { hoistSchemas } from './hoist.ts';
import { answer } from './media.ts';
import { TAGS } from './tags.ts';
import type { ApiDocument } from './types.ts';

const PROBLEM = { 'application/problem+json': Problem };

/** Documents all routes added after this call in OpenAPI 3.1, from the schemas that validate them. */
export async function keepDocument(app: App): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Restaurant Monitor',
        version: VERSION,
        summary: 'Were my restaurants really online while they were supposed to be open?',
        description: CONVENTIONS,
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/', description: 'this server' }],
      tags: [...TAGS],
      components: {
        securitySchemes: {
          key: { type: 'http', scheme: 'bearer', description: 'an API key' },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: SESSION_COOKIE,
            description: 'a browser session; over TLS the name begins with `__Host-`',
          },
        },
      },
    },
    convertConstToEnum: false,
    transform: ({ schema, url, route }) => ({
      url,
      schema: {
        ...schema,
        'x-body-optional': route.config?.bodyOptional,
        security: securityOf(route.config?.access),
        response: {
          ...(schema?.response as object),
          '4XX': answer('the request is invalid or not allowed', PROBLEM),
          default: answer('the server failed', PROBLEM),
        },
      },
    }),
    transformObject: (given) => {
      if (!('openapiObject' in given)) return given.swaggerObject;
      const document = given.openapiObject as unknown as Parameters<typeof hoistSchemas>[0];
      return finish(hoistSchemas(document) as unknown as RawDocument) as unknown as typeof given.openapiObject;
    },
  });
  // An inconsistent document stops the start.
  app.addHook('onReady', async () => {
    app.swagger();
  });
}

/** The document of all routes, once the app is ready. */
export function documentOf(app: App): ApiDocument {
  return app.swagger() as unknown as ApiDocument;
}

/** OpenAPI 3.1 allows scopes in the requirement for any security scheme. */
function securityOf(access: AccessRule | undefined): { key?: string[]; session?: string[] }[] {
  if (access === undefined || access === 'public') return [];
  const scopes = access === 'signed-in' ? [] : [access];
  return [{ key: scopes }, { session: scopes }];
}

type RawOperation = Record<string, unknown> & {
  requestBody?: { required: boolean };
  responses: Record<string, { description: string; headers?: object }>;
};
type RawDocument = Record<string, unknown> & { info: object; paths: Record<string, Record<string, RawOperation>> };

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No content',
};

/** Applies what @fastify/swagger has no option for. */
function finish(document: RawDocument): RawDocument {
  const operation = ({ 'x-body-optional': optional, requestBody, responses, ...rest }: RawOperation): RawOperation => ({
    ...rest,
    ...(requestBody && { requestBody: { ...requestBody, required: optional !== true } }),
    responses: Object.fromEntries(
      Object.entries(responses).map(([status, { description, headers, ...response }]) => [
        status,
        {
          description: description === 'Default Response' ? (DESCRIPTIONS[status] ?? 'OK') : description,
          ...(headers && Object.keys(headers).length > 0 && { headers }),
          ...response,
        },
      ]),
    ),
  });
  const paths = Object.fromEntries(
    Object.entries(document.paths).map(([path, operations]) => [
      path,
      Object.fromEntries(Object.entries(operations).map(([method, one]) => [method, operation(one)])),
    ]),
  );
  return { ...document, info: { ...document.info, 'x-time-zones': timeZones() }, paths };
}

/** The document itself. */
export const documentRoutes: Routes = async (app) => {
  let text: string | undefined;
  app.get(
    '/api/openapi.json',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'readDocument',
        summary: 'Get this document',
        tags: ['system'],
        response: {
          200: answer('OpenAPI 3.1', { 'application/json': Type.Record(Type.String(), Type.Unknown()) }),
        },
      },
    },
    async (_request, reply) => {
      text ??= JSON.stringify(documentOf(app));
      return reply.type('application/json; charset=utf-8').send(text);
    },
  );
};
