/** What holds for every route, in Markdown: the head of the document and of its page. */
export const CONVENTIONS = `
Restaurant Monitor tells whether restaurants were really online while they were supposed to be open. Everything here
speaks JSON under \`/api/v1\`, but for the two classic endpoints, files and streams, which say what they speak.

## Keys and sessions

Send an API key as \`Authorization: Bearer KEY\`; it has some of the scopes that its user's role allows. A browser that
signed in sends a session cookie instead. Each operation says which scope it needs. An owner sees the own stores and
nothing of others: what somebody may not know of answers like what does not exist, with \`404\`. As long as there are no
users, everything is open, to this machine alone.

## Errors

An error is a [problem](https://www.rfc-editor.org/rfc/rfc9457) in \`application/problem+json\`: its \`detail\` names the
thing, the value and what was expected, and \`errors\` the fields that are wrong.

- \`400\`: something in the request is wrong
- \`401\`: nobody is signed in
- \`403\`: the scope is missing, or the request comes from another site
- \`404\`: there is no such thing, or none that you may know of
- \`409\`: it cannot be done in the present state
- \`410\`: it is gone for good
- \`412\`: it was changed since you read it
- \`413\`: the body is too large
- \`415\`: the body is in another media type than those that are taken
- \`429\`: too often; \`Retry-After\` says after how many seconds to come again
- \`503\`: the database is away; \`Retry-After\` as well

## Pages

A list comes in pages of \`limit\` entries. \`next_cursor\` leads to the next page: give it as \`cursor\`, with the other
parameters as they were. The last page has \`null\`.

## Changing what others change too

A thing that two people may change has an \`ETag\`. Send it back as \`If-Match\` with the change: if somebody was faster,
the answer is \`412\` and nothing happens. Without \`If-Match\` the change is made whatever there is.

## Times and durations

A time is an instant in RFC 3339 and UTC, such as \`2023-01-25T18:13:22.479Z\`; where people read it, the store's own time
stands beside it. What you send may have any offset. A duration has its unit in its name, mostly \`_seconds\`.

## Limits

A body may have 64 KiB where nothing else is said. A user, or else an address, has a number of requests a minute:
\`RateLimit-Limit\`, \`RateLimit-Remaining\` and \`RateLimit-Reset\` (in seconds) say where you stand.
`.trim();
