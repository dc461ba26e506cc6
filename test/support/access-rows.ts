import { randomUUID } from 'node:crypto';

/** IDs in the world of the access matrix; see test/support/access-world.ts. */
export interface Ids {
  /** A store with hours, special hours and polls; `olga` owns it, `stan` does not. */
  readonly store: string;
  /** A report of `olga`. */
  readonly report: string;
  /** A report of `stan`, in the same world. */
  readonly strangersReport: string;
  /** An import by the operator, with a poll of the store and a rejected row. */
  readonly import: string;
  /** Planned downtime of the store. */
  readonly adjustment: string;
  /** An alert rule, and an incident of the store. */
  readonly rule: string;
  readonly incident: string;
  /** `olga`, and her key. */
  readonly user: string;
  readonly key: string;
  /** A contact point of `olga`, and a failed delivery to it. */
  readonly contactPoint: string;
  readonly delivery: string;
  /** A saved question about the store. */
  readonly question: string;
  /** A subscription of `olga` to it. */
  readonly subscription: string;
  /** The uptime target of the store. */
  readonly uptimeTarget: string;
}

export interface Question {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: string | Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Where a request goes, with its parameters filled in. */
export function targetOf(url: string, { path = {}, query = {} }: Question): string {
  const filled = url.replaceAll(/:(\w+)/g, (_whole, name: string) => encodeURIComponent(path[name] ?? name));
  const search = new URLSearchParams(query).toString();
  return search === '' ? filled : `${filled}?${search}`;
}

/**
 * A request that concerns the store. The access rule of the route decides who may send it; the row has the expected
 * responses.
 */
export interface Row {
  readonly ask: (ids: Ids) => Question;
  /** The response to operators, admins and the owner of the store. */
  readonly status: number;
  /** The response to operators, if it differs. */
  readonly operator?: number;
  /** The response to the owner of the store, if it differs. */
  readonly owner?: number;
  /** The response to the owner of another store; by default the same status, with only that owner's stores. */
  readonly stranger?: number;
  /** Why the response is the same with and without the store, even for those who see all stores. */
  readonly blind?: string;
  /** Requests that an admin sends first. */
  readonly before?: { readonly route: string; readonly ask: (ids: Ids) => Question };
  /** The request changes later responses, so each caller gets a separate world. */
  readonly once?: true;
  /** Only the owner of the other store sends the request, about their own resources. */
  readonly strangersOwn?: true;
}

const store = ({ store }: Ids): Question => ({ path: { store_id: store } });
const nothing = (): Question => ({});
const on = (date: string) => (ids: Ids) => ({ path: { store_id: ids.store, date } });
const user = ({ user }: Ids): Question => ({ path: { user_id: user } });
const report = ({ report }: Ids): Question => ({ path: { id: report } });
const contactPoint = ({ contactPoint: id }: Ids): Question => ({ path: { contact_point_id: id } });
const delivery = ({ delivery: id }: Ids): Question => ({ path: { delivery_id: id } });
const oneImport = ({ import: id }: Ids): Question => ({ path: { id } });

const T = '2023-01-22T12:00:00Z';
const FISCAL = 'the fiscal calendar is that of the installation';
const PERIOD = { period: '2023-01', as_of: T, known_at: T };
const once = true;
const PLANNED = { from: '2099-12-24T00:00:00Z', to: '2099-12-25T00:00:00Z', reason: 'x' };
const rule = ({ rule }: Ids): Question => ({ path: { rule_id: rule } });
const incident = ({ incident }: Ids): Question => ({ path: { incident_id: incident } });
const uptimeTarget = ({ uptimeTarget }: Ids): Question => ({ path: { target_id: uptimeTarget } });
const savedQuestion = ({ question }: Ids): Question => ({ path: { question_id: question } });
const subscription = ({ subscription }: Ids): Question => ({ path: { subscription_id: subscription } });
const adjustment = ({ adjustment }: Ids): Question => ({ path: { adjustment_id: adjustment } });
const planned = ({ store }: Ids): Question => ({ body: { ...PLANNED, store_ids: [store] } });
const WEEK = [{ day: 0, start: '10:00', end: '12:00' }];
const POLL = 'store_id,status,timestamp_utc\nthis,active,2023-01-20T10:00:00Z\n';
/** The response is about users or files and contains no store. */
const blind = 'no store is in it';
/** An invalid response of an authenticator. */
const PASSKEY = { ticket: 'x', response: { id: 'x', rawId: 'x', type: 'public-key', response: {} } };
/** The token of no link. */
const LINK = 'x'.repeat(43);
const MAIL_POINT = { name: 'Ops', channel: 'mail', settings: { to: 'ops@example.com' } };
/** A rule names labels, not stores. */
const RULES = 'no rule names a store';
const NEW_RULE = { name: 'x', steps: [{ after_minutes: 0, contact_points: [], owners: true }] };
/** Changes of access require a browser session: every key is rejected. */
const BY_SESSION = 'a key cannot do it';
/** They are for their user alone. */
const PERSONAL = 'contact points of a user are for that user alone';
/** Subscriptions likewise; the links in their mails are sealed. */
const OWN_SUBSCRIPTION = 'subscriptions of a user are for that user alone';
const noLink = (): Question => ({ path: { token: LINK } });
const ITSELF = 'a key revokes itself alone';
/** The page gets its data from the API. */
const PAGE = 'the page of the dashboard is the same for every caller';

/** Every route, with requests that show its responses to each caller. */
export const ACCESS_ROWS: Readonly<Record<string, readonly Row[]>> = {
  'GET /healthz': [{ ask: nothing, status: 200, blind }],
  'GET /readyz': [{ ask: nothing, status: 200, blind }],
  'GET /.well-known/security.txt': [{ ask: nothing, status: 404, blind }],
  'GET /api/openapi.json': [{ ask: nothing, status: 200, blind }],
  'GET /api/docs': [{ ask: nothing, status: 200, blind }],
  'GET /api/docs/style.css': [{ ask: nothing, status: 200, blind }],
  'GET /': [{ ask: nothing, status: 200, blind: PAGE }],
  'GET /stores/:store_id': [{ ask: store, status: 200, blind: PAGE }],
  'GET /stores': [{ ask: nothing, status: 200, blind: PAGE }],
  'GET /analytics': [{ ask: nothing, status: 200, blind: PAGE }],
  'GET /reports': [{ ask: nothing, status: 200, blind: PAGE }],
  'GET /reports/:report_id': [{ ask: ({ report }) => ({ path: { report_id: report } }), status: 200, blind: PAGE }],
  'GET /imports': [{ ask: nothing, status: 200, blind: PAGE }],
  'GET /downtime': [{ ask: nothing, status: 200, blind: PAGE }],
  'GET /incidents': [{ ask: nothing, status: 200, blind: PAGE }],
  'GET /incidents/:incident_id': [{ ask: () => ({ path: { incident_id: 'none' } }), status: 200, blind: PAGE }],
  'GET /alert-rules': [{ ask: nothing, status: 200, blind: PAGE }],
  'GET /contact-points': [{ ask: nothing, status: 200, blind: PAGE }],
  'GET /deliveries': [{ ask: nothing, status: 200, blind: PAGE }],
  'GET /service-worker.js': [{ ask: nothing, status: 200, blind: PAGE }],
  'GET /manifest.webmanifest': [{ ask: nothing, status: 200, blind: PAGE }],
  'GET /icon-192.png': [{ ask: nothing, status: 200, blind: PAGE }],
  'GET /icon-512.png': [{ ask: nothing, status: 200, blind: PAGE }],
  'GET /users': [{ ask: nothing, status: 200, blind: PAGE }],
  'GET /users/:user_id': [{ ask: user, status: 200, blind: PAGE }],
  'GET /people': [{ ask: nothing, status: 301, blind: PAGE }],
  'GET /people/:user_id': [{ ask: user, status: 301, blind: PAGE }],
  'GET /account': [{ ask: nothing, status: 200, blind: PAGE }],
  'GET /invitation': [{ ask: nothing, status: 200, blind: PAGE }],
  'GET /reset-password': [{ ask: nothing, status: 200, blind: PAGE }],
  'GET /assets/:file': [{ ask: () => ({ path: { file: 'nothing.js' } }), status: 404, blind: PAGE }],
  'GET /metrics': [{ ask: nothing, status: 200 }],

  'POST /trigger_report': [{ ask: nothing, status: 200, blind: 'the answer is a random id' }],
  'GET /get_report': [
    { ask: ({ report }) => ({ query: { report_id: report } }), status: 200, stranger: 404 },
    { ask: ({ strangersReport }) => ({ query: { report_id: strangersReport } }), status: 200, strangersOwn: true },
  ],

  'GET /api/v1/stores': [
    { ask: nothing, status: 200 },
    { ask: () => ({ query: { search: 'this' } }), status: 200 },
    { ask: () => ({ query: { sort: 'id', limit: '1' } }), status: 200 },
    { ask: () => ({ query: { as_of: 'latest' } }), status: 200 },
  ],
  'POST /api/v1/stores': [
    { ask: () => ({ body: { store_id: 'new' } }), status: 201, owner: 403, blind, once },
    { ask: ({ store }) => ({ body: { store_id: store } }), status: 409, owner: 403, once },
  ],
  'PATCH /api/v1/stores': [
    { ask: ({ store }) => ({ body: { stores: [{ store_id: store, name: 'X' }] } }), status: 200, owner: 403, once },
  ],
  'GET /api/v1/deleted-stores': [{ ask: nothing, status: 200, owner: 403, blind: 'no store was deleted' }],
  'GET /api/v1/store-zones': [{ ask: nothing, status: 200, blind: 'no store is in it' }],
  'GET /api/v1/store-labels': [{ ask: nothing, status: 200, blind: 'no store is in it' }],
  'GET /api/v1/store-export': [
    { ask: nothing, status: 200 },
    { ask: () => ({ query: { search: 'this' } }), status: 200 },
  ],
  'GET /api/v1/stores/:store_id': [{ ask: store, status: 200, stranger: 404 }],
  'PATCH /api/v1/stores/:store_id': [
    { ask: (ids) => ({ ...store(ids), body: { name: 'X' } }), status: 200, owner: 403, stranger: 404 },
  ],
  'DELETE /api/v1/stores/:store_id': [{ ask: store, status: 204, owner: 403, stranger: 404, once }],
  'GET /api/v1/stores/:store_id/hours': [{ ask: store, status: 200, stranger: 404 }],
  'PUT /api/v1/stores/:store_id/hours': [
    { ask: (ids) => ({ ...store(ids), body: { hours: WEEK } }), status: 200, stranger: 404 },
    {
      ask: (ids) => ({ ...store(ids), body: { hours: WEEK, effective_from: '2023-01-01T00:00:00Z' } }),
      status: 200,
      owner: 403,
      stranger: 404,
    },
  ],
  'DELETE /api/v1/stores/:store_id/hours/:effective_from': [
    {
      before: {
        route: 'PUT /api/v1/stores/:store_id/hours',
        ask: (ids) => ({ ...store(ids), body: { hours: WEEK, effective_from: '2099-12-24T00:00:00Z' } }),
      },
      ask: ({ store }) => ({ path: { store_id: store, effective_from: '2099-12-24T00:00:00Z' } }),
      once,
      status: 204,
      stranger: 404,
    },
  ],
  'GET /api/v1/stores/:store_id/special-hours': [{ ask: store, status: 200, stranger: 404 }],
  'PUT /api/v1/stores/:store_id/special-hours/:date': [
    { ask: (ids) => ({ ...on('2099-12-24')(ids), body: { closed: true } }), status: 200, stranger: 404 },
    {
      ask: (ids) => ({ ...on('2023-01-02')(ids), body: { closed: true } }),
      status: 200,
      owner: 403,
      stranger: 404,
    },
  ],
  'DELETE /api/v1/stores/:store_id/special-hours/:date': [
    {
      before: {
        route: 'PUT /api/v1/stores/:store_id/special-hours/:date',
        ask: (ids) => ({ ...on('2099-12-25')(ids), body: { closed: true } }),
      },
      ask: on('2099-12-25'),
      once,
      status: 204,
      stranger: 404,
    },
  ],
  'GET /api/v1/stores/:store_id/polls': [{ ask: store, status: 200, stranger: 404 }],
  'DELETE /api/v1/stores/:store_id/polls/:at': [
    { ask: ({ store }) => ({ path: { store_id: store, at: T } }), status: 204, once },
  ],
  'GET /api/v1/stores/:store_id/timeline': [
    {
      ask: (ids) => ({ ...store(ids), query: { as_of: T } }),
      status: 200,
      stranger: 404,
    },
    {
      ask: (ids) => ({ ...store(ids), query: { as_of: T, windows: 'day' } }),
      status: 200,
      stranger: 404,
    },
  ],
  'POST /api/v1/polls': [{ ask: () => ({ body: POLL, headers: { 'content-type': 'text/csv' } }), status: 200, blind }],

  'GET /api/v1/fleet': [
    { ask: nothing, status: 200 },
    { ask: () => ({ query: { as_of: T } }), status: 200 },
    { ask: () => ({ query: { as_of: 'latest' } }), status: 200 },
  ],
  'GET /api/v1/fleet/history': [{ ask: () => ({ query: { as_of: T } }), status: 200 }],
  'GET /api/v1/fleet/events': [{ ask: nothing, status: 200 }],

  'GET /api/v1/reports': [{ ask: nothing, status: 200 }],
  'POST /api/v1/reports': [
    { ask: () => ({ body: { as_of: T } }), status: 202, blind: 'nothing is computed yet' },
    { ask: () => ({ body: {} }), status: 202 },
    { ask: ({ store }) => ({ body: { stores: [store], as_of: T } }), status: 202, stranger: 404 },
  ],
  'GET /api/v1/reports/:id': [
    { ask: report, status: 200, stranger: 404 },
    { ask: ({ strangersReport }) => ({ path: { id: strangersReport } }), status: 200, strangersOwn: true },
  ],
  'GET /api/v1/reports/:id/events': [{ ask: report, status: 200, stranger: 404 }],
  'GET /api/v1/reports/:id/rows': [
    { ask: report, status: 200, stranger: 404 },
    { ask: ({ strangersReport }) => ({ path: { id: strangersReport } }), status: 200, strangersOwn: true },
  ],
  'GET /api/v1/reports/:id/summary': [
    { ask: report, status: 200, stranger: 404 },
    { ask: ({ strangersReport }) => ({ path: { id: strangersReport } }), status: 200, strangersOwn: true },
  ],
  'GET /api/v1/reports/:id/download': [
    { ask: report, status: 200, stranger: 404 },
    { ask: ({ strangersReport }) => ({ path: { id: strangersReport } }), status: 200, strangersOwn: true },
  ],
  'POST /api/v1/reports/:id/cancel': [{ ask: report, status: 409, stranger: 404 }],
  'DELETE /api/v1/reports/:id': [{ ask: report, status: 204, stranger: 404, once }],

  'GET /api/v1/analytics': [
    { ask: () => ({ query: PERIOD }), status: 200 },
    { ask: () => ({ query: { ...PERIOD, group_by: 'store_id', by: 'day', format: 'csv' } }), status: 200 },
    { ask: ({ store }) => ({ query: { ...PERIOD, store_id: store } }), status: 200, stranger: 404 },
  ],
  'GET /api/v1/saved-questions': [{ ask: nothing, status: 200 }],
  'POST /api/v1/saved-questions': [
    {
      ask: ({ store }) => ({ body: { name: 'x', question: { period: '2023-01', store_id: [store] } } }),
      status: 201,
      owner: 403,
      stranger: 403,
      blind: 'whether a store exists matters when the question is asked',
      once,
    },
  ],
  'GET /api/v1/saved-questions/:question_id': [{ ask: savedQuestion, status: 200, stranger: 404 }],
  'PATCH /api/v1/saved-questions/:question_id': [
    { ask: (ids) => ({ ...savedQuestion(ids), body: { name: 'X' } }), status: 200, owner: 403, stranger: 403, once },
  ],
  'GET /api/v1/subscriptions': [{ ask: nothing, status: 200, blind: OWN_SUBSCRIPTION }],
  'POST /api/v1/subscriptions': [
    {
      ask: ({ question, contactPoint }) => ({
        body: { question_id: question, cron: '0 8 * * 1', contact_points: [contactPoint] },
      }),
      status: 400,
      owner: 201,
      stranger: 404,
      once,
    },
    {
      ask: ({ question, contactPoint }) => ({
        body: { question_id: question, team: true, cron: '0 8 * * 1', contact_points: [contactPoint] },
      }),
      status: 400,
      owner: 403,
      stranger: 403,
    },
  ],
  'GET /api/v1/subscriptions/:subscription_id': [
    { ask: subscription, status: 404, owner: 200, stranger: 404, blind: OWN_SUBSCRIPTION },
  ],
  'PATCH /api/v1/subscriptions/:subscription_id': [
    {
      ask: (ids) => ({ ...subscription(ids), body: { enabled: false } }),
      status: 404,
      owner: 200,
      stranger: 404,
      blind: OWN_SUBSCRIPTION,
      once,
    },
  ],
  'DELETE /api/v1/subscriptions/:subscription_id': [
    { ask: subscription, status: 404, owner: 204, stranger: 404, blind: OWN_SUBSCRIPTION, once },
  ],
  'POST /api/v1/subscriptions/:subscription_id/test': [
    { ask: subscription, status: 404, owner: 202, stranger: 404, blind: OWN_SUBSCRIPTION, once },
  ],
  'GET /unsubscribe/:token': [{ ask: noLink, status: 404, blind: OWN_SUBSCRIPTION }],
  'POST /unsubscribe/:token': [{ ask: noLink, status: 404, blind: OWN_SUBSCRIPTION }],
  'DELETE /api/v1/saved-questions/:question_id': [{ ask: savedQuestion, status: 204, owner: 403, stranger: 403, once }],
  'GET /api/v1/fiscal-calendar': [{ ask: nothing, status: 200, blind: FISCAL }],
  'PUT /api/v1/fiscal-calendar': [
    {
      ask: () => ({ body: { pattern: '4-5-4', years: [{ year: 2022, first_day: '2022-01-30' }] } }),
      ...{ status: 200, operator: 403, owner: 403, stranger: 403, blind: FISCAL, once },
    },
  ],
  'DELETE /api/v1/fiscal-calendar': [
    { ask: nothing, ...{ status: 204, operator: 403, owner: 403, stranger: 403, blind: FISCAL, once } },
  ],

  'GET /api/v1/uptime-targets': [{ ask: nothing, status: 200 }],
  'POST /api/v1/uptime-targets': [
    {
      ask: ({ store }) => ({ body: { store_id: store, period: 'year', uptime_ratio: 0.9 } }),
      status: 201,
      owner: 403,
      stranger: 403,
      once,
    },
  ],
  'GET /api/v1/uptime-targets/:target_id': [{ ask: uptimeTarget, status: 200, stranger: 404 }],
  'PATCH /api/v1/uptime-targets/:target_id': [
    {
      ask: (ids) => ({ ...uptimeTarget(ids), body: { uptime_ratio: 0.8 } }),
      status: 200,
      owner: 403,
      stranger: 403,
      once,
    },
  ],
  'DELETE /api/v1/uptime-targets/:target_id': [{ ask: uptimeTarget, status: 204, owner: 403, stranger: 403, once }],

  'GET /api/v1/sales-rates': [{ ask: nothing, status: 200, owner: 403, blind: 'the rates are about all stores' }],
  'PATCH /api/v1/sales-rates': [
    {
      ask: () => ({ body: { group_labels: ['brand'] } }),
      ...{ status: 200, operator: 403, owner: 403, blind: 'the rates are about all stores', once },
    },
  ],

  'GET /api/v1/alert-rules': [{ ask: nothing, status: 200, owner: 403, blind: RULES }],
  'POST /api/v1/alert-rules': [{ ask: () => ({ body: NEW_RULE }), status: 201, owner: 403, blind: RULES, once }],
  'POST /api/v1/alert-rules/backtest': [{ ask: () => ({ body: NEW_RULE }), status: 200, owner: 403 }],
  'GET /api/v1/alert-rules/:rule_id': [{ ask: rule, status: 200, owner: 403, blind: RULES }],
  'PATCH /api/v1/alert-rules/:rule_id': [
    { ask: (ids) => ({ ...rule(ids), body: { name: 'X' } }), status: 200, owner: 403, blind: RULES, once },
  ],
  'DELETE /api/v1/alert-rules/:rule_id': [{ ask: rule, status: 204, owner: 403, blind: RULES, once }],
  'GET /api/v1/incidents': [
    { ask: nothing, status: 200 },
    { ask: ({ store }) => ({ query: { store_id: store } }), status: 200 },
  ],
  'GET /api/v1/incidents/:incident_id': [{ ask: incident, status: 200, stranger: 404 }],
  'POST /api/v1/incidents/:incident_id/acknowledge': [{ ask: incident, status: 200, stranger: 404, once }],
  'POST /api/v1/incidents/:incident_id/snooze': [
    {
      ask: (ids) => ({ ...incident(ids), body: { until: '2023-01-23T00:00:00Z' } }),
      status: 200,
      stranger: 404,
      once,
    },
  ],
  'POST /api/v1/incidents/:incident_id/assign': [
    { ask: (ids) => ({ ...incident(ids), body: { assignee: null } }), status: 200, stranger: 404, once },
  ],
  'POST /api/v1/incidents/:incident_id/comments': [
    { ask: (ids) => ({ ...incident(ids), body: { text: 'x' } }), status: 201, stranger: 404, once },
  ],
  'GET /acknowledge/:token': [{ ask: () => ({ path: { token: 'x' } }), status: 404, blind: 'the link is not valid' }],
  'POST /acknowledge/:token': [{ ask: () => ({ path: { token: 'x' } }), status: 404, blind: 'the link is not valid' }],

  'GET /api/v1/adjustments': [
    { ask: nothing, status: 200 },
    { ask: ({ store }) => ({ query: { store_id: store } }), status: 200, stranger: 404 },
  ],
  'POST /api/v1/adjustments': [
    { ask: planned, status: 201, stranger: 404, once },
    {
      ask: ({ store }) => ({
        body: { ...PLANNED, store_ids: [store], from: '2023-01-01T00:00:00Z', to: '2023-01-02T00:00:00Z' },
      }),
      status: 201,
      owner: 403,
      stranger: 404,
      once,
    },
    { ask: () => ({ body: { ...PLANNED, labels: {} } }), status: 201, owner: 403, once },
  ],
  'POST /api/v1/adjustments/preview': [
    { ask: planned, status: 200, stranger: 404 },
    { ask: () => ({ body: { ...PLANNED, labels: {} } }), status: 200, owner: 403 },
  ],
  'GET /api/v1/adjustments/:adjustment_id': [{ ask: adjustment, status: 200, stranger: 404 }],
  'POST /api/v1/adjustments/:adjustment_id/revoke': [
    { ask: (ids) => ({ ...adjustment(ids), body: { reason: 'x' } }), status: 200, stranger: 404, once },
    {
      ask: (ids) => ({ ...adjustment(ids), body: { reason: 'x', entirely: true } }),
      status: 200,
      owner: 403,
      stranger: 404,
      once,
    },
  ],

  'GET /api/v1/zones': [{ ask: nothing, status: 200, blind }],
  'GET /api/v1/zones/:name': [
    {
      ask: () => ({ path: { name: 'America/Chicago' }, query: { from: T, to: T } }),
      status: 200,
      blind,
    },
  ],

  'GET /api/v1/imports': [{ ask: nothing, status: 200 }],
  'POST /api/v1/imports': [
    {
      ask: () => ({ query: { feed: 'polls' }, body: POLL, headers: { 'content-type': 'text/csv' } }),
      status: 202,
      blind,
    },
  ],
  'GET /api/v1/imports/:id': [{ ask: oneImport, status: 200 }],
  'GET /api/v1/imports/:id/events': [{ ask: oneImport, status: 200 }],
  'GET /api/v1/imports/:id/rejects': [{ ask: oneImport, status: 200 }],
  'GET /api/v1/imports/:id/file': [{ ask: oneImport, status: 410 }],
  'DELETE /api/v1/imports/:id': [{ ask: oneImport, status: 204, once }],

  'GET /api/v1/channels': [{ ask: nothing, status: 200, blind }],
  'GET /api/v1/push-key': [{ ask: nothing, status: 409, blind: 'the server has no SECRET_KEY' }],
  'GET /api/v1/contact-points': [{ ask: nothing, status: 200, blind: PERSONAL }],
  'POST /api/v1/contact-points': [
    { ask: () => ({ body: MAIL_POINT }), status: 409, blind: 'the server sends no mail' },
    { ask: () => ({ body: { ...MAIL_POINT, team: true } }), status: 409, owner: 403, stranger: 403, blind },
  ],
  'POST /api/v1/contact-points/preview': [{ ask: nothing, status: 200, blind }],
  'GET /api/v1/contact-points/:contact_point_id': [
    { ask: contactPoint, status: 404, owner: 200, stranger: 404, blind: PERSONAL },
  ],
  'PATCH /api/v1/contact-points/:contact_point_id': [
    {
      ask: (ids) => ({ ...contactPoint(ids), body: { name: 'X' } }),
      ...{ status: 404, owner: 200, stranger: 404, once, blind: PERSONAL },
    },
  ],
  'DELETE /api/v1/contact-points/:contact_point_id': [
    { ask: contactPoint, status: 404, owner: 204, stranger: 404, once, blind: PERSONAL },
  ],
  'POST /api/v1/contact-points/:contact_point_id/test': [
    { ask: contactPoint, status: 404, owner: 202, stranger: 404, once, blind: PERSONAL },
  ],
  'GET /api/v1/deliveries': [{ ask: nothing, status: 200, blind: PERSONAL }],
  'GET /api/v1/deliveries/:delivery_id': [{ ask: delivery, status: 404, owner: 200, stranger: 404, blind: PERSONAL }],
  'POST /api/v1/deliveries/:delivery_id/resend': [
    { ask: delivery, status: 404, owner: 202, stranger: 404, once, blind: PERSONAL },
  ],

  'GET /api/v1/sync': [{ ask: nothing, status: 200, blind }],
  'POST /api/v1/backups': [{ ask: nothing, status: 200, blind: 'it is a file of the whole database' }],
  'POST /api/v1/sync': [{ ask: nothing, status: 409, blind }],

  'GET /api/v1/users': [{ ask: nothing, status: 200 }],
  'POST /api/v1/users': [{ ask: () => ({ body: { login: 'new', role: 'operator' } }), status: 201, blind, once }],
  'GET /api/v1/users/:user_id': [{ ask: user, status: 200 }],
  'PATCH /api/v1/users/:user_id': [{ ask: (ids) => ({ ...user(ids), body: { name: 'X' } }), status: 200 }],
  'DELETE /api/v1/users/:user_id': [{ ask: user, status: 204, once }],
  'PUT /api/v1/users/:user_id/password': [
    { ask: (ids) => ({ ...user(ids), body: { password: 'another long one' } }), status: 403, blind: BY_SESSION },
  ],
  'POST /api/v1/users/:user_id/invitation': [{ ask: user, status: 403, blind: BY_SESSION }],
  'DELETE /api/v1/users/:user_id/sessions': [{ ask: user, status: 204, once }],
  'GET /api/v1/users/:user_id/keys': [{ ask: user, status: 403, blind: BY_SESSION }],
  'POST /api/v1/users/:user_id/keys': [
    {
      ask: (ids) => ({ ...user(ids), body: { name: 'x', scopes: ['stores:read'] } }),
      status: 403,
      blind: BY_SESSION,
    },
  ],
  'GET /api/v1/keys': [{ ask: nothing, status: 200, blind }],
  // A key cannot create keys.
  'POST /api/v1/keys': [{ ask: () => ({ body: { name: 'x', scopes: ['stores:read'] } }), status: 403, blind }],
  'DELETE /api/v1/keys/:key_id': [
    { ask: ({ key }) => ({ path: { key_id: key } }), status: 404, owner: 204, stranger: 404, once, blind: ITSELF },
  ],
  'POST /api/v1/session': [{ ask: () => ({ body: { login: randomUUID(), password: 'y' } }), status: 401, blind }],
  'POST /api/v1/session/reauthenticate': [{ ask: () => ({ body: { password: 'x' } }), status: 403, blind: BY_SESSION }],
  'POST /api/v1/session/passkey-options': [{ ask: nothing, status: 200, blind }],
  'POST /api/v1/session/passkey': [{ ask: () => ({ body: PASSKEY }), status: 401, blind }],
  'GET /api/v1/session/options': [{ ask: nothing, status: 200, blind }],
  'POST /api/v1/session/password-reset': [
    { ask: () => ({ body: { login: 'olga' } }), status: 409, blind: 'the server sends no mail' },
  ],
  'POST /api/v1/session/link': [{ ask: () => ({ body: { token: LINK } }), status: 404, blind }],
  'POST /api/v1/session/link/password': [
    { ask: () => ({ body: { token: LINK, password: 'another long one' } }), status: 404, blind },
  ],
  'POST /api/v1/session/link/passkey-options': [{ ask: () => ({ body: { token: LINK } }), status: 404, blind }],
  'POST /api/v1/session/link/passkey': [
    { ask: () => ({ body: { token: LINK, name: 'x', ...PASSKEY } }), status: 404, blind },
  ],
  'GET /api/v1/session/oidc': [{ ask: nothing, status: 404, blind }],
  'GET /api/v1/session/oidc/callback': [{ ask: nothing, status: 404, blind }],
  'GET /api/v1/session/second-factors': [{ ask: nothing, status: 403, blind: BY_SESSION }],
  'POST /api/v1/session/totp': [{ ask: nothing, status: 403, blind: BY_SESSION }],
  'PUT /api/v1/session/totp': [{ ask: () => ({ body: { ticket: 'x', code: '1' } }), status: 403, blind: BY_SESSION }],
  'DELETE /api/v1/session/totp': [{ ask: nothing, status: 403, blind: BY_SESSION }],
  'POST /api/v1/session/recovery-codes': [{ ask: nothing, status: 403, blind: BY_SESSION }],
  'POST /api/v1/session/passkeys/options': [{ ask: nothing, status: 403, blind: BY_SESSION }],
  'POST /api/v1/session/passkeys': [
    { ask: () => ({ body: { name: 'x', ...PASSKEY } }), status: 403, blind: BY_SESSION },
  ],
  'DELETE /api/v1/session/passkeys/:passkey_id': [
    { ask: () => ({ path: { passkey_id: 'x' } }), status: 403, blind: BY_SESSION },
  ],
  'DELETE /api/v1/users/:user_id/second-factors': [{ ask: user, status: 403, blind: BY_SESSION }],
  'GET /api/v1/second-factor-policy': [{ ask: nothing, status: 200, blind }],
  'PUT /api/v1/second-factor-policy': [{ ask: () => ({ body: { roles: [] } }), status: 403, blind: BY_SESSION }],
  'GET /api/v1/session': [{ ask: nothing, status: 200, blind }],
  'DELETE /api/v1/session': [{ ask: nothing, status: 204, blind }],
  'PUT /api/v1/session/password': [
    { ask: () => ({ body: { current: 'x', next: 'another long one' } }), status: 403, blind },
  ],
  'GET /api/v1/audit': [{ ask: nothing, status: 200 }],
};
