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
 * Who may use a route: everyone; every signed-in user; or users with the scope. A route that shows or changes stores also
 * has to check that the principal may see them.
 */
export type AccessRule = 'public' | 'signed-in' | Scope;

/** What a request occupies while it lasts. Each user may have a number of each at a time. */
export type Quota = 'stream' | 'upload' | 'download';

/** A registered route, as documented and tested. */
export interface RouteEntry {
  readonly method: string;
  /** With its parameters: `/api/v1/stores/:store_id`. */
  readonly url: string;
  readonly access: AccessRule;
  /** Its name in the OpenAPI document. */
  readonly operationId: string;
  /** What it occupies while it lasts. */
  readonly quota?: Quota;
  /** A part of the dashboard, which is not part of the API. */
  readonly page?: true;
  /** A GET that also takes HEAD: all but streams. */
  readonly takesHead?: true;
}

/** Authenticates sessions and keys. */
export interface Authenticator {
  /** Changes with every change of an account, on any server. */
  revision(): Promise<string>;
  /** Without users, everything is open. */
  hasUsers(): Promise<boolean>;
  /** `undefined`: no such session, or an ended one. */
  principalOfSession(token: string): Promise<Principal | undefined>;
  /** `undefined`: no such key, or an expired or revoked one. */
  principalOfKey(key: string): Promise<Principal | undefined>;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Required of every route; the server does not start without it. */
    access?: AccessRule;
    /** No body is the same as `{}`. */
    bodyOptional?: true;
    /** What a request occupies while it lasts: users may have a number of each at a time. */
    quota?: Quota;
  }
  interface FastifyRequest {
    /** The sender of the request; set before any handler runs. */
    principal: Principal;
    /** Authenticates the request again; `undefined`: no longer valid. */
    identify: () => Promise<Principal | undefined>;
  }
  interface FastifyInstance {
    readonly routeTable: readonly RouteEntry[];
  }
}
