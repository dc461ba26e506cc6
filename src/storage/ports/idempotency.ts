/** A request that was sent with an idempotency key. */
export interface KeyedRequest {
  /** Names the caller and the key, and reveals neither. */
  readonly keyHash: string;
  /** Equal for equal requests. */
  readonly fingerprint: string;
}

/** A response as it is repeated. */
export interface KeptResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body: string;
}

/** What is known of a key that another request has. */
export interface KeyHolder {
  readonly fingerprint: string;
  /** `undefined`: the request is running. */
  readonly response: KeptResponse | undefined;
}

/** The idempotency keys of the requests of a day, for all servers on the database. */
export interface IdempotencyKeys {
  /**
   * Gives a key to an attempt for `lease` milliseconds. Returns `undefined`, or the request that has the key: one whose
   * response is kept, or one that is running. A request whose lease is over was lost with its server.
   */
  take(request: KeyedRequest, token: string, lease: number): Promise<KeyHolder | undefined>;
  /** Extends the lease of a running attempt. */
  renew(keyHash: string, token: string, lease: number): Promise<void>;
  /** Keeps the response of an attempt for `milliseconds`. */
  complete(keyHash: string, token: string, response: KeptResponse, milliseconds: number): Promise<void>;
  /** Frees the key of an attempt that changed nothing. */
  release(keyHash: string, token: string): Promise<void>;
  /** Deletes what is no longer kept. */
  prune(): Promise<void>;
}
