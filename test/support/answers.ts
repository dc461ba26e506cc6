import assert from 'node:assert/strict';
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { withoutOldRoot } from '../../src/http/adjustments/schemas.ts';
import { withoutClassicSlash } from '../../src/http/classic.ts';
import { documentOf } from '../../src/http/document/openapi.ts';
import { type ApiDocument, METHODS, type Operation } from '../../src/http/document/types.ts';
import type { App } from '../../src/http/types.ts';
import type { SeenEvent } from './events.ts';

/** The payloads of the routes, before Fastify serializes them and drops fields that are not in the schema. */
const given = new WeakMap<IncomingMessage, unknown>();

subscribe('fastify.initialization', (message) => {
  const { fastify } = message as { fastify: FastifyInstance };
  fastify.addHook('preSerialization', async (request, _reply, payload) => {
    given.set(request.raw, payload === undefined ? undefined : JSON.parse(JSON.stringify(payload)));
    return payload;
  });
});

/** Makes `app.inject` throw on every response that does not match the document. */
export function checkAnswers(app: App): void {
  const inject = app.inject.bind(app);
  let judge: Judge | undefined;
  const checked = async (request: InjectOptions | string) => {
    const answer = await inject(request);
    judge ??= judgeOf(documentOf(app));
    const { method = 'GET', url, path } = typeof request === 'string' ? { url: request } : request;
    judge.check(method.toUpperCase(), withoutOldRoot(withoutClassicSlash(String(url ?? path))), answer);
    return answer;
  };
  app.inject = checked as unknown as typeof app.inject;
}

const PAGES = /^(text\/(html|css|javascript)|application\/(javascript|manifest\+json)|image\/(svg\+xml|png))$/;

type OperationAt = Operation & { readonly path: string; readonly method: string };

/** By the text of their documents: nearly all servers of a process have the same one. */
const judges = new Map<string, Judge>();

function judgeOf(document: ApiDocument): Judge {
  const text = JSON.stringify(document);
  const judge = judges.get(text) ?? new Judge(document);
  judges.set(text, judge);
  return judge;
}

export class Judge {
  readonly #document: ApiDocument;
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #templates: readonly { readonly path: string; readonly pattern: RegExp }[];

  constructor(document: ApiDocument) {
    this.#document = document;
    addFormats.default(this.#ajv);
    this.#ajv.addSchema(document, 'document');
    // Literal segments win over parameters, as in the router.
    this.#templates = Object.keys(document.paths)
      .sort((a, b) => (a.replaceAll('{', '\uffff') < b.replaceAll('{', '\uffff') ? -1 : 1))
      .map((path) => ({ path, pattern: patternOf(path) }));
  }

  /** @throws AssertionError if the response does not match the document */
  check(method: string, url: string, answer: LightMyRequestResponse): void {
    const name = `${method} ${url.slice(0, 200)}: ${answer.statusCode}`;
    assert.notEqual(answer.statusCode, 500, `${name}, which is always a bug: ${answer.body}`);
    const operation = this.operationAt(method, url);
    // What a browser asks before a page of another origin sends a request is not part of the API.
    if (method === 'OPTIONS' && answer.statusCode === 204) return;
    // The pages and files of the dashboard are not part of the API.
    if (operation === undefined && [200, 404].includes(answer.statusCode) && PAGES.test(mediaType(answer))) return;
    // Neither are the earlier addresses of pages.
    if (operation === undefined && answer.statusCode === 301 && answer.body === '') return;
    if (operation === undefined) this.#checkProblem(name, answer);
    else this.#checkDocumented(name, operation, answer);
  }

  #checkDocumented(name: string, operation: OperationAt, answer: LightMyRequestResponse): void {
    const { responses } = operation;
    const status = [String(answer.statusCode), answer.statusCode < 500 ? '4XX' : '', 'default'].find(
      (one) => one in responses && (answer.statusCode >= 400 || one === String(answer.statusCode)),
    );
    assert.ok(status !== undefined, `${name} is not documented; only ${Object.keys(responses).join(', ')}`);
    const content = responses[status]?.content;
    if (name.startsWith('HEAD')) return;
    if (content === undefined) {
      assert.equal(answer.body, '', `${name} is documented to have no body`);
      return;
    }
    const type = mediaType(answer);
    assert.ok(type in content, `${name} is ${type}, documented as ${Object.keys(content).join(', ')}`);
    const at = ['paths', operation.path, operation.method, 'responses', status, 'content', type, 'schema'];
    if (type === 'application/problem+json') this.#checkProblem(name, answer);
    else if (type === 'application/json') this.#checkBody(name, pointer(at), answer);
  }

