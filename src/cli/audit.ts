import type { Command } from 'commander';
import { auditResource } from '../accounts/resources.ts';
import { formatInstant } from '../calendar/instant.ts';
import type { AuditRecord } from '../storage/ports/account-catalog.ts';
import { configOf, type DatabaseFlags, withDatabase, withDatabaseOption } from './database.ts';
import { printResult, printTable } from './output.ts';
import { checked, misuse } from './usage.ts';

interface AuditFlags extends DatabaseFlags {
  readonly limit: string;
  readonly action?: string;
}

const MOST = 10_000;

export function auditCommand(program: Command): void {
  withDatabaseOption(program.command('audit'))
    .description('list the newest entries of the audit log, newest first')
    .option('--limit <number>', `how many entries, at most ${MOST}`, '100')
    .option('--action <action>', 'only entries of one action, such as user.created', checked('--action', actionFrom))
    .action(async (flags: AuditFlags) => {
      const limit = Number(/^[1-9]\d{0,4}$/.exec(flags.limit)?.[0] ?? Number.NaN);
      if (!(limit <= MOST)) throw misuse(`--limit is "${flags.limit}", expected a whole number from 1 to ${MOST}`);
      const filter = flags.action === undefined ? {} : { action: flags.action };
      const entries = await withDatabase(configOf(flags), 'read', (run) => run('listAudit', { filter, limit }));
      const heading = ['TIME', 'ACTOR', 'ACTION', 'SUBJECT', 'DETAIL'];
      printResult({ entries: entries.map(auditResource) }, () => printTable([heading, ...entries.map(rowOf)]));
    });
}

/** Which actions there are depends on the version that wrote the entry, but all names have one form. */
function actionFrom(text: string, name: string): void {
  if (/^[a-z_]+\.[a-z_]+$/.test(text)) return;
  throw misuse(`${name} is "${text.slice(0, 100)}", expected the name of an action such as user.created`);
}

function rowOf({ at, actor, action, subjectKind, subjectId, detail }: AuditRecord): string[] {
  return [formatInstant(at), actor, action, `${subjectKind} ${subjectId}`, detailText(detail)];
}

/** `role=owner stores=17,18` */
function detailText(detail: AuditRecord['detail']): string {
  return Object.entries(detail)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
}
