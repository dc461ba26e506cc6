/** A report that is split into pieces, all of the same size. Times are seconds. */
export interface Split {
  readonly pieces: number;
  readonly workers: number;
  readonly shards: number;
  /** Pieces that a shard can read at full speed; more of them share it. */
  readonly readers: number;
  /** Of the whole report, on one core: to read on the shards, and to compute in the workers. */
  readonly read: number;
  readonly compute: number;
  /** To claim a piece and to hand in its result. */
  readonly claim: number;
  /** How many times as long as the others the first worker takes; infinite: it dies in the middle of its first piece. */
  readonly slowness: number;
  /** After this time without a sign of life, another worker may claim a piece. */
  readonly lease: number;
}

interface Running {
  readonly worker: number;
  readonly shard: number;
  /** Work that is left of the claim, the reading and the computing. */
  readonly left: [number, number, number];
  readonly speed: number;
}

/** Work below this is done, seconds: less than a rounding error. */
const DONE = 1e-9;

/**
 * The time until the last piece is complete. A worker claims the next piece when it has completed one; it claims, reads and
 * computes one after the other. Pieces belong to the shards in turn. A slow worker keeps its lease, so its piece is not taken
 * over; that of a dead one is claimed again when its lease has ended.
 */
export function wallTime(split: Split): number {
  const { pieces, workers, shards, readers, lease } = split;
  const waiting = Array.from({ length: pieces }, (_, piece) => piece % shards);
  const running: Running[] = [];
  let idle = Array.from({ length: workers }, (_, worker) => worker);
  const dies = split.slowness === Number.POSITIVE_INFINITY;
  let [now, completed] = [0, 0];
  /** The piece of the dead worker. */
  let lost: { readonly shard: number; readonly until: number } | undefined;
  let died = false;
  while (completed < pieces) {
    if (lost !== undefined && lost.until <= now + DONE) {
      waiting.push(lost.shard);
      lost = undefined;
    }
    idle = idle.filter((worker) => {
      const shard = waiting.shift();
      if (shard === undefined) return true;
      const speed = worker === 0 && !dies ? 1 / split.slowness : 1;
      running.push({ worker, shard, left: [split.claim, split.read / pieces, split.compute / pieces], speed });
      return false;
    });
    const rates = running.map((piece) => rateOf(piece, running, readers));
    const next = running.map(({ left }, i) => (left.find((work) => work > DONE) ?? 0) / (rates[i] as number));
    const step = Math.min(...next, lost === undefined ? Number.POSITIVE_INFINITY : lost.until - now);
    if (step === Number.POSITIVE_INFINITY) throw new Error('no worker is left');
    now += step;
    for (const [i, piece] of [...running.entries()].reverse()) {
      const stage = piece.left.findIndex((work) => work > DONE);
      if (stage >= 0) piece.left[stage] = (piece.left[stage] as number) - step * (rates[i] as number);
      // It has read its piece, which is the middle.
      if (dies && !died && piece.worker === 0 && (piece.left[1] as number) <= DONE) {
        died = true;
        lost = { shard: piece.shard, until: now + lease };
        running.splice(i, 1);
        continue;
      }
      if (piece.left.some((work) => work > DONE)) continue;
      completed++;
      idle.push(piece.worker);
      running.splice(i, 1);
    }
  }
  return now;
}

/** Work that is done in a second. */
function rateOf(piece: Running, running: readonly Running[], readers: number): number {
  if (stageOf(piece) !== READING) return piece.speed;
  const reading = running.filter((other) => other.shard === piece.shard && stageOf(other) === READING).length;
  return piece.speed * Math.min(1, readers / reading);
}

const READING = 1;

function stageOf({ left }: Running): number {
  return left.findIndex((work) => work > DONE);
}
