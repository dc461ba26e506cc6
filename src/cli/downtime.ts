import { type Command, Option } from 'commander';
import { storeIdsFrom } from '../accounts/fields.ts';
import { checkedReason, checkedTime } from '../adjustments/check.ts';
import { PHASES, type Phase } from '../adjustments/phase.ts';
import { checkDuration, recurrenceOf, startFrom } from '../adjustments/recurrence.ts';
import { adjustmentResource, coverageResource } from '../adjustments/resources.ts';
import { ruleParts } from '../adjustments/rrule.ts';
import type { GivenAdjustment, ShownAdjustment } from '../adjustments/service.ts';
import { formatInstant, instantFrom } from '../calendar/instant.ts';
import { formatWallTime } from '../calendar/wall-time.ts';
import { HOUR } from '../domain/hours.ts';
import { isUuid } from '../lib/uuid.ts';
import { ADJUSTMENT_KINDS, type AdjustmentKind } from '../storage/ports/adjustments.ts';
import { configOf, type DatabaseFlags, withDatabase, withDatabaseOption } from './database.ts';
import { formatCount, formatCounted } from './format.ts';
import { printResult, printTable, say } from './output.ts';
import { checked, instantOption, listed, misuse, parsing } from './usage.ts';

interface AddFlags extends DatabaseFlags {
  readonly stores?: readonly string[];
  readonly labels?: readonly Label[];
  readonly allStores?: boolean;
  readonly from?: string;
  readonly to?: string;
  readonly rrule?: string;
  readonly start?: string;
  readonly duration?: string;
  readonly kind?: AdjustmentKind;
  readonly reason: string;
  readonly preview?: boolean;
}

interface ListFlags extends DatabaseFlags {
  readonly state?: Phase;
  readonly kind?: AdjustmentKind;
  readonly store?: string;
}

interface RevokeFlags extends DatabaseFlags {
  readonly reason: string;
  readonly entirely?: boolean;
}

export function downtimeCommand(program: Command): void {
  const downtime = program
    .command('downtime')
    .description('manage planned downtime of stores, and corrections of their figures');
  withDatabaseOption(downtime.command('add'))
    .description('plan downtime: for an interval, or a recurrence in the local time of each store')
    .option(
      '--stores <ids...>',
      'the stores, separated by spaces or commas',
      listed((ids) => storeIdsFrom(ids, '--stores')),
    )
    .option('--labels <labels...>', 'the stores that have all of these labels, each as key:value', labelsOption)
    .option('--all-stores', 'all stores')
    .option('--from <instant>', 'the start of an interval (default: now)', checked('--from', instantAs))
    .option('--to <instant>', 'the end of an interval', checked('--to', instantAs))
    .option(
      '--rrule <rule>',
      'a recurrence rule of RFC 5545, such as "FREQ=WEEKLY;BYDAY=SU"',
      checked('--rrule', (text, name) => ruleParts(name, text)),
    )
    .option(
      '--start <time>',
      'the store-local time from which the rule counts, such as 2026-11-29T02:00',
      checked('--start', (text, name) => startFrom(name, text)),
    )
    .option(
      '--duration <duration>',
      'how long each occurrence lasts, such as PT2H',
      checked('--duration', (text, name) => checkDuration(name, text)),
    )
    .addOption(
      new Option(
        '--kind <kind>',
        'planned (the default); or a correction: excused, false_reading (checks do not count), force_down',
      ).choices(ADJUSTMENT_KINDS),
    )
    .requiredOption('--reason <text>', 'why', checked('--reason', checkedReason))
    .option('--preview', 'only print what it would cover')
    .action(add);
  withDatabaseOption(downtime.command('list'))
    .description('list planned downtime and corrections, newest first')
    .addOption(new Option('--state <state>', 'only those in this state').choices(PHASES))
    .addOption(new Option('--kind <kind>', 'only those of this kind').choices(ADJUSTMENT_KINDS))
    .option(
      '--store <id>',
      'only those that include this store',
      checked('--store', (text, name) => storeIdsFrom([text], name)),
    )
    .action(list);
  withDatabaseOption(downtime.command('revoke'))
    .description('revoke planned downtime or a correction from now on')
    .argument('<id>', 'its ID, as downtime list shows it', checked('id', idAs))
    .requiredOption('--reason <text>', 'why', checked('--reason', checkedReason))
    .option('--entirely', 'as if it had never been recorded')
    .action(revoke);
}

