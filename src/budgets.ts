/**
 * What one request may hold. These limits belong to the API, which promises the same everywhere, so they are not
 * configurable; docs/operations.md lists them.
 */
export const LIMITS = {
  /** Bytes of a body, where a route does not say more. */
  bodyBytes: 64 * 1024,
  /** Bytes of a body with the ids of up to `idsPerRequest` stores. */
  idsBodyBytes: 4 * 1024 * 1024,
  /** Store ids in one request, of up to 200 characters each. */
  idsPerRequest: 10_000,
  /** Bytes of the polls of one request, as they come and unpacked. */
  pollsBodyBytes: 8 * 1024 * 1024,
  pollsPerRequest: 50_000,
  /** Arrays and objects within one another in JSON. */
  jsonDepth: 32,
  /** Complaints about one request that are answered. */
  complaints: 20,
} as const;
