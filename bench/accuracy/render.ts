import { WINDOWS } from '../../src/domain/window.ts';
import { REGIME_NAMES, REGIMES, type RegimeName } from '../../src/simulate/regimes.ts';
import type { Prediction } from './leave-one-out.ts';
import { barPlot, sharePlot } from './plot.ts';
import { type Errors, METHODS, type Method, type WindowScores } from './scores.ts';

export interface Results {
  /** For each regime the scores of the last hour, day and week. */
  readonly scores: Readonly<Record<RegimeName, readonly WindowScores[]>>;
  readonly predictions: readonly { readonly name: string; readonly predictions: Prediction }[];
  /** Stores a fleet, and fleets a regime. */
  readonly stores: number;
  readonly fleets: number;
}

const WINDOW_NAMES = ['last hour', 'last day', 'last week'] as const;
const COLORS: Readonly<Record<Method, string>> = {
  'share of polls': '#c9b458',
  'last state': '#d9822b',
  nearest: '#3b7dd8',
  markov: '#1f9e6e',
};
const BURSTY: readonly RegimeName[] = ['lognormal', 'weibull'];
const WEEK = 2;

const EXPONENTIAL = REGIME_NAMES.filter((name) => REGIMES[name].exponential);

const percent = (share: number, digits = 2): string => `${(100 * share).toFixed(digits)} %`;
const count = (value: number): string => value.toLocaleString('en-US');

/** The plots by name. */
export function renderPlots({ scores }: Results): Record<string, string> {
  const errors = METHODS.map((method) => ({
    name: method,
    color: COLORS[method],
    values: REGIME_NAMES.map((name) => 100 * (scores[name][WEEK]?.errors[method].squared ?? 0)),
  }));
  const inside = WINDOW_NAMES.map((name, w) => ({
    name,
    color: ['#d9822b', '#3b7dd8', '#1f9e6e'][w] ?? '#222',
    values: REGIME_NAMES.map((regime) => scores[regime][w]?.coverage.inside ?? 0),
  }));
  const bands = REGIME_NAMES.map((name) => {
    if (REGIMES[name].exponential) return [0.87, 0.93] as const;
    return BURSTY.includes(name) ? ([0.8, 0.97] as const) : undefined;
  });
  return {
    errors: barPlot('Error of the last week’s uptime (RMSE, % of open time)', REGIME_NAMES, errors, ' %'),
    ranges: sharePlot(
      'Stores whose true uptime is within the 90 % credible interval, and the target band',
      REGIME_NAMES,
      inside,
      bands,
    ),
  };
}

