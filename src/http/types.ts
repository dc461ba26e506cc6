import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyPluginAsyncTypebox, TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { Principal, Scope } from '../accounts/access.ts';

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

/** What a request occupies while it lasts. Each user may have a number of each at a time. */
export type Quota = 'stream' | 'upload' | 'download';

/** A route as it was registered: what is documented, and what the tests go through. */
export interface RouteEntry {
  readonly method: string;
  /** With its parameters: `/api/v1/stores/:store_id`. */
  readonly url: string;
  readonly access: AccessRule;
  /** Its name in the OpenAPI document. */
  readonly operationId: string;
  /** What it occupies while it lasts. */
  readonly quota?: Quota;
  /** A part of the dashboard, which is for browsers and no part of the API. */
  readonly page?: true;
}

/** Who stands behind what a request shows. */
export interface Authenticator {
  /** Changes with every change of an account, whichever server makes it. */
  revision(): Promise<string>;
  /** Without users, everything is open. */
  hasUsers(): Promise<boolean>;
  /** `undefined`: no such session, or none any more. */
  principalOfSession(token: string): Promise<Principal | undefined>;
  /** `undefined`: no such key, or none any more. */
  principalOfKey(key: string): Promise<Principal | undefined>;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Every route says this; one that does not stops the start. */
    access?: AccessRule;
    /** No body is the same as `{}`. */
    bodyOptional?: true;
    /** What a request occupies while it lasts: users may have a number of each at a time. */
    quota?: Quota;
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
