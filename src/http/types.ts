import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyPluginAsyncTypebox, TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { Principal, Scope } from '../accounts/access.ts';
import type { Share } from './shares.ts';

/** The HTTP side of the product, with schemas as types. */
export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** The routes of one resource. */
export type Routes = FastifyPluginAsyncTypebox;

/**
 * Who may use a route: everybody; everybody who is signed in; or those who have the scope. A route that shows or
 * changes stores also has to ask `sees` of the principal, store by store.
 */
export type AccessRule = 'public' | 'signed-in' | Scope;

/** A route as it was registered: what is documented, and what the tests go through. */
export interface RouteEntry {
  readonly method: string;
  /** With its parameters: `/api/v1/stores/:store_id`. */
  readonly url: string;
  readonly access: AccessRule;
  /** Its name in the OpenAPI document. */
  readonly operationId: string;
  /** What it keeps for as long as it takes. */
  readonly share?: Share;
  /** A part of the dashboard, which is for browsers and no part of the API. */
  readonly page?: true;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Every route says this; one that does not stops the start. */
    access?: AccessRule;
    /** No body is the same as `{}`. */
    bodyOptional?: true;
  }
  interface FastifyRequest {
    /** Whom the request comes from; set before any handler runs. */
    principal: Principal;
    /** Finds out anew whom the request comes from; `undefined`: nobody any more. */
    identify: () => Promise<Principal | undefined>;
  }
  interface FastifyInstance {
    readonly routeTable: readonly RouteEntry[];
  }
}
