import { answer, Raw } from '../document/media.ts';
import { documentOf } from '../document/openapi.ts';
import type { Routes } from '../types.ts';
import { docsPage, STYLE_PATH } from './page.ts';
import { STYLE } from './style.ts';

/** No content from other origins, no scripts, no framing. */
const POLICY =
  "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const CACHE = 'public, max-age=300';

/** The document as an HTML page. */
export const docsRoutes: Routes = async (app) => {
  let page: string | undefined;
  app.get(
    '/api/docs',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'readDocs',
        summary: 'Get this page',
        tags: ['system'],
        response: { 200: answer('an HTML page', { 'text/html': Raw('for people') }) },
      },
    },
    async (_request, reply) => {
      page ??= docsPage(documentOf(app));
      return reply
        .header('content-security-policy', POLICY)
        .header('referrer-policy', 'no-referrer')
        .header('cache-control', CACHE)
        .type('text/html; charset=utf-8')
        .send(page);
    },
  );
  app.get(
    STYLE_PATH,
    {
      config: { access: 'public' },
      schema: {
        operationId: 'readDocsStyle',
        summary: 'Get the style sheet of this page',
        tags: ['system'],
        response: { 200: answer('a style sheet', { 'text/css': Raw('for browsers') }) },
      },
    },
    async (_request, reply) => reply.header('cache-control', CACHE).type('text/css; charset=utf-8').send(STYLE),
  );
};
