import { type InactiveReason, reasonText } from '../domain/reasons.ts';

/** How the fake fleet answers a probe of a store. */
export interface Answer {
  /** The HTTP status; `undefined`: it does not answer at all. */
  readonly status: number | undefined;
  /** The state in the body. */
  readonly state: string;
  /** The platform's word in the body, if there is one. */
  readonly word?: string;
  /** The reason of the inactive poll that follows from it; `undefined`: the poll is active. */
  readonly code: InactiveReason | undefined;
}

/** The state that means active, as the probe rule of the demo has it. */
export const ONLINE = 'online';

export const ANSWERS = {
  online: { status: 200, state: ONLINE, code: undefined },
  closed: { status: 200, state: 'offline', word: 'CLOSED', code: 'closed_by_store' },
  paused: { status: 200, state: 'offline', word: 'PAUSED', code: 'closed_by_store' },
  delisted: { status: 404, state: 'unknown', word: 'LISTING_REMOVED', code: 'http_404' },
  failing: { status: 500, state: 'unknown', code: 'http_500' },
  unavailable: { status: 503, state: 'unknown', code: 'http_503' },
  platformDown: { status: 503, state: 'unknown', word: 'PLATFORM_OUTAGE', code: 'http_503' },
  silent: { status: undefined, state: 'unknown', code: 'timeout' },
} as const satisfies Record<string, Answer>;

/** The reason in the feed of the polls; empty for an active one. */
export function reasonIn({ code, word }: Answer): string {
  return code === undefined ? '' : reasonText(code, word);
}
