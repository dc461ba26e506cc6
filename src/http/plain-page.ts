import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { Html, html } from '../lib/html.ts';

const STYLE = `
:root { color-scheme: light dark; --paper: light-dark(#faf9f6, #141412); --ink: light-dark(#1d1c19, #f0eee8); --quiet: light-dark(#5c594f, #b3afa4); --line: light-dark(#dfdcd3, #3a3832); }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1.0625rem/1.5 system-ui, sans-serif; }
main { max-width: 34rem; margin: 0 auto; padding: 2rem 1.25rem; }
h1 { margin: 0 0 1rem; font-size: 1.5rem; }
ul { margin: 0 0 1.5rem; padding: 0; list-style: none; border-top: 1px solid var(--line); }
li { padding: 0.75rem 0; border-bottom: 1px solid var(--line); }
li strong { display: block; }
p, li span { color: var(--quiet); }
button { width: 100%; min-height: 3rem; padding: 0.5rem 1rem; border: 0; border-radius: 0.5rem; background: var(--ink); color: var(--paper); font: inherit; font-weight: 600; cursor: pointer; }
button:focus-visible { outline: 3px solid #2f6fd6; outline-offset: 2px; }
`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;

/** Its response in a schema. */
export const PAGE = {
  description: 'a page for people',
  content: { 'text/html': { schema: Type.Unsafe<unknown>({}) } },
};

/** A page without scripts, for links in messages. */
export function sendPage(reply: FastifyReply, status: number, title: string, content: Html): FastifyReply {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body><main><h1>${title}</h1>${content}</main></body>
</html>`;
  return (
    reply
      .code(status)
      .header('content-security-policy', POLICY)
      // With no referrer at all, browsers would not say that the button is on our own page.
      .header('referrer-policy', 'same-origin')
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(page.text)
  );
}
