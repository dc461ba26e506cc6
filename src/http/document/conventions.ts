import { CODE_LIST } from '../problem-codes.ts';

/** What applies to every route, in Markdown: the introduction of the document and of its page. */
export const CONVENTIONS = `
The API of Restaurant Monitor. Requests and responses are JSON under \`/api/v1\`, except for the two classic endpoints,
files and event streams.

## Authentication

Send an API key as \`Authorization: Bearer KEY\`. A key has scopes that the role of its user includes. A browser session
sends a cookie instead. Each operation lists the scope it needs. Owners see only their own stores; a resource that you may
not see responds with \`404\`, like one that does not exist. While there are no users, every request from this machine is
allowed, and no other.

## Errors

An error is a [problem](https://www.rfc-editor.org/rfc/rfc9457) in \`application/problem+json\`: its \`code\` names the
kind of error, \`detail\` the thing, the value and what was expected, and \`errors\` lists the invalid fields. \`type\` is
the place of the kind in this list:

${CODE_LIST}

## Pagination

A list is returned in pages of \`limit\` items. Pass \`next_cursor\` as \`cursor\`, with all other parameters unchanged, to
get the next page. It is \`null\` on the last page.

## Optimistic concurrency

A resource that several people may update has an \`ETag\`. Send it as \`If-Match\` with an update: if the resource has
changed since you read it, the response is \`412\` and nothing is updated. Without \`If-Match\`, the update always applies.
Requests that do not support it refuse it with \`400\`.

A \`GET\` of it with \`If-None-Match\` gets \`304\` without a body if the response would be the same.

## Idempotency

A request that creates something takes an \`Idempotency-Key\`, a random UUID. Repeating the request with the same key within
24 hours changes nothing: it gets the first response again, with the header \`Idempotent-Replayed: true\` and without secrets.
The same key with a different request gets \`422\`, and \`409\` while the first request is running. After an error, the key is
free again.

## Times and durations

A time is an instant in RFC 3339 and UTC, such as \`2023-01-25T18:13:22.479Z\`, often with the store local time beside it.
Requests may use any offset. A duration has its unit in its name, usually \`_seconds\`.

## Limits

A body may have up to 64 KiB, unless the operation states otherwise. Requests per minute are limited for each user, or for each
address without a user: \`RateLimit-Limit\`, \`RateLimit-Remaining\` and \`RateLimit-Reset\` (in seconds) have the numbers.
`.trim();
