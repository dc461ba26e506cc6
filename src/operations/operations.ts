import {
  addKey,
  addUser,
  getUser,
  inviteUser,
  listAudit,
  listKeys,
  listUsers,
  removeUser,
  resetFactors,
  revokeKey,
  setDisabled,
  setEmail,
  setPassword,
} from './accounts.ts';
import { addDowntime, listDowntime, previewDowntime, revokeDowntime } from './adjustments.ts';
import { writeAnalytics } from './analytics.ts';
import { importFeeds } from './import.ts';
import { checkDatabase, prunePolls, syncSources, writeBackup } from './maintenance.ts';
import { writeReport } from './report.ts';

/** Everything that a command can ask of a database, whichever process has it open. */
export const OPERATIONS = {
  getUser,
  addUser,
  listUsers,
  setPassword,
  setDisabled,
  setEmail,
  inviteUser,
  resetFactors,
  removeUser,
  addKey,
  listKeys,
  revokeKey,
  listAudit,
  addDowntime,
  previewDowntime,
  listDowntime,
  revokeDowntime,
  importFeeds,
  writeReport,
  writeAnalytics,
  prunePolls,
  checkDatabase,
  writeBackup,
  syncSources,
} as const;

export type OperationName = keyof typeof OPERATIONS;
export type ArgsOf<N extends OperationName> = Parameters<(typeof OPERATIONS)[N]>[1];
export type ResultOf<N extends OperationName> = Awaited<ReturnType<(typeof OPERATIONS)[N]>>;

export function isOperation(name: string): name is OperationName {
  return Object.hasOwn(OPERATIONS, name);
}
