import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Delivery } from '../../../api/schema.ts';
import { isFinished } from '../../lib/contact-point.ts';
import { DeliveryStatus } from '../../parts/delivery-status.tsx';
import { Failure } from '../../parts/failure.tsx';
import { call } from '../../state/api.ts';
import { useLoad } from '../../state/load.ts';
import { useSubmit } from '../../state/submit.ts';

/** Milliseconds between two questions for the outcome. */
const PAUSE = 1_000;

/** Sends a test message, and follows it until it is sent or has failed. */
export function TestButton({ id }: { readonly id: string }) {
  const sent = useSignal<string | undefined>(undefined);
  const { busy, error, run } = useSubmit();
  const send = async () => {
    const path = { contact_point_id: id };
    sent.value = (await call('POST /api/v1/contact-points/{contact_point_id}/test', { path })).delivery_id;
  };
  return (
    <>
      <button type="button" class="button" disabled={busy} onClick={() => run(send)}>
        Send a test
      </button>
      <div role="status" class="small">
        {sent.value !== undefined && <Outcome key={sent.value} id={sent.value} />}
      </div>
      <Failure error={error} />
    </>
  );
}

function Outcome({ id }: { readonly id: string }) {
  const round = useSignal(0);
  const { data, error } = useLoad<Delivery>(
    `delivery ${id}`,
    (signal) => call('GET /api/v1/deliveries/{delivery_id}', { path: { delivery_id: id }, signal }),
    round.value,
  );
  const waits = data !== undefined && !isFinished(data);
  useEffect(() => {
    if (!waits) return;
    const timer = setInterval(() => round.value++, PAUSE);
    return () => clearInterval(timer);
  }, [waits, round]);
  return (
    <>
      {data !== undefined && <DeliveryStatus delivery={data} />}
      <Failure error={error} />
    </>
  );
}
