import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

/** Triggers a report on a running server; returns its ID. */
export async function trigger(url: string, as_of?: string): Promise<string> {
  const answer = await fetch(`${url}/trigger_report`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ as_of }),
  });
  assert.equal(answer.status, 200, await answer.clone().text());
  return ((await answer.json()) as { report_id: string }).report_id;
}

/** The final response of a report. Retries while the server is unavailable. */
export async function result(url: string, id: string): Promise<string> {
  for (;;) {
    const answer = await fetch(`${url}/get_report?report_id=${id}`);
    const text = await answer.text();
    if (text !== 'Running' && answer.status !== 503) return text;
    await sleep(20);
  }
}
