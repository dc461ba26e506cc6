// A reference implementation of the two-state chain by numerical integration, without code of src.

interface Rates {
  readonly enter: number;
  readonly leave: number;
}

/** The probability to go from `i` to `j` in `t`. */
export function transition({ enter, leave }: Rates, t: number, i: number, j: number): number {
  const rate = enter + leave;
  const moved = rate > 0 ? -Math.expm1(-rate * t) / rate : 0;
  if (i !== j) return (i === 0 ? enter : leave) * moved;
  // The complement would lose digits for a state that is nearly always left.
  const other = i === 0 ? leave : enter;
  return rate > 0 ? (other + (rate - other) * Math.exp(-rate * t)) / rate : 1;
}

// Gauss and Legendre with ten points: positions and weights on [−1, 1].
const POINTS: readonly (readonly [number, number])[] = [
  [0.1488743389816312, 0.2955242247147529],
  [0.4333953941292472, 0.2692667193099963],
  [0.6794095682990244, 0.2190863625159821],
  [0.8650633666889845, 0.1494513491505806],
  [0.9739065285171717, 0.0666713443086881],
].flatMap(([x = 0, w = 0]) => [[-x, w] as const, [x, w] as const]);

/** Where `[0, 1]` is cut so that an exponential layer of the width `1/rate` at either end is resolved. */
function panels(layers: number): number[] {
  const cuts = [0];
  for (let i = Math.ceil(Math.log2(Math.max(1, layers))) + 1; i >= 1; i--) cuts.push(2 ** -i);
  const half = cuts.filter((cut) => cut < 0.5);
  return [...half, 0.5, ...half.map((cut) => 1 - cut).reverse()];
}

/** ∫ f over `[from, to]`; f may change quickly near either end, at the given rates. */
export function integrate(f: (s: number) => number, from: number, to: number, { enter, leave }: Rates): number {
  const cuts = panels((enter + leave) * (to - from));
  let sum = 0;
  for (let c = 1; c < cuts.length; c++) {
    const a = from + (to - from) * (cuts[c - 1] ?? 0);
    const b = from + (to - from) * (cuts[c] ?? 0);
    for (const [x, w] of POINTS) sum += ((w * (b - a)) / 2) * f((a + b) / 2 + (x * (b - a)) / 2);
  }
  return sum;
}

/** ∫∫ f(s, t) over 0 ≤ s ≤ t ≤ to. */
export function integrateTwice(f: (s: number, t: number) => number, to: number, rates: Rates): number {
  return integrate((s) => integrate((t) => f(s, t), s, to, rates), 0, to, rates);
}