/** docs/accuracy.md. */
export function render(results: Results): string {
  const { scores, predictions, stores, fleets } = results;
  return [
    '# How accurate the numbers are',
    ...forOwners(results),
    '## At a glance',
    'The error of the estimates (shorter is better), and the share of credible intervals that contain the truth (nine in ten should). Rows and colors are explained below.',
    '![Error of the last week](accuracy-errors.svg)',
    '![Ranges](accuracy-ranges.svg)',
    '## How this was measured',
    `Made by \`npm run bench:accuracy\`, which computes anew and writes this page and its plots. Each regime below is ${fleets} simulated fleets of ${count(stores)} stores, with eight days of polls and the business hours of real stores; the simulator records when each store was really down (\`restaurant-monitor simulate --regime NAME\` writes such a fleet as files). All errors are percentages of the window’s open time, over the stores that are open in the window and have a counting poll.`,
    table(
      ['regime', 'what it is', 'as the chain assumes'],
      REGIME_NAMES.map((name) => [name, REGIMES[name].what, REGIMES[name].exponential ? 'yes' : 'no']),
    ),
    'The methods:\n\n- **share of polls**: the share of active polls in the window, times its open time, as in most programs for this task.\n- **last state**: each moment has the state of the last poll before it.\n- **nearest**: each moment has the state of the nearest poll. The default.\n- **markov**: the expected uptime of a Markov chain whose rates are estimated from the same polls.',
    '## Targets',
    table(['', 'measured', 'target', 'met'], targets(results)),
    'Coverage above 93 % has one cause: stores without uncertainty. If all polls in and around the last hour were active, the store was almost certainly up for all of it, and the only honest interval is “60 minutes”. That is right for 97 or 99 stores in 100 rather than 90, and no other interval would be closer: an interval either contains the 60 or it does not. The column “in question” below counts only the other stores.',
    '## Errors',
    'Root mean square error (RMSE), the usual measure, which gives large errors more weight. The smallest is bold.',
    ...WINDOWS.map((_, w) => errorTable(results, w)),
    'Mean absolute error / bias (the mean error with its sign). For a store that was always up, as most are, `nearest` is exact, while `markov` allows for unobserved outages: its absolute error is often larger although its RMSE is smaller.',
    ...WINDOWS.map((_, w) => biasTable(results, w)),
    '## Ranges',
    'The share of stores whose true uptime is within the 90 % credible interval, the same among the uncertain stores, the share of uncertain stores (“in question”), and the mean width of all intervals.',
    ...WINDOWS.map((_, w) => rangeTable(results, w)),
    'Where the intervals fail, and why. *Late openings*: the chain ignores opening times, and a store that opens late is down before its first poll of the day, so its intervals contain too few truths. For such stores `nearest` is the better estimate of the week. *Bursty* stores (log-normal, Weibull): many short outages fall between polls and a few last very long; a chain with one rate for each direction takes the middle between them. *The last hour* has one or two polls: see above.',
    '## Predicting hidden polls',
    'This needs no simulated truth: hide a poll, predict it from the other polls of its store, and compare. The Brier score is the mean square of the probability of the wrong outcome; the log loss penalizes wrong certainty (probabilities are at least 1 %). Lower is better. The methods nearest and last state only predict yes or no, never a probability, which costs them here. One poll in five is hidden, of the first fleet of each regime and of the poll files of the benchmark; in the latter, the inactive polls of a mixed store are themselves reconstructed.',
    table(
      [
        'polls',
        'hidden',
        ...METHODS.map((method) => `Brier: ${method}`),
        ...METHODS.map((method) => `log loss: ${method}`),
      ],
      predictions.map(({ name, predictions: { polls, brier, logLoss } }) => [
        name,
        count(polls),
        ...best(
          METHODS.map((method) => brier[method]),
          4,
        ),
        ...best(
          METHODS.map((method) => logLoss[method]),
          4,
        ),
      ]),
    ),
    '## How the estimate works',
    METHOD,
    `Smallest and largest number of stores behind a line: ${count(Math.min(...sizes(scores)))} and ${count(Math.max(...sizes(scores)))}.`,
  ]
    .join('\n\n')
    .concat('\n');
}

function forOwners({ scores }: Results): string[] {
  const hour = scores.everyday[0];
  const week = scores.everyday[WEEK];
  if (!hour || !week) return [];
  return [
    'A store is polled about once an hour, and the time in between is not observed. “Up for 60 minutes of the last hour” rests on one or two polls; the rest is an estimate. This page shows how accurate the estimates are; a detailed report shows it for every store.',
    `**How to read the numbers.** The uptime of the last *week* is off by ${percent(week.errors.nearest.absolute)} of the open time on average, some ${Math.round(70 * 60 * week.errors.nearest.absolute)} minutes for a store that is open for 70 hours. The uptime of the last *hour* is right to the minute for most stores, and off by more than a quarter of an hour for ${Math.round(1000 * hour.errors.nearest.farOff)} in 1,000: those whose state changed at an unobserved time in that hour. Do not rely on a single hour; use the week.`,
    '**How to read the credible interval.** In the full report each uptime has a credible interval, such as “61.2 hours, between 60.1 and 62.0”. Of ten stores with such an interval, the true uptime of nine is within it. A narrow interval means that the polls leave little uncertainty. A wide one means too few polls, polls missing for hours (the column `longest_unpolled` has the longest gap), or a store whose state changes often. For important decisions, use the low end. An interval never claims more than the polls show. In the first days of a new installation, most of the week is before the first poll; until a store, or 200 stores of the fleet, have been polled for that long, the interval treats this time as unknown. For a store with a single poll it is the whole open time. The estimate still assumes that the time before the first poll is like the time after it.',
    '**Which estimate to use.** `nearest` gives each moment the state of the nearest poll: easy to explain, easy to check by hand, and the default. `markov` gives the expected uptime, from the usual behavior of this store and similar ones: more accurate overall, especially with few or missing polls, but never exactly 100 %, since an outage between two polls is always possible.',
  ];
}

