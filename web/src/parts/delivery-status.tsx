import type { Delivery } from '../../api/schema.ts';
import { DELIVERY_STATUSES } from '../lib/contact-point.ts';

/** The outcome of a delivery so far, with the reason if it was not sent. */
export function DeliveryStatus({ delivery: { status, reason } }: { readonly delivery: Delivery }) {
  const { sign, word, kind } = DELIVERY_STATUSES[status];
  return (
    <>
      <span class="status" data-kind={kind}>
        <span aria-hidden="true">{sign}</span> {word}
      </span>
      {status !== 'sent' && reason !== null && <span class="small quiet">: {reason}</span>}
    </>
  );
}
