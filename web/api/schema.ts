// Written by `npm run client` from the OpenAPI document: change the routes, not this file.

export type ClassicReportStatus = {
  readonly status: 'Running';
  /** the share of stores that are done */
  readonly progress: number;
  readonly as_of: string;
} | {
  readonly status: 'Complete';
  /** where the CSV is */
  readonly csv_url: string;
  readonly as_of: string;
  /** rows of the CSV */
  readonly stores: number;
} | {
  readonly status: 'Failed';
  readonly reason: string;
  readonly as_of: string;
};

export interface FieldProblem {
  /** `body`, `query`, `path` or `header` */
  readonly in: string;
  /** such as `hours.0.start`; empty: the whole of it */
  readonly field: string;
  readonly message: string;
}

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** what was wrong, what it was, and what was expected */
  readonly detail: string;
  /** the fields that are wrong, at most 20 */
  readonly errors?: readonly FieldProblem[] | undefined;
}

export interface TriggeredReport {
  readonly report_id: string;
}

/** By method and path. */
export interface Routes {
  /** Ask for a report */
  'POST /trigger_report': {
    body?: {
      /** RFC 3339 instant that the report speaks for; by default that of the latest poll */
      readonly as_of?: string | undefined;
    };
    answer: TriggeredReport;
  };
  /** Get a report as CSV, or how far it is */
  'GET /get_report': {
    query?: {
      /** the id that `POST /trigger_report` gave; without it, the answer is `400` */
      readonly report_id?: string | undefined;
    };
    answer: string | ClassicReportStatus;
  };
  /** Whether the process is alive */
  'GET /healthz': {
    answer: {
      readonly status: 'ok';
    };
  };
  /** Whether the database answers too */
  'GET /readyz': {
    answer: {
      readonly status: 'ready';
    };
  };
  /** This description of the API */
  'GET /api/openapi.json': {
    answer: Readonly<Record<string, unknown>>;
  };
  /** This page */
  'GET /api/docs': {
    answer: string;
  };
  /** What this page looks like */
  'GET /api/docs/style.css': {
    answer: string;
  };
}