function targets({ scores }: Results): string[][] {
  const ratios = (names: readonly RegimeName[]) =>
    names.flatMap((name) => scores[name].map(({ errors }, w) => ({ name, w, value: ratio(errors) })));
  const largest = <T extends { value: number }>(list: readonly T[]): T =>
    list.reduce((a, b) => (b.value > a.value ? b : a));
  const where = ({ name, w }: { name: RegimeName; w: number }) => `${name}, ${WINDOW_NAMES[w]}`;
  const exponential = largest(ratios(EXPONENTIAL));
  const any = largest(ratios(REGIME_NAMES));
  const bias = largest(
    REGIME_NAMES.flatMap((name) =>
      scores[name].map(({ errors }, w) => ({ name, w, value: Math.abs(errors.markov.bias) })),
    ),
  );
  const inside = (names: readonly RegimeName[], windows: readonly number[]) =>
    names.flatMap((name) => windows.map((w) => scores[name][w]?.coverage.inside ?? 0));
  const coverage = (what: string, shares: readonly number[], least: number, most: number): string[] => {
    const [low, high] = [Math.min(...shares), Math.max(...shares)];
    const met = low >= least && high <= most;
    return [
      what,
      `${percent(low, 1)} to ${percent(high, 1)}`,
      `${100 * least}–${100 * most} %`,
      met ? 'yes' : '**no**',
    ];
  };
  const all = [...WINDOWS.keys()];
  return [
    [
      'RMSE of `markov` ÷ the best other, exponential regimes',
      `at most ${exponential.value.toFixed(3)} (${where(exponential)})`,
      'below 1',
      exponential.value < 1 ? 'yes' : '**no**',
    ],
    [
      'RMSE of `markov` ÷ the best other, all regimes',
      `at most ${any.value.toFixed(3)} (${where(any)})`,
      'at most 1.05',
      any.value <= 1.05 ? 'yes' : '**no**',
    ],
    [
      'bias of `markov`',
      `at most ${percent(bias.value)} (${where(bias)})`,
      'under 1 %',
      bias.value < 0.01 ? 'yes' : '**no**',
    ],
    coverage('truths in the range, exponential regimes, week', inside(EXPONENTIAL, [WEEK]), 0.87, 0.93),
    coverage('the same, day', inside(EXPONENTIAL, [1]), 0.87, 0.93),
    coverage('the same, hour', inside(EXPONENTIAL, [0]), 0.87, 0.93),
    coverage('truths in the range, bursty regimes, all windows', inside(BURSTY, all), 0.8, 0.97),
  ];
}

function ratio(errors: Readonly<Record<Method, Errors>>): number {
  const others = METHODS.filter((method) => method !== 'markov').map((method) => errors[method].squared);
  return errors.markov.squared / Math.min(...others);
}

function errorTable({ scores }: Results, w: number): string {
  const rows = REGIME_NAMES.map((name) => {
    const errors = scores[name][w]?.errors;
    return [
      name,
      ...best(
        METHODS.map((method) => 100 * (errors?.[method].squared ?? 0)),
        2,
      ),
      errors ? ratio(errors).toFixed(2) : '',
    ];
  });
  return table([`RMSE, ${WINDOW_NAMES[w]}, %`, ...METHODS, 'markov ÷ best other'], rows);
}

