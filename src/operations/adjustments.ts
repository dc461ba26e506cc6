import { OPEN } from '../accounts/access.ts';
import { COMMAND_LINE } from '../accounts/audit.ts';
import type { Phase } from '../adjustments/phase.ts';
import type { Coverage } from '../adjustments/preview.ts';
import type { GivenAdjustment, ShownAdjustment } from '../adjustments/service.ts';
import type { AdjustmentKind } from '../storage/ports/adjustments.ts';
import type { Operation } from './operation.ts';

/** Plans downtime of stores, or records a correction. */
export const addDowntime: Operation<GivenAdjustment, ShownAdjustment> = ({ adjustments }, given) =>
  adjustments.create(OPEN, given, COMMAND_LINE);

/** What an adjustment would cover, without recording it. */
export const previewDowntime: Operation<GivenAdjustment, Coverage> = ({ adjustments }, given) =>
  adjustments.preview(OPEN, given);

export interface ListDowntime {
  readonly phase?: Phase | undefined;
  readonly kind?: AdjustmentKind | undefined;
  readonly storeId?: string | undefined;
}

/** All adjustments, newest first. */
export const listDowntime: Operation<ListDowntime, readonly ShownAdjustment[]> = async ({ adjustments }, filter) =>
  (await adjustments.list(OPEN, { ...filter, limit: Number.POSITIVE_INFINITY })).items;

export interface RevokeDowntime {
  readonly id: string;
  readonly reason: string;
  readonly entirely: boolean;
}

export const revokeDowntime: Operation<RevokeDowntime, ShownAdjustment> = ({ adjustments }, { id, reason, entirely }) =>
  adjustments.revoke(OPEN, id, { reason, entirely, expected: undefined }, COMMAND_LINE);
