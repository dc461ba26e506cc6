/** What has to hold, by name. */
export type Invariant =
  | 'clients'
  | 'nothing accepted is lost'
  | 'polls are kept'
  | 'polls are once'
  | 'polls were sent'
  | 'polls are not in the future'
  | 'reports show a state'
  | 'reports have one answer'
  | 'reports describe the latest poll'
  | 'states do not go back'
  | 'everything ends'
  | 'imports keep their file'
  | 'reports wait within the budget'
  | 'stores are polled'
  | 'transitions are told once'
  | 'no recovery without alert'
  | 'messages arrive'
  | 'digests are sent once'
  | 'messages are logged'
  | 'the database is sound';

export interface Violation {
  readonly invariant: Invariant;
  /** What was seen instead. */
  readonly what: string;
}

/** The time that something took, on one clock for the whole history. */
export interface Span {
  readonly start: number;
  /** Infinity: it was not answered, so it may take effect at any time, or never. */
  readonly end: number;
}
