import { OPEN } from '../accounts/access.ts';
import { COMMAND_LINE } from '../accounts/audit.ts';
import type { Phase } from '../judgements/phase.ts';
import type { Coverage } from '../judgements/preview.ts';
import type { GivenJudgement, ShownJudgement } from '../judgements/service.ts';
import type { Operation } from './operation.ts';

/** Plans downtime of stores. */
export const addDowntime: Operation<GivenJudgement, ShownJudgement> = ({ judgements }, given) =>
  judgements.create(OPEN, given, COMMAND_LINE);

/** What planned downtime would cover, without recording it. */
export const previewDowntime: Operation<GivenJudgement, Coverage> = ({ judgements }, given) =>
  judgements.preview(OPEN, given);

export interface ListDowntime {
  readonly phase?: Phase | undefined;
  readonly storeId?: string | undefined;
}

/** All planned downtime, newest first. */
export const listDowntime: Operation<ListDowntime, readonly ShownJudgement[]> = async ({ judgements }, filter) =>
  (await judgements.list(OPEN, { ...filter, limit: Number.POSITIVE_INFINITY })).items;

export interface RevokeDowntime {
  readonly id: string;
  readonly reason: string;
  readonly entirely: boolean;
}

export const revokeDowntime: Operation<RevokeDowntime, ShownJudgement> = ({ judgements }, { id, reason, entirely }) =>
  judgements.revoke(OPEN, id, { reason, entirely, expected: undefined }, COMMAND_LINE);
