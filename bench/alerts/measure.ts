import { measureEvaluations } from './evaluations.ts';
import { measureFloods } from './floods.ts';
import { measureLatency } from './latency.ts';
import { measureRegimes } from './regimes.ts';
import { evaluationsPart, floodsPart, latencyPart, type Part, regimesPart } from './render.ts';
import type { Sizes } from './sizes.ts';

/** The measurements by name. */
export const MEASUREMENTS: Readonly<Record<string, (sizes: Sizes) => Promise<Part>>> = {
  regimes: async ({ regimes }) => regimesPart(measureRegimes(regimes), regimes),
  evaluations: async ({ evaluations }) => evaluationsPart(await measureEvaluations(evaluations), evaluations),
  latency: async ({ latency }) => latencyPart(await measureLatency(latency)),
  floods: async ({ flood }) => floodsPart(await measureFloods(flood), flood),
};
