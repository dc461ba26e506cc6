import { type Html, html } from '../../lib/html.ts';
import { type ApiDocument, operationsOf, type PlacedOperation, type Tag } from '../document/types.ts';
import { bodyFields } from './fields.ts';
import { inline, markdown, type Section, sections, slug } from './markdown.ts';
import { badge, breakable, operationSection } from './operation.ts';

/** The path of the style sheet. */
export const STYLE_PATH = '/api/docs/style.css';

const TRY_IT = `The commands on this page expect two variables:

\`\`\`
SERVER=http://127.0.0.1:5000
KEY=your-api-key
\`\`\``;

interface Chapter {
  readonly tag: Tag;
  readonly operations: readonly PlacedOperation[];
}

/** The document as an HTML page. Pure: the same for every reader. */
export function docsPage(document: ApiDocument): string {
  const { info } = document;
  const operations = operationsOf(document);
  const chapters = document.tags
    .map((tag) => ({ tag, operations: operations.filter(({ tags }) => tags.includes(tag.name)) }))
    .filter((chapter) => chapter.operations.length > 0);
  const [lead, ...conventions] = sections(info.description);
  const introduction = [...conventions, { title: 'Trying it out', body: markdown(TRY_IT) }];
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${info.title} API</title>
<link rel="stylesheet" href="${STYLE_PATH}">
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header class="top">
<p class="brand"><a href="#content">${info.title}</a> <span class="version">API ${info.version}</span></p>
<a class="raw" href="/api/openapi.json">openapi.json</a>
</header>
<nav aria-label="Contents">
${contents(introduction, chapters)}
</nav>
<main id="content" tabindex="-1">
<h1>${info.title} API</h1>
<p class="summary">${info.summary}</p>
${lead?.body}
<div class="conventions">${introduction.map((section) => convention(document, section))}</div>
${chapters.map((chapter) => chapterSection(document, chapter))}
</main>
</body>
</html>
`.text;
}

function contents(introduction: readonly Section[], chapters: readonly Chapter[]): Html {
  return html`<h2>Conventions</h2>
<ul>${introduction.map(({ title = '' }) => html`<li><a href="#${slug(title)}">${title}</a></li>`)}</ul>
${chapters.map(
  ({ tag, operations }) => html`<h2><a href="#tag-${tag.name}">${capital(tag.name)}</a></h2>
<ul class="operations">${operations.map(
    ({ operationId, method, summary }) =>
      html`<li><a href="#${operationId}">${badge(method)} <span>${summary}</span></a></li>`,
  )}</ul>`,
)}`;
}

function convention(document: ApiDocument, { title = '', body }: Section): Html {
  const id = slug(title);
  return html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title"><a href="#${id}">${title}</a></h2>
${body}${id === 'errors' ? bodyFields(document, { $ref: '#/components/schemas/Problem' }, 'answer') : undefined}
</section>`;
}

function chapterSection(document: ApiDocument, { tag, operations }: Chapter): Html {
  const id = `tag-${tag.name}`;
  return html`<section class="chapter" id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title"><a href="#${id}">${capital(tag.name)}</a></h2>
<p class="summary">${inline(tag.description)}</p>
<ul class="overview">${operations.map(
    ({ operationId, method, path, summary }) =>
      html`<li><a href="#${operationId}">${badge(method)} <code>${breakable(path)}</code> <span>${summary}</span></a></li>`,
  )}</ul>
${operations.map((operation) => operationSection(document, operation))}
</section>`;
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
