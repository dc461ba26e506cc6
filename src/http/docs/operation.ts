import { type Html, html } from '../../lib/html.ts';
import {
  type ApiDocument,
  type Content,
  type JsonSchema,
  needOf,
  type Operation,
  type Parameter,
  type PlacedOperation,
} from '../document/types.ts';
import { bodyFields, field, type Side } from './fields.ts';
import { json } from './json.ts';
import { markdown } from './markdown.ts';
import { curl, sampleOf } from './samples.ts';

/** One operation: its description, parameters, body, responses and an example. */
export function operationSection(document: ApiDocument, operation: PlacedOperation): Html {
  const { operationId, summary, description, method, path, parameters = [], requestBody } = operation;
  return html`<section class="operation" id="${operationId}" aria-labelledby="${operationId}-title">
<div class="description">
<h3 id="${operationId}-title"><a href="#${operationId}">${summary}</a></h3>
<p class="route">${badge(method)} <code>${breakable(path)}</code></p>
<p class="need">${need(operation)}</p>
${description && markdown(description)}
${parametersOf(document, parameters, 'path', 'Path parameters')}
${parametersOf(document, parameters, 'query', 'Query parameters')}
${parametersOf(document, parameters, 'header', 'Headers')}
${requestBody && html`<h4>Body${requestBody.required ? '' : ' (optional)'}</h4>${bodies(document, requestBody.content, 'request')}`}
<h4>Responses</h4>
${answers(document, operation)}
</div>
<div class="shown">
<h4>Try it</h4>
<pre tabindex="0"><code>${curl(document, operation)}</code></pre>
${example(document, operation)}
</div>
</section>`;
}

export function badge(method: string): Html {
  return html`<span class="method ${method.toLowerCase()}">${method}</span>`;
}

/** Allows line breaks before each part of a long path. */
export function breakable(path: string): Html {
  return html`${path.split('/').map((part, i) => (i === 0 ? part : html`<wbr>/${part}`))}`;
}

function need(operation: Operation): Html {
  const scope = needOf(operation);
  if (scope === 'public') return html`No authentication required`;
  if (scope === 'signed-in') return html`Requires authentication`;
  return html`Requires the scope <code>${scope}</code>`;
}

function parametersOf(
  document: ApiDocument,
  parameters: readonly Parameter[],
  place: Parameter['in'],
  title: string,
): Html | undefined {
  const here = parameters.filter((one) => one.in === place);
  if (here.length === 0) return undefined;
  const rows = here.map((one) => named(document, one.name, one, one.required ? 'required' : undefined));
  return html`<h4>${title}</h4><dl class="fields">${rows}</dl>`;
}

/** A parameter or a header, whose description is beside its schema. */
function named(
  document: ApiDocument,
  name: string,
  { schema, description }: { readonly schema: JsonSchema; readonly description?: string },
  mark?: 'required',
): Html {
  return field(document, name, { ...schema, ...(description !== undefined && { description }) }, mark);
}

function bodies(document: ApiDocument, content: Content, side: Side): Html[] {
  return Object.entries(content).map(
    ([type, { schema }]) => html`<p class="media"><code>${type}</code></p>${bodyFields(document, schema, side)}`,
  );
}

function answers(document: ApiDocument, { responses }: Operation): Html[] {
  const good = Object.entries(responses).filter(([status]) => /^[123]/.test(status));
  const successful = good.map(([status, { description, headers = {}, content = {} }]) => {
    const rows = Object.entries(headers).map(([name, header]) => named(document, name, header));
    return html`<div class="answer"><p class="status"><strong>${status}</strong> ${description}</p>
${rows.length > 0 ? html`<p class="media">headers</p><dl class="fields">${rows}</dl>` : undefined}
${bodies(document, content, 'answer')}</div>`;
  });
  return [...successful, html`<p class="else">Every other response is a <a href="#errors">problem</a>.</p>`];
}

function example(document: ApiDocument, { responses }: Operation): Html | undefined {
  const status = Object.keys(responses).find((one) => /^2/.test(one)) ?? '';
  const content = responses[status]?.content ?? {};
  if (!('application/json' in content)) return undefined;
  return html`<h4>Response ${status}</h4><pre tabindex="0"><code>${json(sampleOf(document, content, 'application/json'))}</code></pre>`;
}
