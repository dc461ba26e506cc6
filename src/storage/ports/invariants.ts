/** What always holds in a sound database, and whether it does. */
export interface Invariant {
  /** Such as `polls: each store_key is one of stores`. */
  readonly name: string;
  /** How many rows break it; 0: it holds. */
  readonly broken: number;
  /** One of the values that break it. */
  readonly example?: string;
}
