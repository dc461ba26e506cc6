/** Work that only one of several servers may do at a time. */
export const LEASE_NAMES = ['sync', 'alerts', 'digests', 'subscriptions'] as const;
export type LeaseName = (typeof LEASE_NAMES)[number];

export interface Leases {
  /** Takes or extends a lease for this many milliseconds. `false`: another server holds it. */
  take(name: LeaseName, holder: string, milliseconds: number): Promise<boolean>;
  release(name: LeaseName, holder: string): Promise<void>;
}
