import { isAdmin, type Principal } from '../accounts/access.ts';
import { type AuditLog, actorOf } from '../accounts/audit.ts';
import { DAY } from '../domain/hours.ts';
import { civilDate } from '../domain/periods/dates.ts';
import type { FiscalCalendar } from '../domain/periods/fiscal.ts';
import { notFound, refuseOtherVersion, UserError } from '../lib/errors.ts';
import type { AccountReader } from '../storage/ports/account-catalog.ts';
import type { Storage } from '../storage/ports/storage.ts';
import { calendarFrom, type GivenCalendar, givenOf } from './fiscal-terms.ts';

/** The fiscal calendar of an installation, with who set it last. */
export interface StoredCalendar {
  readonly calendar: FiscalCalendar;
  /** Starts at 1 and rises with every change. */
  readonly version: number;
  readonly author: string;
  /** Milliseconds. */
  readonly changedAt: number;
}

interface FiscalCalendarParts {
  readonly storage: Pick<Storage, 'accounts'>;
  readonly audit: Pick<AuditLog, 'entry'>;
  readonly now: () => number;
}

/** The name of the setting. */
const SETTING = 'fiscal_calendar';

/** The years that a calendar is shown with, before this one and after it. */
const BEFORE = 5;
const AFTER = 2;

/** What is stored: no calendar once it is deleted, so that versions never repeat. */
interface Setting {
  readonly calendar: GivenCalendar | null;
  readonly version: number;
  readonly author: string;
  readonly changedAt: number;
}

/** The fiscal calendar of an installation; `undefined`: none is set. */
export async function currentCalendar({ accounts }: Pick<Storage, 'accounts'>): Promise<FiscalCalendar | undefined> {
  const { calendar = null } = (await settingIn(accounts)) ?? {};
  return calendar === null ? undefined : calendarFrom(calendar);
}

/** The one fiscal calendar of an installation. Admins set it; everybody can see it. */
export class FiscalCalendars {
  readonly #parts: FiscalCalendarParts;

  constructor(parts: FiscalCalendarParts) {
    this.#parts = parts;
  }

  /** @throws UserError `not_found` */
  async get(): Promise<StoredCalendar> {
    return found(await settingIn(this.#parts.storage.accounts));
  }

  /** The years of a calendar around now that it has, with their periods. */
  yearsAround(calendar: FiscalCalendar) {
    const now = civilDate(Math.floor(this.#parts.now() / DAY)).year;
    const { numberOf, firstDate } = calendar.unit('period');
    return Array.from({ length: BEFORE + 1 + AFTER }, (_, i) => calendar.year(now - BEFORE + i))
      .filter((year) => year !== undefined)
      .map((year) => {
        const [from, to] = [numberOf(year.first), numberOf(year.first + 7 * year.weeks - 1)];
        const periods = Array.from({ length: to - from + 1 }, (_, i) => ({
          ...{ name: calendar.name('period', from + i), first: firstDate(from + i) },
          weeks: (firstDate(from + i + 1) - firstDate(from + i)) / 7,
        }));
        return { ...year, periods };
      });
  }

  /**
   * @param expected the version that the caller has read; `undefined`: any
   * @throws UserError `invalid_input` with everything that is wrong; `forbidden` for others than admins; `precondition_failed`
   */
  async set(principal: Principal, given: GivenCalendar, expected: number | undefined): Promise<StoredCalendar> {
    requireAdmin(principal);
    return found(await this.#change(principal, givenOf(calendarFrom(given)), expected));
  }

  /** @throws UserError as `set`; `not_found` */
  async remove(principal: Principal, expected: number | undefined): Promise<void> {
    requireAdmin(principal);
    await this.#change(principal, null, expected);
  }

  #change(principal: Principal, calendar: GivenCalendar | null, expected: number | undefined): Promise<Setting> {
    const { storage, audit, now } = this.#parts;
    const actor = actorOf(principal);
    return storage.accounts.changing(async (changes) => {
      const before = await settingIn(changes);
      if (calendar === null) found(before);
      refuseOtherVersion('the fiscal calendar', before?.version ?? 0, expected);
      const after = { calendar, version: (before?.version ?? 0) + 1, author: actor.name, changedAt: now() };
      await changes.factors.setSetting(SETTING, JSON.stringify(after));
      const subject = { kind: 'setting', id: SETTING };
      await changes.addAudit(
        audit.entry(actor, 'setting.changed', subject, { before: before?.calendar ?? null, after: calendar }),
      );
      return after;
    });
  }
}

async function settingIn({ factors }: Pick<AccountReader, 'factors'>): Promise<Setting | undefined> {
  const value = await factors.setting(SETTING);
  return value === undefined ? undefined : (JSON.parse(value) as Setting);
}

function found(setting: Setting | undefined): StoredCalendar {
  if (setting === undefined || setting.calendar === null) throw notFound('no fiscal calendar is set');
  return { ...setting, calendar: calendarFrom(setting.calendar) };
}

/** @throws UserError `forbidden` */
function requireAdmin(principal: Principal): void {
  if (isAdmin(principal)) return;
  throw new UserError('forbidden', 'the fiscal calendar is for admins to change');
}