async function add(flags: AddFlags): Promise<void> {
  const given = givenBy(flags);
  if (!flags.preview) {
    const shown = await withDatabase(configOf(flags), 'write', (run) => run('addDowntime', given));
    return printDowntime(
      shown,
      `${nameOf(shown)} ${shown.record.id} of ${formatCounted(shown.stores, 'store')}: ${timeOf(shown)}`,
    );
  }
  const coverage = await withDatabase(configOf(flags), 'read', (run) => run('previewDowntime', given));
  printResult(coverageResource(coverage), () => {
    const { stores, open, counted: within, starts } = coverage;
    const from = formatInstant(within.from);
    const hours = formatCount(Math.round((10 * open) / HOUR) / 10);
    say(`${formatCounted(stores, 'store')}, ${hours} open hours from ${from} to ${formatInstant(within.to)}`);
    if (starts.length > 0) say(`first in store local time: ${starts.map(formatWallTime).join(', ')}`);
  });
}

/** @throws UsageError for a combination of options that says nothing */
function givenBy(flags: AddFlags): GivenAdjustment {
  const { stores, labels, allStores = false, from, to, rrule, start, duration, kind, reason } = flags;
  const chosen = [stores !== undefined, labels !== undefined, allStores].filter(Boolean).length;
  if (chosen !== 1) throw misuse(`${chosen} of --stores, --labels and --all-stores are given, expected one of them`);
  const recurs = [rrule, start, duration].filter((text) => text !== undefined).length;
  if (recurs > 0 && recurs < 3) throw misuse('expected --rrule, --start and --duration together');
  if ((recurs === 0) === (to === undefined)) {
    throw misuse('expected either --to, or --rrule with --start and --duration');
  }
  const time = {
    from: instantOption('--from', from),
    to: instantOption('--to', to),
    ...(rrule !== undefined &&
      start !== undefined &&
      duration !== undefined && { recurrence: { rrule, start, duration } }),
  };
  parsing(() => checkedTime(time, Date.now()));
  return { store_ids: stores, labels: allStores ? {} : labels && Object.fromEntries(labels), ...time, kind, reason };
}

type Label = readonly [key: string, value: string];

/** The value of a label may have commas. @throws UsageError */
function labelsOption(text: string, previous: readonly Label[] = []): Label[] {
  const colon = text.indexOf(':');
  if (colon > 0) return [...previous, [text.slice(0, colon), text.slice(colon + 1)]];
  throw misuse(`--labels has "${text}", expected key:value such as city:Chicago`);
}

function instantAs(text: string, name: string): number {
  return instantFrom(name, text);
}

/** @throws UsageError */
function idAs(text: string, name: string): void {
  if (isUuid(text)) return;
  const expected = 'the ID of planned downtime, as downtime list shows it';
  throw misuse(`${name} is ${JSON.stringify(text.slice(0, 100))}, expected ${expected}`);
}

async function list({ state: phase, kind, store, ...flags }: ListFlags): Promise<void> {
  const all = await withDatabase(configOf(flags), 'read', (run) =>
    run('listDowntime', { phase, kind, storeId: store }),
  );
  const heading = ['ID', 'KIND', 'STATE', 'STORES', 'TIME', 'REASON', 'AUTHOR'];
  const rows = all.map((shown) => [
    shown.record.id,
    shown.record.kind,
    shown.phase,
    formatCount(shown.stores),
    timeOf(shown),
    shown.record.reason,
    shown.record.author,
  ]);
  printResult({ adjustments: all.map(adjustmentResource) }, () => printTable([heading, ...rows]));
}

async function revoke(id: string, { reason, entirely = false, ...flags }: RevokeFlags): Promise<void> {
  const shown = await withDatabase(configOf(flags), 'write', (run) => run('revokeDowntime', { id, reason, entirely }));
  printDowntime(shown, `revoked ${nameOf(shown)} ${id} ${entirely ? 'entirely' : 'from now on'}`);
}

function printDowntime(shown: ShownAdjustment, line: string): void {
  printResult(adjustmentResource(shown), () => say(line));
}

/** `planned downtime`, or the kind of a correction. */
function nameOf({ record: { kind } }: ShownAdjustment): string {
  return kind === 'planned' ? 'planned downtime' : `correction (${kind})`;
}

function timeOf({ record: { time } }: ShownAdjustment): string {
  if (!('rrule' in time)) return `${formatInstant(time.from)} to ${formatInstant(time.to)}`;
  return `${recurrenceOf(time)?.text} local, for ${time.duration}, from ${time.start}`;
}
