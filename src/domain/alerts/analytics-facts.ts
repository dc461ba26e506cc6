/** The figures of some stores in a period, as a message shows them; times are milliseconds. */
export interface FiguresFacts {
  /** The values of the labels that they share, or the name of a store; empty: all stores in question. */
  readonly name: string;
  readonly stores: number;
  readonly open: number;
  readonly down: number;
  /** Uptime as a share of the known open time; null: no poll supports it. */
  readonly uptime: number | null;
  /** How much greater that is than in the other period; null: polls do not cover enough of both. */
  readonly change: number | null;
  /** The share of the open time within one polling interval of a poll; null: it is not open. */
  readonly coverage: number | null;
}

/** Two dates or instants as texts, the second of which is not part of the period. */
export interface PeriodFacts {
  readonly from: string;
  readonly to: string;
}

/** The answer to a question. */
export interface AnswerFacts {
  readonly period: PeriodFacts & {
    /** Whose days they are; null: those of each store. */
    readonly zone: string | null;
    /** Whether it was over at `asOf`. */
    readonly complete: boolean;
  };
  readonly compared: PeriodFacts;
  /** The polls until this instant count. */
  readonly asOf: number;
  /** The adjustments that were known at this instant are in it. */
  readonly knownAt: number;
  readonly total: FiguresFacts;
  /** The labels by which it is grouped. */
  readonly keys: readonly string[];
  readonly groups: number;
  /** The groups with the most downtime, and those whose uptime rose most. */
  readonly worst: readonly FiguresFacts[];
  readonly improved: readonly FiguresFacts[];
}

/** What a message says about a saved question. */
export interface AnalyticsFacts {
  readonly subscriptionId: string;
  /** The name of the question, and its parameters by their names in the API. */
  readonly name: string;
  readonly question: Readonly<Record<string, unknown>>;
  readonly formats: readonly 'csv'[];
  /** `undefined`: it could not be answered, for the reason in `problem`. */
  readonly answer?: AnswerFacts | undefined;
  readonly problem?: string | undefined;
}
