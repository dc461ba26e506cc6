import swagger from '@fastify/swagger';
import { Type } from 'typebox';
import { VERSION } from '../version.ts';
import { Problem } from './problems.ts';
import type { AccessRule, App, Routes } from './types.ts';

const PROBLEM = { description: 'what is wrong', content: { 'application/problem+json': { schema: Problem } } };

/** Writes down every route that is added from here on as OpenAPI 3.1, from the schemas that validate. */
export async function keepDocument(app: App): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Restaurant Monitor',
        version: VERSION,
        summary: 'Were my restaurants really online while they were supposed to be open?',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/' }],
      components: {
        securitySchemes: {
          key: { type: 'http', scheme: 'bearer', description: 'an API key' },
          session: { type: 'apiKey', in: 'cookie', name: 'rm_session', description: 'a browser session' },
        },
      },
    },
    convertConstToEnum: false,
    transform: ({ schema, url, route }) => ({
      url,
      schema: {
        ...schema,
        ...securityOf(route.config?.access),
        response: { ...(schema?.response as object), default: PROBLEM },
      },
    }),
    transformObject: (given) => {
      if (!('openapiObject' in given)) return given.swaggerObject;
      return hoistSchemas(given.openapiObject as unknown as Json) as typeof given.openapiObject;
    },
  });
}

function securityOf(access: AccessRule | undefined): { security: Record<string, string[]>[] } {
  return { security: access === 'public' ? [] : [{ key: [] }, { session: [] }] };
}

/** The document itself. */
export const documentRoutes: Routes = async (app) => {
  app.get(
    '/api/openapi.json',
    {
      config: { access: 'public' },
      schema: { hide: true, response: { 200: Type.Unknown() } },
    },
    async () => app.swagger(),
  );
};

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Schemas with a title stand once, under `components`, and are referred to by it. */
export function hoistSchemas(document: Json): Json {
  const schemas: Record<string, Json> = {};
  const walk = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null) return value;
    const copy = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, walk(inner)]));
    const { title } = copy;
    if (typeof title !== 'string' || !('type' in copy || 'anyOf' in copy || 'enum' in copy)) return copy;
    const known = schemas[title];
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(copy)) {
      throw new Error(`two schemas have the title ${title}`);
    }
    schemas[title] = copy;
    return { $ref: `#/components/schemas/${title}` };
  };
  const { paths = {}, ...rest } = document as Record<string, Json>;
  const walked = walk(paths);
  const components = (rest.components ?? {}) as Record<string, Json>;
  return { ...rest, paths: walked, components: { ...components, schemas } };
}
