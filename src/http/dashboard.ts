import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import statics from '@fastify/static';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { notFound } from '../lib/errors.ts';
import { Nothing } from './document/media.ts';
import type { Routes } from './types.ts';

/** Where `npm run build` leaves the pages; the same from the sources as from what is built. */
const BUILT = fileURLToPath(new URL('../../dist/web/', import.meta.url));

/** Its own scripts and styles, its own server, and nothing else: neither inline nor from elsewhere. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** The addresses of the dashboard; each is the same page, which looks at the address itself. */
const PAGES = [
  { name: 'Fleet', url: '/' },
  { name: 'Store', url: '/stores/:store_id' },
  { name: 'Stores', url: '/stores' },
  { name: 'Analytics', url: '/analytics' },
  { name: 'Reports', url: '/reports' },
  { name: 'Report', url: '/reports/:report_id' },
  { name: 'Imports', url: '/imports' },
  { name: 'Downtime', url: '/downtime' },
  { name: 'Incidents', url: '/incidents' },
  { name: 'Incident', url: '/incidents/:incident_id' },
  { name: 'AlertRules', url: '/alert-rules' },
  { name: 'ContactPoints', url: '/contact-points' },
  { name: 'Deliveries', url: '/deliveries' },
  { name: 'Users', url: '/users' },
  { name: 'User', url: '/users/:user_id' },
  { name: 'Account', url: '/account' },
  // The token of a link is behind `#`, which no server sees.
  { name: 'Invitation', url: '/invitation', referrer: 'no-referrer' },
  { name: 'ResetPassword', url: '/reset-password', referrer: 'no-referrer' },
] as const satisfies readonly { name: string; url: string; referrer?: string }[];

/** Files whose addresses browsers remember, and read again: they make the page an app that gets push notifications. */
const APP_FILES = [
  { name: 'ServiceWorker', file: 'service-worker.js' },
  { name: 'Manifest', file: 'manifest.webmanifest' },
  { name: 'SmallIcon', file: 'icon-192.png' },
  { name: 'LargeIcon', file: 'icon-512.png' },
] as const;

/**
 * The web page. It holds nothing of anybody: what it shows, it asks the API for.
 *
 * @param folder where its built files are
 */
export function dashboardRoutes(folder = BUILT): Routes {
  return async (app) => {
    const built = existsSync(`${folder}/index.html`);
    if (built) await app.register(statics, { root: folder, serve: false, preCompressed: true, cacheControl: false });

    for (const { name, url, ...page } of PAGES) {
      app.get(
        url,
        {
          config: { access: 'public' },
          logLevel: 'warn',
          schema: {
            hide: true,
            operationId: `show${name}Page`,
            summary: `The dashboard: ${name.toLowerCase()}`,
            tags: ['system'],
            response: { 200: HTML },
          },
        },
        async (_request, reply) => {
          if (!built) throw notFound('the dashboard is not built: run "npm run build"; the API is at /api/docs');
          return withPageHeaders(reply, 'referrer' in page ? page.referrer : undefined).sendFile('index.html');
        },
      );
    }

    // The earlier addresses of the users, which may be bookmarked.
    for (const { name, url } of [
      { name: 'Users', url: '/people' },
      { name: 'User', url: '/people/:user_id' },
    ]) {
      app.get(
        url,
        {
          config: { access: 'public' },
          logLevel: 'warn',
          schema: {
            hide: true,
            operationId: `redirectTo${name}Page`,
            summary: `Redirect to the dashboard: ${name.toLowerCase()}`,
            tags: ['system'],
            response: { 301: Nothing('the page is at `Location`') },
          },
        },
        async (request, reply) => reply.redirect(request.url.replace('/people', '/users'), 301),
      );
    }

    for (const { name, file } of APP_FILES) {
      app.get(
        `/${file}`,
        {
          config: { access: 'public' },
          logLevel: 'warn',
          schema: {
            hide: true,
            operationId: `read${name}`,
            summary: 'Get a file of the installed dashboard',
            tags: ['system'],
            response: { 200: FILE },
          },
        },
        async (_request, reply) => {
          if (!existsSync(`${folder}/${file}`)) throw notFound(`the dashboard is not built: there is no ${file}`);
          return reply.header('cache-control', 'no-cache').sendFile(file);
        },
      );
    }

    app.get(
      '/assets/:file',
      {
        config: { access: 'public' },
        logLevel: 'warn',
        schema: {
          hide: true,
          operationId: 'readAsset',
          summary: 'Get a script, style or image of the dashboard',
          tags: ['system'],
          params: Type.Object({ file: Type.String({ maxLength: 200 }) }),
          response: { 200: FILE },
        },
      },
      async ({ params: { file } }, reply) => {
        if (!/^[\w-]+\.(js|css|svg)$/.test(file) || !existsSync(`${folder}/assets/${file}`)) {
          throw notFound(`there is no file "${file}" of the dashboard; the page may be older than the server`);
        }
        // Its name changes with what is in it.
        return reply
          .header('cache-control', 'public, max-age=31536000, immutable')
          .header('vary', 'accept-encoding')
          .sendFile(`assets/${file}`);
      },
    );
  };
}

/**
 * Answers the request of a browser for an unknown address with the page, which says that nothing is there.
 *
 * @param folder the folder of the built files
 * @returns a function that returns `undefined` if the request is not that of a browser for a page, or without a build
 */
export function unknownPages(
  folder = BUILT,
): (request: FastifyRequest, reply: FastifyReply) => FastifyReply | undefined {
  const file = `${folder}/index.html`;
  const html = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  return (request, reply) => {
    if (html === undefined || !asksForPage(request)) return undefined;
    return withPageHeaders(reply).code(404).type('text/html; charset=utf-8').send(html);
  };
}

/** Browsers name HTML when a person opens an address; programs and scripts do not. */
function asksForPage({ method, url, headers }: FastifyRequest): boolean {
  const reads = method === 'GET' || method === 'HEAD';
  return reads && !/^\/(api|assets)(\/|\?|$)/.test(url) && /\btext\/html\b/i.test(headers.accept ?? '');
}

function withPageHeaders(reply: FastifyReply, referrer = 'same-origin'): FastifyReply {
  return reply
    .header('content-security-policy', POLICY)
    .header('referrer-policy', referrer)
    .header('cache-control', 'no-cache');
}

const HTML = { description: 'the page', content: { 'text/html': { schema: Type.Unsafe<unknown>({}) } } };
const FILE = { description: 'the file', content: { '*/*': { schema: Type.Unsafe<unknown>({}) } } };
