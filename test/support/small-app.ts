import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyBaseLogger } from 'fastify';
import { pino } from 'pino';
import { acceptJsonOrNothing } from '../../src/http/bodies.ts';
import { keepDocument } from '../../src/http/document/openapi.ts';
import { handleError } from '../../src/http/problems.ts';
import { keepRouteTable } from '../../src/http/route-table.ts';
import type { App, Routes } from '../../src/http/types.ts';
import { compileValidator } from '../../src/http/validation.ts';

/** An app with only these routes, documented and validated as usual, without access control. */
export async function smallApp(routes: Routes): Promise<App> {
  const log: FastifyBaseLogger = pino({ level: 'silent' });
  const app = Fastify({ loggerInstance: log }).withTypeProvider<TypeBoxTypeProvider>();
  app.setValidatorCompiler(compileValidator);
  app.setErrorHandler(handleError);
  acceptJsonOrNothing(app);
  keepRouteTable(app);
  await keepDocument(app);
  await app.register(routes);
  return app;
}
