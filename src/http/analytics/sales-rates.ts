import type { FastifyReply } from 'fastify';
import { type Static, Type } from 'typebox';
import { formatInstant } from '../../calendar/instant.ts';
import { LABEL_KEY_LENGTH } from '../../lib/store-fields.ts';
import { MOST_CONSTANTS, MOST_GROUP_LABELS, type SalesSettings } from '../../sales/settings.ts';
import type { SalesRatesRecord } from '../../storage/ports/sales-rates.ts';
import { expectedVersion, IfMatch, IfNoneMatch, NotModified, sendVersion } from '../etags.ts';
import { Instant, Nullable, readOnly } from '../schemas.ts';
import type { Routes } from '../types.ts';
import { tags } from './schemas.ts';

const ROOT = '/api/v1/sales-rates';

const Constant = Type.Object(
  {
    label: Type.String({ maxLength: 301, description: 'as `key:value`', examples: ['brand:Bella'] }),
    amount_per_hour: Type.String({
      maxLength: 30,
      description: 'what such a store sells in an open hour, as a decimal',
      examples: ['120.50'],
    }),
    currency: Type.String({ maxLength: 10, description: 'the code of ISO 4217', examples: ['USD'] }),
  },
  { additionalProperties: false, title: 'ConstantSalesRate' },
);

const groupLabels = Type.Array(Type.String({ minLength: 1, maxLength: LABEL_KEY_LENGTH }), {
  maxItems: MOST_GROUP_LABELS,
  description:
    'keys of labels: a store without enough sales of its own takes the rate of the stores with the same value of the first of these labels that gives one',
  examples: [['brand', 'city']],
});

const constants = Type.Array(Constant, {
  maxItems: MOST_CONSTANTS,
  description: 'for stores without either: the first one whose label the store has counts',
});

const SalesRates = Type.Object(
  {
    group_labels: groupLabels,
    constants,
    changed_at: Nullable({ ...Instant, description: 'null: never' }),
  },
  { title: 'SalesRates' },
);

const SalesRatesChange = Type.Object(
  { group_labels: Type.Optional(groupLabels), constants: Type.Optional(constants), ...readOnly('changed_at') },
  {
    additionalProperties: false,
    title: 'SalesRatesChange',
    description: 'omitted fields stay unchanged, and read-only fields of a response are ignored',
  },
);

/** What the sales of stores without sales of their own are taken to be. */
export function salesRateRoutes(settings: SalesSettings): Routes {
  return async (app) => {
    app.get(
      ROOT,
      {
        config: { access: 'reports:read' },
        schema: {
          operationId: 'getSalesRates',
          tags,
          summary: 'Get the sales rates of stores without a sales feed, for operators and admins',
          description: 'What downtime cost is in `GET /analytics?lost_sales=true`.',
          headers: IfNoneMatch,
          response: { 200: SalesRates, 304: NotModified },
        },
      },
      async ({ principal }, reply) => send(reply, await settings.get(principal)),
    );

    app.patch(
      ROOT,
      {
        config: { access: 'reports:write' },
        schema: {
          operationId: 'updateSalesRates',
          tags,
          summary: 'Set the sales rates of stores without a sales feed, for admins',
          headers: IfMatch,
          body: SalesRatesChange,
          response: { 200: SalesRates },
        },
      },
      async (request, reply) => {
        const { group_labels, constants } = request.body;
        return send(
          reply,
          await settings.change(request.principal, { group_labels, constants }, expectedVersion(request)),
        );
      },
    );
  };
}

function send(reply: FastifyReply, record: SalesRatesRecord): FastifyReply {
  const body = bodyOf(record);
  return sendVersion(reply, record.version, body).send(body);
}

function bodyOf({ groupLabels, constants, version, changedAt }: SalesRatesRecord): Static<typeof SalesRates> {
  return {
    group_labels: [...groupLabels],
    constants: constants.map(({ label, amount, currency }) => ({
      ...{ label: label.join(':'), amount_per_hour: amount, currency },
    })),
    changed_at: version === 0 ? null : formatInstant(changedAt),
  };
}
