import type { PollBatch } from '../../storage/ports/storage.ts';

/** The polls of a batch that were made at or after an instant (milliseconds). */
export function pollsSince(batch: PollBatch, earliest: number): PollBatch {
  const { ids, instants, active, reasons } = batch;
  const places = ids.map((_, place) => place).filter((place) => (instants[place] as number) >= earliest);
  if (places.length === ids.length) return batch;
  const kept = places.flatMap((place, i): [number, string][] => {
    const reason = reasons?.get(place);
    return reason === undefined ? [] : [[i, reason]];
  });
  return {
    ...batch,
    ids: places.map((place) => ids[place] as string),
    instants: Float64Array.from(places, (place) => instants[place] as number),
    active: Uint8Array.from(places, (place) => active[place] as number),
    reasons: new Map(kept),
  };
}