  /** @throws AssertionError when the document does not describe such an event of this stream */
  checkEvent(url: string, event: SeenEvent): void {
    const operation = this.operationAt('GET', url);
    assert.ok(operation !== undefined, `${url} is not documented`);
    const at = ['paths', operation.path, 'get', 'responses', '200', 'content', 'text/event-stream', 'schema'];
    const validate = this.#ajv.getSchema(pointer(at)) as ValidateFunction | undefined;
    assert.ok(validate !== undefined, `${url} is not documented as a stream`);
    const fits = validate(event);
    const text = JSON.stringify(event);
    assert.ok(fits, `an event of ${url} does not fit its schema: ${this.#ajv.errorsText(validate.errors)}: ${text}`);
  }

  operationAt(method: string, url: string): OperationAt | undefined {
    const [path = ''] = url.replace(/^https?:\/\/[^/]+/, '').split(/[?#]/, 1);
    const name = (method === 'HEAD' ? 'GET' : method).toLowerCase();
    const at = METHODS.find((one) => one === name);
    if (at === undefined) return undefined;
    for (const template of this.#templates) {
      const operation = this.#document.paths[template.path]?.[at];
      if (operation !== undefined && template.pattern.test(path)) {
        return { ...operation, path: template.path, method: at };
      }
    }
    return undefined;
  }

  #checkProblem(name: string, answer: LightMyRequestResponse): void {
    assert.ok(answer.statusCode >= 400, `${name} comes from no documented operation`);
    assert.equal(mediaType(answer), 'application/problem+json', name);
    if (answer.body === '') return;
    this.#checkBody(name, pointer(['components', 'schemas', 'Problem']), answer);
    assert.equal(answer.json<{ status: number }>().status, answer.statusCode, name);
  }

  #checkBody(name: string, at: string, answer: LightMyRequestResponse): void {
    const body: unknown = JSON.parse(textOf(answer));
    const validate = this.#ajv.getSchema(at) as ValidateFunction | undefined;
    assert.ok(validate !== undefined, `there is no schema at ${at}`);
    const fits = validate(body);
    assert.ok(fits, `${name} does not fit its schema: ${this.#ajv.errorsText(validate.errors)}: ${textOf(answer)}`);
    const lost = lostIn(given.get(answer.raw.req), body, '');
    assert.deepEqual(lost, [], `${name} dropped fields that are not in its schema`);
  }
}

function patternOf(path: string): RegExp {
  const parts = path.split('/').map((part) => {
    if (part === '{*}') return '.*';
    return part.startsWith('{') ? '[^/]+' : part.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('/')}$`);
}

function textOf({ headers, rawPayload, body }: LightMyRequestResponse): string {
  return headers['content-encoding'] === 'gzip' ? gunzipSync(rawPayload).toString() : body;
}

function mediaType(answer: LightMyRequestResponse): string {
  const [type = ''] = String(answer.headers['content-type'] ?? '').split(';', 1);
  return type;
}

function pointer(parts: readonly string[]): string {
  const escaped = parts.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')));
  return `document#/${escaped.join('/')}`;
}

/** The paths of values that were dropped. */
function lostIn(before: unknown, after: unknown, at: string): string[] {
  if (typeof before !== 'object' || before === null || typeof after !== 'object' || after === null) return [];
  return Object.entries(before).flatMap(([key, value]) => {
    const written: unknown = Reflect.get(after, key);
    return written === undefined ? [`${at}/${key}`] : lostIn(value, written, `${at}/${key}`);
  });
}