function biasTable({ scores }: Results, w: number): string {
  const cell = ({ absolute, bias }: Errors) => `${(100 * absolute).toFixed(2)} / ${(100 * bias).toFixed(2)}`;
  const rows = REGIME_NAMES.map((name) => {
    const errors = scores[name][w]?.errors;
    return [name, ...METHODS.map((method) => (errors ? cell(errors[method]) : ''))];
  });
  return table([`MAE / bias, ${WINDOW_NAMES[w]}, %`, ...METHODS], rows);
}

function rangeTable({ scores }: Results, w: number): string {
  const rows = REGIME_NAMES.map((name) => {
    const coverage = scores[name][w]?.coverage;
    if (!coverage) return [name];
    const { inside, insideInQuestion, inQuestion, width } = coverage;
    return [name, percent(inside, 1), percent(insideInQuestion, 1), percent(inQuestion, 0), percent(width)];
  });
  return table([`ranges, ${WINDOW_NAMES[w]}`, 'inside', 'inside, in question', 'in question', 'width'], rows);
}

/** Numbers with the smallest in bold. */
function best(values: readonly number[], digits: number): string[] {
  const least = Math.min(...values);
  return values.map((value) => (value === least ? `**${value.toFixed(digits)}**` : value.toFixed(digits)));
}

function sizes(scores: Results['scores']): number[] {
  return REGIME_NAMES.flatMap((name) => scores[name].map(({ stores }) => stores));
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = header.map((_, i) => (i === 0 ? '---' : '---:'));
  return [line(header), line(rule), ...rows.map(line)].join('\n');
}

const METHOD = `A store is a Markov chain with two states in elapsed time: it goes down at a failure rate and comes back at a recovery rate (\`src/domain/markov/transition.ts\`). Given these rates and the states at two polls, the expected downtime between them, its variance and the probability of no downtime have closed forms, even when business hours or the start of a window cut the gap (\`bridge.ts\`). Tests compare them with numerical integration to nine digits, and with simulated paths.

The rates are unknown. A fleet is modeled as a mixture of latent classes, each with its own two rates. The rates and the weights of the classes are fitted to a sample of the fleet by the EM algorithm, with weak priors (\`em.ts\`). A store’s own polls give the posterior probability of each class, and its estimate is the average over the classes (\`posterior.ts\`): a store with few polls resembles the fleet, a store with many is estimated from its own polls. The uncertainty about the class is part of the variance.

The credible interval has three parts: the probability that the store was never down, the probability that it was always down, and a beta distribution with the remaining mean and variance for everything in between (\`credible-interval.ts\`). The beta distribution ranges from zero to the whole open time, and is skewed like a sum of a few outages. If one end is exactly “never down” or “always down”, nothing is beyond it, so the whole tenth is beyond the other end. The interval always contains the estimate.

Rates fitted to a few hours are unreliable for a week: stores that fail often cannot be distinguished from those that failed by chance, and the fleet seems more stable than it is. Open time is therefore called unmonitored if it lies before the first poll, after the last one, or in a gap of more than a day of open time (\`monitored.ts\`). If a window has more of it than the store itself, and 200 stores of the fleet, were monitored in the eight days, both ends of the interval move by the unmonitored time. Tests require that nine of ten intervals contain the truth for stores with one to forty polls.

For speed, gaps are counted by length and read from tables (\`gap-table.ts\`, \`segment-table.ts\`), the two edges of a gap that a night cuts are treated as independent, and classes with a small posterior probability are left out. Tests limit the error of the tables to a fiftieth of the open time; that of leaving out classes is larger for a few stores in 10,000.

References: Kalbfleisch & Lawless (1985), *The analysis of panel data under a Markov assumption*; Hobolth & Jensen (2011), *Summary statistics for endpoint-conditioned continuous-time Markov chains*; Jackson (2011), *Multi-state models for panel data: the msm package for R*.`;
