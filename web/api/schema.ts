// Written by `npm run client` from the OpenAPI document: change the routes, not this file.

export interface AcceptedDelivery {
  /** the ID from the list */
  readonly delivery_id: string;
}

export interface AcceptedInvitation {
  readonly session: Me;
  /** shown only once; each works once */
  readonly recovery_codes: readonly string[];
}

/** the first second factor comes with recovery codes */
export interface AddedFactor {
  readonly recovery_codes: readonly string[] | null;
}

/** A statement about some stores and a time. It has `store_ids` or `labels`, and `from` and `to` or a `recurrence`. `next`: the current or next time that it covers, the earliest of its stores. */
export interface Adjustment {
  readonly adjustment_id: string;
  /** `planned`: planned downtime. `excused`: time that counts neither as uptime nor as downtime. `false_reading`: the polls in it do not count. `force_down`: the stores were down, whatever the polls say. All but `planned` are for operators. */
  readonly kind: 'planned' | 'excused' | 'false_reading' | 'force_down';
  /** `active`: it covers the current time of one of its stores */
  readonly state: 'active' | 'upcoming' | 'past' | 'revoked';
  readonly store_ids: readonly string[] | null;
  readonly labels: Readonly<Record<string, string>> | null;
  /** the number of its stores that you can see */
  readonly stores: number;
  readonly from: string | null;
  readonly to: string | null;
  readonly recurrence: Recurrence | null;
  readonly next: Interval | null;
  readonly reason: string;
  /** the name of who recorded it, at that time */
  readonly author: string;
  readonly recorded_at: string;
  readonly revoked: Revocation | null;
}

export interface AdjustmentPage {
  readonly items: readonly Adjustment[];
  /** null on the last page */
  readonly next_cursor: string | null;
}

/** At most the first 31 days are counted. */
export interface AdjustmentPreview {
  /** the number of its stores */
  readonly stores: number;
  /** scheduled open hours of these stores that it covers within `counted` */
  readonly open_hours: number;
  readonly counted: Interval;
  /** of a recurrence: the store-local times at which it begins first, at most five */
  readonly starts: readonly string[];
}

export interface AlertRule {
  /** the ID from the list */
  readonly rule_id: string;
  readonly name: string;
  readonly enabled: boolean;
  /** `page` may ignore quiet hours, `notice` never does */
  readonly severity: 'page' | 'notice';
  /** the labels that a store must have, all of them; none: every store */
  readonly labels: Readonly<Record<string, string>>;
  /** when a store counts as down; in all cases, its last poll is inactive */
  readonly condition: InactivePolls | LostTime | ProbabilityDown;
  /** active polls in a row that end an incident, 1 to 100 */
  readonly recovery: number;
  /** how long after opening a store may still be down without an alert */
  readonly opening_grace_minutes: number;
  /** a store that closes within this time does not open an incident */
  readonly near_close_minutes: number;
  /** label keys: stores with the same values share messages; empty: all stores of the rule do */
  readonly group_by: readonly string[];
  /** how long a new incident waits, so that others of its group share its message */
  readonly wait_minutes: number;
  /** the shortest time between two messages of a group; escalations do not wait for it */
  readonly interval_minutes: number;
  readonly repeat_minutes: number | null;
  /** who is notified, and when */
  readonly steps: readonly EscalationStep[];
  /** what is wrong with whom it notifies now, such as a contact point that was disabled */
  readonly problems: readonly string[];
  readonly created_at: string;
}

/** omitted fields stay unchanged, and read-only fields of a response are ignored */
export interface AlertRuleChange {
  readonly name?: string | undefined;
  readonly enabled?: boolean | undefined;
  /** `page` may ignore quiet hours, `notice` never does */
  readonly severity?: 'page' | 'notice' | undefined;
  /** the labels that a store must have, all of them; none: every store */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** when a store counts as down; in all cases, its last poll is inactive */
  readonly condition?: InactivePolls | LostTime | ProbabilityDown | undefined;
  /** active polls in a row that end an incident, 1 to 100 */
  readonly recovery?: number | undefined;
  /** how long after opening a store may still be down without an alert */
  readonly opening_grace_minutes?: number | undefined;
  /** a store that closes within this time does not open an incident */
  readonly near_close_minutes?: number | undefined;
  /** label keys: stores with the same values share messages; empty: all stores of the rule do */
  readonly group_by?: readonly string[] | undefined;
  /** how long a new incident waits, so that others of its group share its message */
  readonly wait_minutes?: number | undefined;
  /** the shortest time between two messages of a group; escalations do not wait for it */
  readonly interval_minutes?: number | undefined;
  readonly repeat_minutes?: number | null | undefined;
  /** who is notified, and when */
  readonly steps?: readonly NewEscalationStep[] | undefined;
  /** the ID from the list */
  readonly rule_id?: string | undefined;
}

export interface AlertRules {
  readonly items: readonly AlertRule[];
}

export interface Analytics {
  readonly as_of: string;
  /** adjustments are as they were recorded until then */
  readonly known_at: string;
  /** the release of the IANA time zone database */
  readonly tz_version: string;
  /** the version of the server */
  readonly program_version: string;
  readonly period: AnalyticsPeriod;
  readonly by: 'total' | 'hour' | 'day' | 'week' | 'month' | 'fiscal_week' | 'fiscal_period' | 'hour_of_week' | 'daypart';
  readonly group_by: readonly string[];
  /** how uptime follows from polls */
  readonly estimator: 'nearest' | 'markov';
  readonly compare?: AnalyticsComparison | undefined;
  readonly stores: number;
  /** by group, and within a group by time; a subtotal precedes its groups */
  readonly rows: readonly AnalyticsRow[];
}

/** the other period, if there is one */
export interface AnalyticsComparison {
  readonly with: 'previous' | 'year_ago';
  /** a date or an instant */
  readonly from: string;
  /** the same; it is not part of the other period */
  readonly to: string;
}

export interface AnalyticsPeriod {
  readonly name: string | null;
  /** a date or an instant */
  readonly from: string;
  /** the same; it is not part of the period */
  readonly to: string;
  readonly time_zone: string | null;
  /** false: the period ends later than `as_of`, where these figures end */
  readonly complete: boolean;
}

/** Parameters of `GET /api/v1/analytics`. */
export interface AnalyticsQuestion {
  /** the period: a day, an ISO week, a month, a quarter or a year; `today`, `yesterday`; `this-week`, `last-week` (or `month`, `quarter`, `year`); `last-30-days` (or `weeks`, `months`), by the date that the clocks of most of these stores show; of the fiscal calendar, `FY2026-P03`, `FY2026-W17`, `FY2026-Q2`, `FY2026`, `this-fiscal-period`, `last-fiscal-period` (or `week`, `quarter`, `year`), `last-13-fiscal-periods` (or `weeks`) */
  readonly period?: string | undefined;
  /** instead of `period`: the start, a date or an instant (RFC 3339) */
  readonly from?: string | undefined;
  /** the end, exclusive: a date or an instant (RFC 3339) */
  readonly to?: string | undefined;
  /** the IANA time zone of the days and hours; by default the local time of each store */
  readonly time_zone?: string | undefined;
  /** the parts of the period, each with its own row; by default `total`. `fiscal_week` and `fiscal_period` need a fiscal calendar */
  readonly by?: 'total' | 'hour' | 'day' | 'week' | 'month' | 'fiscal_week' | 'fiscal_period' | 'hour_of_week' | 'daypart' | undefined;
  /** for `by=daypart`: each as `name@time`, the local time at which it begins; it lasts until the next one begins. For stores with a label that have other dayparts: `key:value/name@time` */
  readonly daypart?: readonly string[] | undefined;
  /** label keys, or `store_id`: each combination of their values has its own rows */
  readonly group_by?: readonly string[] | undefined;
  /** include subtotals by the first keys alone, and of all stores; by default true */
  readonly subtotals?: boolean | undefined;
  /** another period: the one before, or a year ago. Whole months are compared with whole months; any other period with one of the same length, 364 days earlier for `year_ago`. With the fiscal calendar, `year_ago` compares each week with that of the same number */
  readonly compare?: 'previous' | 'year_ago' | undefined;
  /** only stores with all of these labels, each as `key:value`; case and accents of the value do not matter */
  readonly label?: readonly string[] | undefined;
  /** only these stores; each value is an ID, or IDs separated by commas or spaces */
  readonly store_id?: readonly string[] | undefined;
  /** how uptime follows from polls: by the nearest one (the default), or as its expectation under a Markov chain */
  readonly estimator?: 'nearest' | 'markov' | undefined;
  /** include 90% credible intervals of uptime and downtime; by default false */
  readonly intervals?: boolean | undefined;
  /** include the uptime target of the stores of each row, if the row covers one period of it; by default false */
  readonly targets?: boolean | undefined;
  /** whether rows have what downtime cost, at the rates at which the stores sell; by default false */
  readonly lost_sales?: boolean | undefined;
}

export interface AnalyticsRow {
  /** the values of the keys of `group_by`; null: the stores have no such label. A subtotal has the first keys only, and the total none. */
  readonly group?: Readonly<Record<string, string | null>> | undefined;
  /** the local hour, for `by=hour` */
  readonly hour?: string | undefined;
  /** the local date, for `by=day` */
  readonly day?: string | undefined;
  /** the ISO week, for `by=week` */
  readonly week?: string | undefined;
  /** the month, for `by=month` */
  readonly month?: string | undefined;
  /** the week of the fiscal calendar, for `by=fiscal_week` */
  readonly fiscal_week?: string | undefined;
  /** its period, for `by=fiscal_period` */
  readonly fiscal_period?: string | undefined;
  /** for `by=hour_of_week`: `0` (Monday, 00:00 to 01:00) to `167` */
  readonly hour_of_week?: string | undefined;
  /** the name, for `by=daypart` */
  readonly daypart?: string | undefined;
  /** the stores of the group */
  readonly stores: number;
  /** open = up + down + unknown */
  readonly open_seconds: number;
  readonly up_seconds: number;
  readonly down_seconds: number;
  /** open time with no poll that counts within eight days */
  readonly unknown_seconds: number;
  readonly uptime_ratio: number | null;
  /** open time in planned downtime */
  readonly planned_seconds: number;
  /** open time that is excused, and not in planned downtime */
  readonly excused_seconds: number;
  /** uptime after adjustments, without planned and excused time */
  readonly adjusted_up_seconds: number;
  /** downtime after adjustments, without planned and excused time */
  readonly adjusted_down_seconds: number;
  readonly adjusted_uptime_ratio: number | null;
  /** the outages that begin here; one under way begins with the period */
  readonly outages: number;
  readonly mean_outage_seconds: number | null;
  readonly longest_outage_seconds: number;
  /** the longest open time of a store between two polls that count, or between one and an end of the period */
  readonly longest_unobserved_seconds: number;
  /** polls that count */
  readonly polls: number;
  /** open time within one polling interval of a poll that counts, not before the first poll */
  readonly covered_seconds: number;
  readonly coverage_ratio: number | null;
  /** with `intervals`: the low end of the credible interval */
  readonly up_low_seconds?: number | undefined;
  /** with `intervals`: the high end of the credible interval */
  readonly up_high_seconds?: number | undefined;
  /** with `intervals`: the low end of the credible interval */
  readonly down_low_seconds?: number | undefined;
  /** with `intervals`: the high end of the credible interval */
  readonly down_high_seconds?: number | undefined;
  readonly uptime_low_ratio?: number | null | undefined;
  readonly uptime_high_ratio?: number | null | undefined;
  /** with `intervals`: the low end of the credible interval */
  readonly adjusted_up_low_seconds?: number | undefined;
  /** with `intervals`: the high end of the credible interval */
  readonly adjusted_up_high_seconds?: number | undefined;
  /** with `intervals`: the low end of the credible interval */
  readonly adjusted_down_low_seconds?: number | undefined;
  /** with `intervals`: the high end of the credible interval */
  readonly adjusted_down_high_seconds?: number | undefined;
  readonly adjusted_uptime_low_ratio?: number | null | undefined;
  readonly adjusted_uptime_high_ratio?: number | null | undefined;
  readonly lost_sales?: readonly LostSales[] | null | undefined;
  /** with `lost_sales`: downtime in hours at whose rate nothing is known */
  readonly unvalued_down_seconds?: number | undefined;
  readonly compared?: ComparedFigures | null | undefined;
  readonly uptime_change?: number | null | undefined;
  readonly adjusted_uptime_change?: number | null | undefined;
  readonly target?: TargetStanding | null | undefined;
}

export interface AppendedPolls {
  /** = added + replaced + already_there + repeated + rejected */
  readonly received: number;
  readonly added: number;
  /** polls of an instant that had another status or reason */
  readonly replaced: number;
  readonly already_there: number;
  /** polls of an instant that occurs again later in the request; the last one wins */
  readonly repeated: number;
  readonly rejected: number;
  /** the first 100 */
  readonly rejects: readonly RejectedPoll[];
}

/** Stores in planned downtime need none. */
export interface Attention {
  /** at most 20 stores at `uptime.as_of`, in the order of `concern`; of outages the latest first */
  readonly stores: readonly AttentionStore[];
  /** the total number of such stores, listed or not */
  readonly total: number;
  /** stores that have been offline for at least a day; not in `stores` */
  readonly long_offline: number;
  /** stores that are closed now and were offline at their last check, in an outage that began at least a day ago; not in `stores` */
  readonly long_closed: number;
  /** stores that are unknown now, and were offline for a day or more at their last check */
  readonly long_last_known: number;
}

/** Where `concern` is `closed` or `last_known`, the outage is that of the last check; it may be over. */
export interface AttentionStore {
  /** an opaque ID, as in the feeds */
  readonly store_id: string;
  readonly name: string | null;
  /** such as brand and city; a key has up to 100 characters and no colon */
  readonly labels: Readonly<Record<string, string>>;
  /** why it is listed: `new`, offline for less than a day; `last_known`, unknown now and offline at its last check; `closed`, closed now and offline at its last check, for less than a day; `worsening`, more downtime in the last day than in the day before; `recent`, other downtime in the last day */
  readonly concern: 'new' | 'last_known' | 'closed' | 'worsening' | 'recent';
  readonly state: 'offline' | 'unknown' | 'online' | 'closed';
  readonly offline_since: StoreTime | null;
  /** the outage began before this instant, but it is not known when: no poll in the eight days before `as_of` found the store up */
  readonly began_earlier: boolean;
  /** down since the first poll ever; the time before is unknown */
  readonly since_first_poll: boolean;
  readonly lost_seconds: number | null;
  /** excluding unknown time and planned downtime */
  readonly down_last_day_seconds: number;
  /** the same in the 24 hours before */
  readonly down_day_before_seconds: number;
  readonly last_check: LastCheck | null;
}

export interface AuditEntry {
  /** the ID from the list */
  readonly audit_id: string;
  readonly at: string;
  readonly actor_id: string | null;
  /** the name of the actor at that time */
  readonly actor: string;
  readonly key_id: string | null;
  readonly action: string;
  readonly subject_kind: string;
  readonly subject_id: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface AuditPage {
  readonly items: readonly AuditEntry[];
  /** null on the last page */
  readonly next_cursor: string | null;
}

export interface Backtest {
  readonly from: string;
  readonly to: string;
  /** the stores that the rule applies to */
  readonly stores: number;
  /** to a recipient who gets all of them */
  readonly messages: number;
  readonly incident_count: number;
  /** incidents whose store was up again within an hour */
  readonly back_within_hour: number;
  /** stores with an incident */
  readonly affected_stores: number;
  /** by local date; the first and the last day are partial */
  readonly days: readonly {
    readonly from: string;
    readonly messages: number;
  }[];
  /** the latest 500, newest first */
  readonly incidents: readonly PastIncident[];
}

export interface BatchedStore {
  /** an opaque ID, as in the feeds */
  readonly store_id: string;
  readonly name?: string | null | undefined;
  readonly time_zone?: string | null | undefined;
  /** such as brand and city; a key has up to 100 characters and no colon */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** labels to add or replace, and null for those to remove; the others stay */
  readonly set_labels?: Readonly<Record<string, string | null>> | undefined;
  readonly probe_url?: string | null | undefined;
  /** true: delete the store, and keep its polls; false: restore it if it was deleted */
  readonly deleted?: boolean | undefined;
}

/** Fields that are missing stay unchanged, and read-only fields of a response are ignored. `labels` replaces all labels, `set_labels` some; a new zone applies from now on. */
export interface ChangedStore {
  /** an opaque ID, as in the feeds */
  readonly store_id?: string | undefined;
  readonly name?: string | null | undefined;
  readonly time_zone?: string | null | undefined;
  /** such as brand and city; a key has up to 100 characters and no colon */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** labels to add or replace, and null for those to remove; the others stay */
  readonly set_labels?: Readonly<Record<string, string | null>> | undefined;
  readonly probe_url?: string | null | undefined;
}

export interface Channel {
  /** how messages are sent; `GET /api/v1/channels` lists the settings of each */
  readonly channel: 'mail' | 'web_push' | 'sms' | 'slack' | 'teams' | 'discord' | 'telegram' | 'pagerduty' | 'ntfy' | 'webhook' | 'apprise';
  /** for people */
  readonly title: string;
  readonly settings: readonly {
    readonly name: string;
    readonly description: string;
    readonly required: boolean;
    /** stored encrypted and never shown */
    readonly secret: boolean;
    readonly pattern: string | null;
    readonly default: string | null;
  }[];
}

export interface ChannelList {
  readonly items: readonly Channel[];
}

export type ClassicReportStatus = {
  readonly status: 'Running';
  /** share of the stores done */
  readonly progress: number;
  readonly as_of: string;
  /** the latest poll before `as_of` was older than two polling intervals: at `as_of` if that was given, or when the report of a live system was created */
  readonly warning?: string | undefined;
} | {
  readonly status: 'Complete';
  /** the URL of the CSV */
  readonly csv_url: string;
  readonly as_of: string;
  /** rows in the CSV */
  readonly stores: number;
  /** the release of the IANA time zone database used for the report */
  readonly tz_version?: string | undefined;
  /** the latest poll before `as_of` was older than two polling intervals: at `as_of` if that was given, or when the report of a live system was created */
  readonly warning?: string | undefined;
} | {
  readonly status: 'Failed';
  readonly reason: string;
  readonly as_of: string;
  /** the latest poll before `as_of` was older than two polling intervals: at `as_of` if that was given, or when the report of a live system was created */
  readonly warning?: string | undefined;
};

/** with `compare`: the same of the other period; null: it has no such part */
export interface ComparedFigures {
  /** open = up + down + unknown */
  readonly open_seconds: number;
  readonly up_seconds: number;
  readonly down_seconds: number;
  /** open time with no poll that counts within eight days */
  readonly unknown_seconds: number;
  readonly uptime_ratio: number | null;
  /** open time in planned downtime */
  readonly planned_seconds: number;
  /** open time that is excused, and not in planned downtime */
  readonly excused_seconds: number;
  /** uptime after adjustments, without planned and excused time */
  readonly adjusted_up_seconds: number;
  /** downtime after adjustments, without planned and excused time */
  readonly adjusted_down_seconds: number;
  readonly adjusted_uptime_ratio: number | null;
  /** the outages that begin here; one under way begins with the period */
  readonly outages: number;
  readonly mean_outage_seconds: number | null;
  readonly longest_outage_seconds: number;
  /** the longest open time of a store between two polls that count, or between one and an end of the period */
  readonly longest_unobserved_seconds: number;
  /** polls that count */
  readonly polls: number;
  /** open time within one polling interval of a poll that counts, not before the first poll */
  readonly covered_seconds: number;
  readonly coverage_ratio: number | null;
  /** with `intervals`: the low end of the credible interval */
  readonly up_low_seconds?: number | undefined;
  /** with `intervals`: the high end of the credible interval */
  readonly up_high_seconds?: number | undefined;
  /** with `intervals`: the low end of the credible interval */
  readonly down_low_seconds?: number | undefined;
  /** with `intervals`: the high end of the credible interval */
  readonly down_high_seconds?: number | undefined;
  readonly uptime_low_ratio?: number | null | undefined;
  readonly uptime_high_ratio?: number | null | undefined;
  /** with `intervals`: the low end of the credible interval */
  readonly adjusted_up_low_seconds?: number | undefined;
  /** with `intervals`: the high end of the credible interval */
  readonly adjusted_up_high_seconds?: number | undefined;
  /** with `intervals`: the low end of the credible interval */
  readonly adjusted_down_low_seconds?: number | undefined;
  /** with `intervals`: the high end of the credible interval */
  readonly adjusted_down_high_seconds?: number | undefined;
  readonly adjusted_uptime_low_ratio?: number | null | undefined;
  readonly adjusted_uptime_high_ratio?: number | null | undefined;
  readonly lost_sales?: readonly LostSales[] | null | undefined;
  /** with `lost_sales`: downtime in hours at whose rate nothing is known */
  readonly unvalued_down_seconds?: number | undefined;
}

export interface ConstantSalesRate {
  /** as `key:value` */
  readonly label: string;
  /** what such a store sells in an open hour, as a decimal */
  readonly amount_per_hour: string;
  /** the code of ISO 4217 */
  readonly currency: string;
}

export interface ContactPoint {
  /** the ID from the list */
  readonly contact_point_id: string;
  /** whether it belongs to the team; otherwise, it is yours */
  readonly team: boolean;
  readonly name: string;
  /** how messages are sent; `GET /api/v1/channels` lists the settings of each */
  readonly channel: 'mail' | 'web_push' | 'sms' | 'slack' | 'teams' | 'discord' | 'telegram' | 'pagerduty' | 'ntfy' | 'webhook' | 'apprise';
  /** where messages go, without secrets */
  readonly target: string;
  /** those that are not secret */
  readonly settings: Readonly<Record<string, string>>;
  /** the recipient's IANA time zone */
  readonly time_zone: string;
  readonly quiet_hours: QuietHours | null;
  readonly digest: Digest | null;
  /** whether messages are sent */
  readonly enabled: boolean;
  readonly template: MessageTemplate | null;
  readonly notice: string | null;
  readonly created_at: string;
}

/** omitted fields stay unchanged, and read-only fields of a response are ignored */
export interface ContactPointChange {
  readonly name?: string | undefined;
  /** the settings to replace; null removes one, and omitted ones stay unchanged */
  readonly settings?: Readonly<Record<string, string | null>> | undefined;
  /** the recipient's IANA time zone */
  readonly time_zone?: string | undefined;
  readonly quiet_hours?: QuietHours | null | undefined;
  readonly digest?: Digest | null | undefined;
  /** whether messages are sent */
  readonly enabled?: boolean | undefined;
  readonly template?: MessageTemplate | null | undefined;
  /** the ID from the list */
  readonly contact_point_id?: string | undefined;
}

export interface ContactPointPage {
  readonly items: readonly ContactPoint[];
  /** null on the last page */
  readonly next_cursor: string | null;
}

export interface CoverageGap {
  readonly from: string;
  readonly until: string | null;
  readonly reason: string;
  /** polls that could not be made; only for callers who see all stores */
  readonly unobserved?: number | undefined;
}

export interface Credentials {
  /** the login or the email address */
  readonly login: string;
  readonly password: string;
  /** from the authenticator app, or a recovery code */
  readonly code?: string | undefined;
}

export interface DeletedStore {
  /** an opaque ID, as in the feeds */
  readonly store_id: string;
  readonly name: string | null;
  /** such as brand and city; a key has up to 100 characters and no colon */
  readonly labels: Readonly<Record<string, string>>;
}

export interface DeletedStorePage {
  readonly items: readonly DeletedStore[];
  /** null on the last page */
  readonly next_cursor: string | null;
}

export interface Delivery {
  /** the ID from the list */
  readonly delivery_id: string;
  /** the ID from the list */
  readonly contact_point_id: string;
  readonly contact_point_name: string;
  readonly channel: string;
  /** why the message is sent */
  readonly kind: 'opened' | 'resolved' | 'reminder' | 'escalated' | 'mass_outage' | 'blind' | 'sight_returned' | 'planned_ended' | 'digest' | 'analytics' | 'test';
  /** the default title of the message */
  readonly title: string;
  readonly incident_id: string | null;
  /** `pending`: waiting for its time or for another attempt; `failed`: rejected or given up */
  readonly status: 'pending' | 'sending' | 'sent' | 'failed' | 'cancelled';
  readonly attempts: number;
  readonly reason: string | null;
  readonly created_at: string;
  readonly next_attempt_at: string | null;
  readonly finished_at: string | null;
}

export interface DeliveryPage {
  readonly items: readonly Delivery[];
  /** null on the last page */
  readonly next_cursor: string | null;
}

/** a daily or weekly summary of the incidents that began, ended or are open since the last one */
export interface Digest {
  /** in `time_zone` */
  readonly time: string;
  readonly day?: number | null | undefined;
}

export interface EscalationStep {
  /** minutes after the incident opened, unless it is acknowledged; 0 in the first step */
  readonly after_minutes: number;
  readonly contact_points: readonly string[];
  /** also notify the owners of the store */
  readonly owners: boolean;
}

export interface FieldProblem {
  /** `body`, `query`, `path` or `header` */
  readonly in: string;
  /** such as `hours.0.start`; `body` or `query`: the whole part */
  readonly field: string;
  readonly message: string;
}

export interface FirstCode {
  /** the ticket from the challenge */
  readonly ticket: string;
  readonly code: string;
}

export interface FiscalCalendar {
  /** how many weeks the three periods of each quarter have; or thirteen periods of four weeks */
  readonly pattern: '4-4-5' | '4-5-4' | '5-4-4' | '13x4';
  readonly years: readonly ListedFiscalYear[];
  readonly year_end: FiscalYearEnd | null;
  /** the number of the period that takes a 53rd week; by default the last one */
  readonly long_period: number;
  /** for `13x4`: the quarter that has four periods; by default the last one */
  readonly long_quarter?: number | undefined;
  /** what follows: the years from five years ago to two years ahead that the calendar has */
  readonly fiscal_years: readonly FiscalYear[];
  /** the name of who set it, at that time */
  readonly author: string;
  readonly changed_at: string;
}

export interface FiscalPeriod {
  readonly name: string;
  /** its first date */
  readonly first_day: string;
  readonly weeks: number;
}

export interface FiscalYear {
  readonly name: string;
  /** its first date */
  readonly first_day: string;
  readonly weeks: number;
  readonly periods: readonly FiscalPeriod[];
}

/** when the fiscal years end that are not listed; the listed ones have to agree */
export interface FiscalYearEnd {
  /** on the last one of the month, or on the one nearest to its end */
  readonly rule: 'last' | 'nearest';
  /** on which every fiscal year ends */
  readonly weekday: 'monday' | 'tuesday' | 'wednesday' | 'thursday' | 'friday' | 'saturday' | 'sunday';
  readonly month: number;
}

export interface FleetHistory {
  readonly as_of: string;
  /** the time zone of the hours and days */
  readonly time_zone: string;
  /** the hours of that zone that begin within the 168 hours before `as_of`, oldest first; the last one ends at `as_of` */
  readonly hours: readonly FleetPeriod[];
  /** the same hours by local date; the first day begins with the first hour, the last one ends at `as_of` */
  readonly days: readonly FleetPeriod[];
  /** self-outages, in which the monitor could not observe stores; `until` is null while one lasts */
  readonly gaps: readonly CoverageGap[];
}

export interface FleetPeriod {
  readonly from: string;
  readonly to: string;
  readonly open_seconds: number;
  readonly up_seconds: number;
  readonly down_seconds: number;
  /** open time before the first poll of a store, or further than two polling intervals from its polls that count */
  readonly unknown_seconds: number;
  readonly uptime_ratio: number | null;
  readonly coverage_ratio: number | null;
  /** all polls of the period, whether they count or not */
  readonly polls: number;
}

export interface FleetStatus {
  readonly as_of: string;
  readonly stores: number;
  readonly states: StateCounts;
  /** the offline stores that are in planned downtime */
  readonly offline_planned: number;
  /** offline stores by the reason of the last poll, most frequent first */
  readonly offline_reasons: readonly OfflineReason[];
  /** stores with unknown hours or zones; for callers who see all stores, also IDs that only some feeds have */
  readonly warnings: readonly string[];
  readonly poller: Poller;
  readonly uptime: FleetUptime;
  /** at most 20 stores at `uptime.as_of` that are not in planned downtime: offline ones first, by downtime of the outage; then by downtime of the last day */
  readonly worst: readonly WorstStore[];
  readonly attention: Attention;
}

export interface FleetUpdate {
  readonly as_of: string;
  readonly stores: number;
  readonly states: StateCounts;
  /** the offline stores that are in planned downtime */
  readonly offline_planned: number;
  readonly latest_poll: string | null;
  /** `late`: no poll within two polling intervals */
  readonly poller_status: 'ok' | 'late';
  /** rises with every change of the data; only for callers who see all stores */
  readonly revision?: number | undefined;
}

/** the last hour, day and week, each with the window before */
export interface FleetUptime {
  /** the figures may be a few minutes older than the states */
  readonly as_of: string;
  readonly hour: FleetWindow;
  readonly day: FleetWindow;
  readonly week: FleetWindow;
}

export interface FleetWindow {
  readonly open_seconds: number;
  readonly up_seconds: number;
  readonly down_seconds: number;
  /** open time before the first poll of a store, or further than two polling intervals from its polls that count */
  readonly unknown_seconds: number;
  readonly uptime_ratio: number | null;
  readonly coverage_ratio: number | null;
  readonly before: OpenTime;
  /** both windows have a coverage of 0.9 or more; otherwise a difference between them may come from missing polls */
  readonly comparable: boolean;
}

/** read-only fields of a response are ignored */
export interface GivenFiscalCalendar {
  /** how many weeks the three periods of each quarter have; or thirteen periods of four weeks */
  readonly pattern: '4-4-5' | '4-5-4' | '5-4-4' | '13x4';
  /** fiscal years in their order; with `year_end`, one is enough. Without it, there are no others */
  readonly years: readonly GivenFiscalYear[];
  readonly year_end?: FiscalYearEnd | null | undefined;
  /** the number of the period that takes a 53rd week; by default the last one */
  readonly long_period?: number | undefined;
  /** for `13x4`: the quarter that has four periods; by default the last one */
  readonly long_quarter?: number | undefined;
}

export interface GivenFiscalYear {
  readonly year: number;
  /** its first date; only the first year of the list needs it, the others begin when the one before ends */
  readonly first_day?: string | undefined;
  /** by default as `year_end` says, and otherwise 52 */
  readonly weeks?: number | undefined;
}

export interface GivenHoursVersion {
  readonly effective_from: {
    readonly utc: string;
  } | null;
  readonly effective_until?: {
    readonly utc: string;
  } | null | undefined;
  readonly hours: VersionHours;
}

export interface Hours {
  /** in order, without gaps */
  readonly versions: readonly HoursVersion[];
}

/** Hours that apply from one instant until another; null: without a limit. */
export interface HoursVersion {
  readonly effective_from: StoreTime | null;
  readonly effective_until: StoreTime | null;
  readonly hours: VersionHours;
}

export interface Import {
  readonly import_id: string;
  /** the kind of feed */
  readonly feed: 'stores' | 'zones' | 'hours' | 'special_hours' | 'polls' | 'sales';
  readonly file_name: string;
  readonly status: 'queued' | 'running' | 'complete' | 'failed';
  readonly phase: string | null;
  /** reading is the first half of the progress */
  readonly progress: number;
  readonly counts: ImportCounts | null;
  readonly error: string | null;
  readonly dry_run: boolean;
  readonly strict: boolean;
  readonly max_bad_share: number | null;
  /** problems with the file that did not prevent the import */
  readonly warnings: readonly string[];
  readonly effective_from: string | null;
  /** size of the file */
  readonly bytes: number;
  readonly requested_by: string | null;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
}

/** set when the import is complete; for a dry run, what would have changed */
export interface ImportCounts {
  /** rows of the file */
  readonly read: number;
  /** rows with new data */
  readonly added: number;
  /** rows that changed existing data */
  readonly replaced: number;
  /** rows equal to existing data */
  readonly already_there: number;
  /** rows that a later row of the file repeats or overrides */
  readonly repeated: number;
  /** good rows that were not merged because another row of the store is bad */
  readonly set_aside: number;
  /** bad rows; `rejects` lists them with reasons */
  readonly rejected: number;
  /** stores with a bad row that keep their previous hours or zone */
  readonly stores_kept: number;
  /** stores with a bad row whose hours or zone are now unknown */
  readonly stores_unknown: number;
  readonly stores: StoreCensus | null;
  /** up to 20 of the stores with a bad row */
  readonly stores_named: readonly string[];
}

export interface ImportPage {
  readonly items: readonly Import[];
  /** null on the last page */
  readonly next_cursor: string | null;
}

export interface ImportProgress {
  readonly status: 'queued' | 'running' | 'complete' | 'failed';
  readonly phase: string | null;
  /** reading is the first half of the progress */
  readonly progress: number;
}

export interface InactivePolls {
  readonly kind: 'inactive_polls';
  /** inactive polls in a row, 1 to 100 */
  readonly polls: number;
  /** this many are enough if the platform says why the store is inactive */
  readonly polls_with_reason?: number | undefined;
}

export interface Incident {
  /** the ID from the list */
  readonly incident_id: string;
  readonly rule_id: string | null;
  /** the name of the rule when the incident opened */
  readonly rule: string;
  readonly severity: 'page' | 'notice';
  /** `mass_outage`: unusually many stores with a label value are down; `blind`: the monitor cannot observe stores */
  readonly kind: 'down' | 'did_not_open' | 'mass_outage' | 'blind';
  readonly store_id: string | null;
  readonly store_name: string | null;
  /** the current labels of the store */
  readonly labels: Readonly<Record<string, string>>;
  readonly planned_until: StoreTime | null;
  readonly reason: PollReason | null;
  readonly label: string | null;
  readonly value: string | null;
  /** when the store went down */
  readonly since: string;
  /** the earliest known poll of the store was inactive: it may have been down before `since` */
  readonly began_earlier: boolean;
  readonly opened_at: string;
  readonly up_at: string | null;
  readonly resolved_at: string | null;
  readonly resolution: 'recovered' | 'dropped' | null;
  readonly mass_outage_id: string | null;
  readonly members: MassOutageMembers | null;
  /** whether anybody was notified */
  readonly told: boolean;
  readonly acknowledged_at: string | null;
  readonly acknowledged_by: string | null;
  readonly acknowledgement: string | null;
  readonly snoozed_until: string | null;
  readonly assignee_id: string | null;
}

export interface IncidentDetail {
  /** the ID from the list */
  readonly incident_id: string;
  readonly rule_id: string | null;
  /** the name of the rule when the incident opened */
  readonly rule: string;
  readonly severity: 'page' | 'notice';
  /** `mass_outage`: unusually many stores with a label value are down; `blind`: the monitor cannot observe stores */
  readonly kind: 'down' | 'did_not_open' | 'mass_outage' | 'blind';
  readonly store_id: string | null;
  readonly store_name: string | null;
  /** the current labels of the store */
  readonly labels: Readonly<Record<string, string>>;
  readonly planned_until: StoreTime | null;
  readonly reason: PollReason | null;
  readonly label: string | null;
  readonly value: string | null;
  /** when the store went down */
  readonly since: string;
  /** the earliest known poll of the store was inactive: it may have been down before `since` */
  readonly began_earlier: boolean;
  readonly opened_at: string;
  readonly up_at: string | null;
  readonly resolved_at: string | null;
  readonly resolution: 'recovered' | 'dropped' | null;
  readonly mass_outage_id: string | null;
  readonly members: MassOutageMembers | null;
  /** whether anybody was notified */
  readonly told: boolean;
  readonly acknowledged_at: string | null;
  readonly acknowledged_by: string | null;
  readonly acknowledgement: string | null;
  readonly snoozed_until: string | null;
  readonly assignee_id: string | null;
  /** earliest first */
  readonly events: readonly IncidentEvent[];
}

export interface IncidentEvent {
  readonly at: string;
  readonly kind: 'opened' | 'resolved' | 'joined' | 'left' | 'told' | 'escalated' | 'acknowledged' | 'snoozed' | 'assigned' | 'commented';
  readonly actor: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface IncidentPage {
  readonly items: readonly Incident[];
  /** null on the last page */
  readonly next_cursor: string | null;
}

export interface Interval {
  readonly from: string;
  readonly to: string;
}

export interface Invitation {
  /** the link; it is shown only once */
  readonly url: string;
  readonly expires_at: string;
  readonly mailed_to: string | null;
}

export interface IssuedKey {
  /** the ID from the list */
  readonly key_id: string;
  /** the ID from the list */
  readonly user_id: string;
  /** a name or an email address, case-insensitive */
  readonly login: string;
  readonly name: string;
  /** the first characters of the key */
  readonly prefix: string;
  /** renamed scopes under both names */
  readonly scopes: readonly string[];
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly last_used_at: string | null;
  readonly revoked_at: string | null;
  readonly key: string | null;
}

export interface Key {
  /** the ID from the list */
  readonly key_id: string;
  /** the ID from the list */
  readonly user_id: string;
  /** a name or an email address, case-insensitive */
  readonly login: string;
  readonly name: string;
  /** the first characters of the key */
  readonly prefix: string;
  /** renamed scopes under both names */
  readonly scopes: readonly string[];
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly last_used_at: string | null;
  readonly revoked_at: string | null;
}

export interface KeyPage {
  readonly items: readonly Key[];
  /** null on the last page */
  readonly next_cursor: string | null;
}

/** if `last_poll` is null: the last poll that counts, of the last eight days; null: there is none */
export interface LastCheck {
  readonly at: StoreTime;
  /** what a poll found */
  readonly status: 'active' | 'inactive';
}

/** within two polling intervals; null: none, though older polls may exist */
export interface LastPoll {
  readonly at: StoreTime;
  /** what a poll found */
  readonly status: 'active' | 'inactive';
  readonly reason: PollReason | null;
}

export interface LinkPasskey {
  /** the part of the link after `#` */
  readonly token: string;
  readonly name: string;
  /** the ticket from the challenge */
  readonly ticket: string;
  readonly response: PasskeyResponse;
}

export interface LinkPassword {
  /** the part of the link after `#` */
  readonly token: string;
  /** 12 to 256 characters; not a common password, the login or the current password */
  readonly password: string;
  /** from the authenticator app, or a recovery code */
  readonly code?: string | undefined;
  /** also revoke the API keys of the user */
  readonly revoke_keys?: boolean | undefined;
}

export interface LinkToken {
  /** the part of the link after `#` */
  readonly token: string;
}

export interface ListedFiscalYear {
  readonly year: number;
  /** its first date */
  readonly first_day: string;
  readonly weeks: number;
}

/** A store with the start of its outage. `offline_since` is null if it is not offline, and for the first minutes of some outages. */
export interface ListedStore {
  /** an opaque ID, as in the feeds */
  readonly store_id: string;
  readonly name: string | null;
  /** an IANA time zone; UTC while `zone_known` is false */
  readonly time_zone: string;
  /** false: the given zone is invalid, so it is unknown when the store is open */
  readonly zone_known: boolean;
  /** false: the given hours are invalid, so it is unknown when the store is open */
  readonly hours_known: boolean;
  /** true: no time zone was ever given */
  readonly zone_is_default: boolean;
  /** such as brand and city; a key has up to 100 characters and no colon */
  readonly labels: Readonly<Record<string, string>>;
  readonly probe_url: string | null;
  /** `offline`: inactive while scheduled open; `unknown`: open without a recent poll, or with unknown hours or zone */
  readonly state: 'offline' | 'unknown' | 'online' | 'closed';
  readonly planned_until: StoreTime | null;
  readonly last_poll: LastPoll | null;
  /** the first poll ever; null: none up to this instant */
  readonly first_poll: StoreTime | null;
  readonly offline_since: StoreTime | null;
  /** the outage began before this instant, but it is not known when: no poll in the eight days before `as_of` found the store up */
  readonly began_earlier: boolean;
  /** down since the first poll ever; the time before is unknown */
  readonly since_first_poll: boolean;
  readonly last_check: LastCheck | null;
}

export interface LostSales {
  /** the code of ISO 4217 */
  readonly currency: string;
  /** downtime × the sales rates of these hours of the week */
  readonly amount: string;
  /** with `intervals`: the same at the low end of the downtime */
  readonly amount_low?: string | undefined;
  /** with `intervals`: the same at the high end */
  readonly amount_high?: string | undefined;
  readonly by_source: LostSalesBySource;
}

export interface LostSalesBySource {
  /** of the amount: by the stores' own sales */
  readonly sales_feed: string;
  /** by the sales of stores with the same value of a label */
  readonly group: string;
  /** by constant rates */
  readonly constant: string;
}

export interface LostTime {
  readonly kind: 'lost_time';
  /** open time lost */
  readonly lost_minutes: number;
  /** the length of the window, at most 192 */
  readonly within_hours: number;
}

/** of a mass outage; null: any other incident */
export interface MassOutageMembers {
  /** stores that you can see that were part of it */
  readonly stores: number;
  /** of these, those that are down */
  readonly open: number;
}

/** the current user; without `user`, there are no users and the API is open */
export interface Me {
  readonly user: {
    /** the ID from the list */
    readonly user_id: string;
    /** a name or an email address, case-insensitive */
    readonly login: string;
    readonly name: string;
    readonly role: 'admin' | 'operator' | 'owner';
  } | null;
  readonly via: 'session' | 'key' | null;
  /** renamed scopes under both names */
  readonly scopes: readonly ('stores:read' | 'stores:write' | 'polls:read' | 'polls:write' | 'reports:read' | 'reports:write' | 'imports:read' | 'imports:write' | 'fleet:read' | 'alerts:read' | 'alerts:write' | 'metrics:read' | 'users:read' | 'users:write' | 'backups:read' | 'people:read' | 'people:write')[];
  /** true: the user sees all stores; false: only the assigned ones */
  readonly all_stores: boolean;
  /** true: the role requires a second factor, and nothing else is allowed until the user adds one */
  readonly second_factor_required: boolean;
}

/** Liquid templates, instead of the default texts */
export interface MessageTemplate {
  /** one line */
  readonly title?: string | undefined;
  readonly text?: string | undefined;
}

/** Either `store_ids` or `labels`, and either `to` or `recurrence`. */
export interface NewAdjustment {
  /** `planned`: planned downtime. `excused`: time that counts neither as uptime nor as downtime. `false_reading`: the polls in it do not count. `force_down`: the stores were down, whatever the polls say. All but `planned` are for operators. */
  readonly kind?: 'planned' | 'excused' | 'false_reading' | 'force_down' | undefined;
  /** these stores */
  readonly store_ids?: readonly string[] | undefined;
  /** all stores that have all of these labels, now or later; empty: all stores. Not for owners. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** the start of an interval; by default now (RFC 3339) */
  readonly from?: string | undefined;
  /** the end of an interval, at most five years after its start (RFC 3339) */
  readonly to?: string | undefined;
  readonly recurrence?: NewRecurrence | undefined;
  /** why */
  readonly reason: string;
}

export interface NewAlertRule {
  readonly name: string;
  readonly enabled?: boolean | undefined;
  /** `page` may ignore quiet hours, `notice` never does */
  readonly severity?: 'page' | 'notice' | undefined;
  /** the labels that a store must have, all of them; none: every store */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** when a store counts as down; in all cases, its last poll is inactive */
  readonly condition?: InactivePolls | LostTime | ProbabilityDown | undefined;
  /** active polls in a row that end an incident, 1 to 100 */
  readonly recovery?: number | undefined;
  /** how long after opening a store may still be down without an alert */
  readonly opening_grace_minutes?: number | undefined;
  /** a store that closes within this time does not open an incident */
  readonly near_close_minutes?: number | undefined;
  /** label keys: stores with the same values share messages; empty: all stores of the rule do */
  readonly group_by?: readonly string[] | undefined;
  /** how long a new incident waits, so that others of its group share its message */
  readonly wait_minutes?: number | undefined;
  /** the shortest time between two messages of a group; escalations do not wait for it */
  readonly interval_minutes?: number | undefined;
  readonly repeat_minutes?: number | null | undefined;
  /** who is notified, and when */
  readonly steps: readonly NewEscalationStep[];
}

export interface NewContactPoint {
  /** whether it belongs to the team: only for operators and admins */
  readonly team?: boolean | undefined;
  readonly name: string;
  /** how messages are sent; `GET /api/v1/channels` lists the settings of each */
  readonly channel: 'mail' | 'web_push' | 'sms' | 'slack' | 'teams' | 'discord' | 'telegram' | 'pagerduty' | 'ntfy' | 'webhook' | 'apprise';
  /** the settings of the channel */
  readonly settings: Readonly<Record<string, string | null>>;
  /** the recipient's IANA time zone */
  readonly time_zone?: string | undefined;
  readonly quiet_hours?: QuietHours | null | undefined;
  readonly digest?: Digest | null | undefined;
  /** whether messages are sent */
  readonly enabled?: boolean | undefined;
  readonly template?: MessageTemplate | null | undefined;
}

export interface NewEscalationStep {
  /** minutes after the incident opened, unless it is acknowledged; 0 in the first step */
  readonly after_minutes: number;
  readonly contact_points: readonly string[];
  /** also notify the owners of the store */
  readonly owners?: boolean | undefined;
}

/** Either `hours`, or `versions`. */
export interface NewHours {
  /** An instant (RFC 3339), or a date, which stands for its local midnight. By default now; the first hours that a store ever gets also apply to all earlier time. */
  readonly effective_from?: string | undefined;
  readonly hours?: WeekHours | undefined;
  /** Instead of the other fields: all versions as `GET` returns them. The planned ones are replaced; those in effect stay as they are (`409` if they differ). */
  readonly versions?: readonly GivenHoursVersion[] | undefined;
}

export interface NewKey {
  readonly name: string;
  readonly scopes: readonly ('stores:read' | 'stores:write' | 'polls:read' | 'polls:write' | 'reports:read' | 'reports:write' | 'imports:read' | 'imports:write' | 'fleet:read' | 'alerts:read' | 'alerts:write' | 'metrics:read' | 'users:read' | 'users:write' | 'backups:read' | 'people:read' | 'people:write')[];
  /** when the key expires; by default never (RFC 3339) */
  readonly expires_at?: string | undefined;
}

export interface NewPasskey {
  readonly name: string;
  /** the ticket from the challenge */
  readonly ticket: string;
  readonly response: PasskeyResponse;
}

export interface NewPassword {
  /** 12 to 256 characters; not a common password, the login or the current password */
  readonly password: string;
  /** also revoke the API keys of the user */
  readonly revoke_keys?: boolean | undefined;
}

export interface NewPoll {
  /** an opaque ID, as in the feeds */
  readonly store_id: string;
  /** what a poll found */
  readonly status: 'active' | 'inactive';
  /** when the store was polled; truncated to milliseconds (RFC 3339) */
  readonly timestamp_utc: string;
  readonly reason?: string | null | undefined;
}

export type NewPolls = {
  readonly polls: readonly NewPoll[];
} | readonly NewPoll[];

/** Recurring intervals in the local time of each store. */
export interface NewRecurrence {
  /** a recurrence rule of RFC 5545 with a frequency of at least a day; `UNTIL` is a store-local date or time without `Z` */
  readonly rrule: string;
  /** the store-local date and time from which the rule counts; the first occurrence if it matches the rule */
  readonly start: string;
  /** how long each occurrence lasts: weeks, days, hours and minutes of ISO 8601. Days are calendar days, which clock changes make shorter or longer. */
  readonly duration: string;
}

export interface NewReport {
  /** the instant of the report; by default that of the latest poll of your stores (RFC 3339) */
  readonly as_of?: string | undefined;
  /** the calculation method; by default `nearest`, or as configured */
  readonly estimator?: 'nearest' | 'markov' | undefined;
  /** include 90% credible intervals; a report by `markov` always does */
  readonly detailed?: boolean | undefined;
  /** limits the report to these stores; by default all of yours */
  readonly stores?: readonly string[] | undefined;
}

export interface NewRevocation {
  /** why */
  readonly reason: string;
  /** as if it had never been recorded; by default, it stays for the time until now. Not for owners. */
  readonly entirely?: boolean | undefined;
}

export interface NewSavedQuestion {
  /** for people */
  readonly name: string;
  readonly question: AnalyticsQuestion;
}

/** Either `closed: true`, or `hours`; also both as in a response. */
export interface NewSpecialHours {
  /** the date of the path */
  readonly date?: string | undefined;
  readonly closed?: boolean | undefined;
  /** empty if the store is closed */
  readonly hours?: readonly Opening[] | undefined;
}

export interface NewStore {
  /** an opaque ID, as in the feeds */
  readonly store_id?: string | undefined;
  readonly name?: string | null | undefined;
  readonly time_zone?: string | null | undefined;
  /** such as brand and city; a key has up to 100 characters and no colon */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** labels to add or replace, and null for those to remove; the others stay */
  readonly set_labels?: Readonly<Record<string, string | null>> | undefined;
  readonly probe_url?: string | null | undefined;
}

export interface NewSubscription {
  /** of a saved question */
  readonly question_id: string;
  /** whether it belongs to the team; otherwise, to you */
  readonly team?: boolean | undefined;
  /** when it is due: a cron expression of five fields, at most once an hour */
  readonly cron: string;
  /** the IANA time zone of `cron`; by default UTC */
  readonly time_zone?: string | undefined;
  /** where it is sent */
  readonly contact_points: readonly string[];
  /** the files that mails have attached; by default none */
  readonly formats?: readonly 'csv'[] | undefined;
  /** false: it is paused */
  readonly enabled?: boolean | undefined;
}

export interface NewTotp {
  /** base32, for manual entry */
  readonly secret: string;
  /** the same secret as an `otpauth://` URI */
  readonly uri: string;
  /** the ticket from the challenge */
  readonly ticket: string;
}

export interface NewUptimeTarget {
  /** either a store */
  readonly store_id?: string | undefined;
  /** or all stores with a label, as `key:value` */
  readonly label?: string | undefined;
  /** the target counts in each of these, by the local dates of each store */
  readonly period: 'week' | 'month' | 'quarter' | 'year';
  /** the target, as a share of the scheduled open time; more than 0 and less than 1 */
  readonly uptime_ratio: number;
}

export interface NewUser {
  /** a name or an email address, case-insensitive */
  readonly login: string;
  readonly name?: string | undefined;
  readonly email?: string | null | undefined;
  readonly role: 'admin' | 'operator' | 'owner';
  readonly password?: string | null | undefined;
  /** only for owners */
  readonly stores?: readonly string[] | undefined;
}

/** null: the reason is unknown */
export interface OfflineReason {
  readonly reason: string | null;
  readonly stores: number;
}

export interface OpenInterval {
  readonly from: StoreTime;
  readonly to: StoreTime;
}

export interface OpenTime {
  readonly open_seconds: number;
  readonly up_seconds: number;
  readonly down_seconds: number;
  /** open time before the first poll of a store, or further than two polling intervals from its polls that count */
  readonly unknown_seconds: number;
  readonly uptime_ratio: number | null;
  readonly coverage_ratio: number | null;
}

export interface Opening {
  /** local time */
  readonly start: string;
  /** local time; if it is not after the start, on the next date */
  readonly end: string;
}

export interface Outage {
  readonly from: StoreTime;
  readonly to: StoreTime;
  /** no poll up to `as_of` found the store up again; if its polls are stale, the outage may be over */
  readonly ongoing: boolean;
  /** downtime that was seen */
  readonly lost_seconds: number;
  /** down since the first poll ever; the time before is unknown */
  readonly since_first_poll: boolean;
  /** the outage began before this instant, but it is not known when: no poll in the eight days before `as_of` found the store up */
  readonly began_earlier: boolean;
  /** the known reasons of its inactive polls that count, most frequent first */
  readonly reasons: readonly OutageReason[];
}

export interface OutageReason {
  /** why a poll is inactive, from a closed list */
  readonly code: string;
  readonly detail: string | null;
  readonly polls: number;
}

export interface OwnPassword {
  readonly current: string;
  /** 12 to 256 characters; not a common password, the login or the current password */
  readonly next: string;
  /** also revoke the API keys of the user */
  readonly revoke_keys?: boolean | undefined;
}

export interface Passkey {
  /** the credential ID */
  readonly passkey_id: string;
  readonly name: string;
  readonly created_at: string;
  readonly last_used_at: string | null;
}

export interface PasskeyAnswer {
  /** the ticket from the challenge */
  readonly ticket: string;
  readonly response: PasskeyResponse;
}

export interface PasskeyChallenge {
  /** for `navigator.credentials` */
  readonly options: Readonly<Record<string, unknown>>;
  /** the ticket from the challenge */
  readonly ticket: string;
}

export interface PasskeyResponse {
  /** the credential ID */
  readonly id: string;
  /** the credential ID */
  readonly rawId: string;
  readonly type: string;
  readonly response: Readonly<Record<string, unknown>>;
  readonly clientExtensionResults?: Readonly<Record<string, unknown>> | undefined;
  readonly authenticatorAttachment?: unknown | undefined;
}

export interface PasswordResetRequest {
  /** the login or the email address */
  readonly login: string;
}

export interface PastIncident {
  /** an opaque ID, as in the feeds */
  readonly store_id: string;
  readonly opened_at: string;
  readonly resolved_at: string | null;
}

export interface Poll {
  readonly at: StoreTime;
  /** what a poll found */
  readonly status: 'active' | 'inactive';
  readonly reason: PollReason | null;
}

export interface PollPage {
  readonly items: readonly Poll[];
  /** null on the last page */
  readonly next_cursor: string | null;
}

/** of the last poll; null: unknown, or the incident is resolved */
export interface PollReason {
  /** why a poll is inactive, from a closed list */
  readonly code: string;
  readonly detail: string | null;
}

export interface Poller {
  /** `late`: no poll within two polling intervals */
  readonly status: 'ok' | 'late';
  readonly latest_poll: string | null;
  readonly age_seconds: number | null;
  readonly poll_interval_seconds: number;
  readonly trouble_since: string | null;
}

export interface PreviewRequest {
  /** why the message is sent */
  readonly kind?: 'opened' | 'resolved' | 'reminder' | 'escalated' | 'mass_outage' | 'blind' | 'sight_returned' | 'planned_ended' | 'digest' | 'analytics' | 'test' | undefined;
  /** the recipient's IANA time zone */
  readonly time_zone?: string | undefined;
  readonly template?: MessageTemplate | undefined;
}

export interface PreviewedMessage {
  readonly title: string;
  readonly text: string;
}

export interface ProbabilityDown {
  readonly kind: 'probability';
  /** the store is down with at least this probability, 0.5 to 0.95 */
  readonly probability: number;
}

export interface Problem {
  /** the URI that describes `code`, on this server; for `second_factor_required`, `reauthentication_required` and `busy` in this version `urn:restaurant-monitor:second-factor`, `…:reauthenticate` and `…:busy` (deprecated: use `code`) */
  readonly type: string;
  /** the kind of error; there may be more kinds in later versions */
  readonly code: 'invalid_input' | 'malformed_request' | 'unauthorized' | 'second_factor_required' | 'forbidden' | 'reauthentication_required' | 'not_found' | 'route_not_found' | 'method_not_allowed' | 'request_timeout' | 'conflict' | 'idempotency_key_in_use' | 'gone' | 'precondition_failed' | 'too_large' | 'uri_too_long' | 'unsupported_media_type' | 'expectation_failed' | 'idempotency_key_reused' | 'too_many_requests' | 'headers_too_large' | 'internal_error' | 'unavailable' | 'busy' | 'unwritable' | 'unreadable' | 'full';
  readonly title: string;
  readonly status: number;
  /** what is wrong, the value, and what was expected */
  readonly detail: string;
  /** the invalid fields, at most 20 */
  readonly errors?: readonly FieldProblem[] | undefined;
}

/** exactly one of the three */
export interface Proof {
  readonly password?: string | undefined;
  /** from the authenticator app, or a recovery code */
  readonly code?: string | undefined;
  readonly passkey?: PasskeyAnswer | undefined;
}

export interface PushKey {
  /** `applicationServerKey` of the subscription, Base64url */
  readonly public_key: string;
}

/** a daily interval in which messages are held back; an `end` before `start` is on the next day */
export interface QuietHours {
  /** in `time_zone` */
  readonly start: string;
  /** in `time_zone` */
  readonly end: string;
  /** whether messages of severity `page` wait, too */
  readonly hold_pages: boolean;
}

export interface RecoveryCodes {
  /** shown only once; each works once */
  readonly recovery_codes: readonly string[];
}

/** Recurring intervals in the local time of each store. */
export interface Recurrence {
  /** a recurrence rule of RFC 5545 with a frequency of at least a day; `UNTIL` is a store-local date or time without `Z` */
  readonly rrule: string;
  /** the store-local date and time from which the rule counts; the first occurrence if it matches the rule */
  readonly start: string;
  /** how long each occurrence lasts: weeks, days, hours and minutes of ISO 8601. Days are calendar days, which clock changes make shorter or longer. */
  readonly duration: string;
  /** the rule in English words */
  readonly text: string;
}

export interface RejectedPoll {
  /** position among the polls of the request, from 1 */
  readonly row: number;
  readonly store_id: string | null;
  readonly reason: string;
}

export interface Report {
  readonly report_id: string;
  readonly status: 'queued' | 'running' | 'complete' | 'failed' | 'cancelled';
  /** share of the stores done */
  readonly progress: number;
  readonly as_of: string;
  readonly estimator: 'nearest' | 'markov';
  /** whether it has credible intervals */
  readonly detailed: boolean;
  readonly limited_to: number | null;
  readonly stores: number | null;
  readonly requested_by: string | null;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly error: string | null;
  readonly tz_version: string | null;
  readonly warning: string | null;
}

export interface ReportPage {
  readonly items: readonly Report[];
  /** null on the last page */
  readonly next_cursor: string | null;
}

export interface ReportProgress {
  readonly status: 'queued' | 'running' | 'complete' | 'failed' | 'cancelled';
  /** share of the stores done */
  readonly progress: number;
}

export interface ReportRow {
  /** an opaque ID, as in the feeds */
  readonly store_id: string;
  readonly name: string | null;
  readonly brand: string | null;
  readonly open_last_hour_seconds: number;
  readonly uptime_last_hour_seconds: number;
  readonly downtime_last_hour_seconds: number;
  readonly unknown_last_hour_seconds: number;
  readonly open_last_day_seconds: number;
  readonly uptime_last_day_seconds: number;
  readonly downtime_last_day_seconds: number;
  readonly unknown_last_day_seconds: number;
  readonly open_last_week_seconds: number;
  readonly uptime_last_week_seconds: number;
  readonly downtime_last_week_seconds: number;
  readonly unknown_last_week_seconds: number;
  /** polls within business hours, of eight days */
  readonly polls_counted: number;
  readonly first_poll: string | null;
  /** if detailed */
  readonly uptime_last_hour_low_seconds?: number | undefined;
  /** if detailed */
  readonly uptime_last_hour_high_seconds?: number | undefined;
  /** if detailed */
  readonly longest_unpolled_last_hour_seconds?: number | undefined;
  /** if detailed */
  readonly polls_last_hour?: number | undefined;
  /** if detailed */
  readonly uptime_last_day_low_seconds?: number | undefined;
  /** if detailed */
  readonly uptime_last_day_high_seconds?: number | undefined;
  /** if detailed */
  readonly longest_unpolled_last_day_seconds?: number | undefined;
  /** if detailed */
  readonly polls_last_day?: number | undefined;
  /** if detailed */
  readonly uptime_last_week_low_seconds?: number | undefined;
  /** if detailed */
  readonly uptime_last_week_high_seconds?: number | undefined;
  /** if detailed */
  readonly longest_unpolled_last_week_seconds?: number | undefined;
  /** if detailed */
  readonly polls_last_week?: number | undefined;
  /** open time within one polling interval of a poll; missing in reports of earlier versions */
  readonly covered_last_hour_seconds?: number | undefined;
  /** open time within one polling interval of a poll; missing in reports of earlier versions */
  readonly covered_last_day_seconds?: number | undefined;
  /** open time within one polling interval of a poll; missing in reports of earlier versions */
  readonly covered_last_week_seconds?: number | undefined;
}

export interface ReportRowPage {
  readonly items: readonly ReportRow[];
  /** null on the last page */
  readonly next_cursor: string | null;
}

export interface ReportSummary {
  readonly as_of: string;
  readonly estimator: 'nearest' | 'markov';
  /** stores in the report */
  readonly stores: number;
  readonly hour: WindowSummary;
  readonly day: WindowSummary;
  readonly week: WindowSummary;
}

/** `from`: the instant from which it no longer applies; null: it never applied. */
export interface Revocation {
  readonly from: string | null;
  readonly reason: string;
  readonly author: string;
  readonly recorded_at: string;
}

export interface SalesRates {
  /** keys of labels: a store without enough sales of its own takes the rate of the stores with the same value of the first of these labels that gives one */
  readonly group_labels: readonly string[];
  /** for stores without either: the first one whose label the store has counts */
  readonly constants: readonly ConstantSalesRate[];
  readonly changed_at: string | null;
}

/** omitted fields stay unchanged, and read-only fields of a response are ignored */
export interface SalesRatesChange {
  /** keys of labels: a store without enough sales of its own takes the rate of the stores with the same value of the first of these labels that gives one */
  readonly group_labels?: readonly string[] | undefined;
  /** for stores without either: the first one whose label the store has counts */
  readonly constants?: readonly ConstantSalesRate[] | undefined;
}

export interface SavedQuestion {
  /** the ID from the list */
  readonly question_id: string;
  readonly name: string;
  readonly question: AnalyticsQuestion;
  /** the name of who saved it, at that time */
  readonly author: string;
  readonly created_at: string;
  readonly changed_at: string;
}

/** omitted fields stay unchanged, and read-only fields of a response are ignored */
export interface SavedQuestionChange {
  /** the ID from the list */
  readonly question_id?: string | undefined;
  /** for people */
  readonly name?: string | undefined;
  readonly question?: AnalyticsQuestion | undefined;
}

export interface SavedQuestionPage {
  readonly items: readonly SavedQuestion[];
  /** null on the last page */
  readonly next_cursor: string | null;
}

export interface SecondFactorPolicy {
  /** users with these roles need a second factor when they sign in with a password */
  readonly roles: readonly ('admin' | 'operator' | 'owner')[];
}

export interface SecondFactors {
  /** whether an authenticator app is set up */
  readonly totp: boolean;
  readonly passkeys: readonly Passkey[];
  /** how many recovery codes are left */
  readonly recovery_codes: number;
}

export interface SeenPoll {
  readonly at: StoreTime;
  readonly status: 'active' | 'inactive';
  readonly counts: boolean;
  readonly reason: 'outside_business_hours' | 'hours_unknown' | null;
  readonly inactive_reason: PollReason | null;
}

/** What was seen of this time: unknown before the first poll ever, and further than two polling intervals from all polls that count. Elsewhere, it is as in `segments` beside it. */
export interface SeenTime {
  readonly segments: readonly StateSegment[];
  readonly totals: TimelineTotals;
  /** the open time within one polling interval of a poll that counts */
  readonly covered: readonly OpenInterval[];
  readonly coverage_ratio: number | null;
}

export interface SignInLink {
  /** `invitation`: the first way to sign in; `reset`: a new password */
  readonly purpose: 'invitation' | 'reset';
  /** a name or an email address, case-insensitive */
  readonly login: string;
  readonly name: string;
  readonly expires_at: string;
}

/** sign-in methods besides passwords and passkeys; `oidc` is null without an identity provider */
export interface SignInOptions {
  readonly oidc: {
    /** the label of the button */
    readonly label: string;
  } | null;
  /** whether users can reset their password by mail */
  readonly password_reset: boolean;
}

/** the special hours, which replace the weekly rows that begin on this date */
export interface SpecialHours {
  readonly date: string;
  readonly closed: boolean;
  readonly hours: readonly Opening[];
}

export interface SpecialHoursPage {
  readonly items: readonly SpecialHours[];
  /** null on the last page */
  readonly next_cursor: string | null;
}

export interface StateCounts {
  /** scheduled open, and the last poll that counts is inactive */
  readonly offline: number;
  /** scheduled open, and no poll within two polling intervals counts */
  readonly unknown: number;
  /** scheduled open, and the last poll that counts is active */
  readonly online: number;
  /** outside business hours */
  readonly closed: number;
}

export interface StateSegment {
  readonly from: StoreTime;
  readonly to: StoreTime;
  readonly state: 'up' | 'down' | 'unknown';
  readonly seconds: number;
}

export interface Store {
  /** an opaque ID, as in the feeds */
  readonly store_id: string;
  readonly name: string | null;
  /** an IANA time zone; UTC while `zone_known` is false */
  readonly time_zone: string;
  /** false: the given zone is invalid, so it is unknown when the store is open */
  readonly zone_known: boolean;
  /** false: the given hours are invalid, so it is unknown when the store is open */
  readonly hours_known: boolean;
  /** true: no time zone was ever given */
  readonly zone_is_default: boolean;
  /** such as brand and city; a key has up to 100 characters and no colon */
  readonly labels: Readonly<Record<string, string>>;
  readonly probe_url: string | null;
  /** `offline`: inactive while scheduled open; `unknown`: open without a recent poll, or with unknown hours or zone */
  readonly state: 'offline' | 'unknown' | 'online' | 'closed';
  readonly planned_until: StoreTime | null;
  readonly last_poll: LastPoll | null;
  /** the first poll ever; null: none up to this instant */
  readonly first_poll: StoreTime | null;
}

export interface StoreBatch {
  readonly stores: readonly BatchedStore[];
}

export interface StoreBatchResult {
  /** = created + changed + unchanged */
  readonly received: number;
  readonly created: number;
  /** including deleted and restored stores */
  readonly changed: number;
  readonly unchanged: number;
}

/** the stores after the import; null for imports of an earlier version */
export interface StoreCensus {
  /** stores with polls */
  readonly polled: number;
  /** stores with polls and business hours */
  readonly with_hours: number;
  /** stores with polls and a time zone */
  readonly with_zone: number;
  /** stores with business hours and no polls */
  readonly hours_only: number;
  /** stores with a time zone and no polls */
  readonly zone_only: number;
}

export interface StoreLabel {
  readonly key: string;
  readonly stores: number;
  /** the most common values first, at most 200 */
  readonly values: readonly {
    readonly value: string;
    readonly stores: number;
  }[];
  /** how many values there are, listed or not */
  readonly distinct_values: number;
}

export interface StoreLabels {
  /** the labels that most stores have first, at most 200 */
  readonly items: readonly StoreLabel[];
}

export interface StorePage {
  readonly items: readonly ListedStore[];
  /** null on the last page */
  readonly next_cursor: string | null;
  /** matching stores on all pages */
  readonly total: number;
  readonly as_of: string;
}

/** when the planned downtime that the store is in ends; null: it is in none */
export interface StoreTime {
  readonly utc: string;
  /** store local time */
  readonly local: string;
}

export interface StoreZones {
  /** the most common zones first */
  readonly items: readonly {
    /** as in the filter `time_zone`; `Etc/Unknown`: it is unknown */
    readonly time_zone: string;
    readonly stores: number;
  }[];
}

/** `next_at`: when it is due next; null: it is paused. */
export interface Subscription {
  /** the ID from the list */
  readonly subscription_id: string;
  /** the ID from the list */
  readonly question_id: string;
  readonly question_name: string;
  /** whether it belongs to the team; otherwise, to you */
  readonly team: boolean;
  /** when it is due: a cron expression of five fields, at most once an hour */
  readonly cron: string;
  /** the IANA time zone of `cron`; by default UTC */
  readonly time_zone: string;
  /** where it is sent */
  readonly contact_points: readonly string[];
  /** the files that mails have attached; by default none */
  readonly formats: readonly 'csv'[];
  /** false: it is paused */
  readonly enabled: boolean;
  readonly next_at: string | null;
  readonly created_at: string;
}

/** omitted fields stay unchanged, and read-only fields of a response are ignored */
export interface SubscriptionChange {
  /** the ID from the list */
  readonly subscription_id?: string | undefined;
  /** when it is due: a cron expression of five fields, at most once an hour */
  readonly cron?: string | undefined;
  /** the IANA time zone of `cron`; by default UTC */
  readonly time_zone?: string | undefined;
  /** where it is sent */
  readonly contact_points?: readonly string[] | undefined;
  /** the files that mails have attached; by default none */
  readonly formats?: readonly 'csv'[] | undefined;
  /** false: it is paused */
  readonly enabled?: boolean | undefined;
}

export interface SubscriptionPage {
  readonly items: readonly Subscription[];
  /** null on the last page */
  readonly next_cursor: string | null;
}

export interface SubscriptionTest {
  readonly delivery_ids: readonly string[];
}

export interface Sync {
  readonly progress: SyncProgress | null;
  readonly next_run: string | null;
  /** the sources with their last results */
  readonly sources: readonly SyncSource[];
  /** the last 50 runs, newest first; `finished_at` is null while a run is in progress */
  readonly runs: readonly SyncRun[];
}

/** the bad rows in the current content of the source, from whichever run read it; null if there are none. They remain until the content changes. */
export interface SyncBadRows {
  /** bad rows */
  readonly rejected: number;
  /** rows, good and bad */
  readonly read: number;
  /** stores with a bad row that keep their previous hours or zone */
  readonly stores_kept: number;
  /** stores with a bad row whose hours or zone are unknown */
  readonly stores_unknown: number;
}

export interface SyncBegun {
  readonly sync_id: string;
  readonly started_at: string;
}

export interface SyncLastResult {
  /** when the run that last tried to read it started */
  readonly at: string;
  /** the kind of feed */
  readonly feed: 'stores' | 'zones' | 'hours' | 'special_hours' | 'polls' | 'sales';
  /** the configured source; a URL without user, password and query */
  readonly source: string;
  readonly status: 'changed' | 'unchanged' | 'failed';
  readonly error: string | null;
  /** number of attempts */
  readonly attempts: number;
  /** files with new data */
  readonly files: number;
  /** bytes that were read */
  readonly bytes: number;
  /** rows */
  readonly read: number;
  /** rows with new data */
  readonly added: number;
  /** rows that changed existing data */
  readonly replaced: number;
  /** rows equal to existing data */
  readonly already_there: number;
  /** rows that a later row repeats or overrides */
  readonly repeated: number;
  /** bad rows */
  readonly rejected: number;
  /** good rows that were not merged because another row of the store is bad */
  readonly set_aside: number;
  readonly bad_rows: SyncBadRows | null;
}

/** what this server is reading; null if nothing, also between attempts */
export interface SyncProgress {
  readonly file: string;
  readonly done: number;
}

export interface SyncResult {
  /** the kind of feed */
  readonly feed: 'stores' | 'zones' | 'hours' | 'special_hours' | 'polls' | 'sales';
  /** the configured source; a URL without user, password and query */
  readonly source: string;
  readonly status: 'changed' | 'unchanged' | 'failed';
  readonly error: string | null;
  /** number of attempts */
  readonly attempts: number;
  /** files with new data */
  readonly files: number;
  /** bytes that were read */
  readonly bytes: number;
  /** rows */
  readonly read: number;
  /** rows with new data */
  readonly added: number;
  /** rows that changed existing data */
  readonly replaced: number;
  /** rows equal to existing data */
  readonly already_there: number;
  /** rows that a later row repeats or overrides */
  readonly repeated: number;
  /** bad rows */
  readonly rejected: number;
  /** good rows that were not merged because another row of the store is bad */
  readonly set_aside: number;
  readonly bad_rows: SyncBadRows | null;
}

export interface SyncRun {
  readonly sync_id: string;
  /** what started the run */
  readonly cause: 'schedule' | 'request';
  readonly started_at: string;
  readonly finished_at: string | null;
  readonly results: readonly SyncResult[];
}

export interface SyncSource {
  /** the kind of feed */
  readonly feed: 'stores' | 'zones' | 'hours' | 'special_hours' | 'polls' | 'sales';
  /** the configured source; a URL without user, password and query */
  readonly source: string;
  readonly last: SyncLastResult | null;
}

/** with `targets`: how the target of these stores stands; null: there is none for this time */
export interface TargetStanding {
  /** the ID from the list */
  readonly target_id: string;
  readonly uptime_ratio: number;
  readonly period: 'week' | 'month' | 'quarter' | 'year';
  /** open time of the whole period, also after `as_of` */
  readonly scheduled_seconds: number;
  /** the downtime that the target allows: (1 − target) × scheduled */
  readonly budget_seconds: number;
  /** adjusted downtime */
  readonly spent_seconds: number;
  /** the low end of its 90% credible interval */
  readonly spent_low_seconds: number;
  /** the high end */
  readonly spent_high_seconds: number;
  /** what may still be down: the rest of the period, and unknown time */
  readonly left_seconds: number;
  readonly burn_rate: number | null;
  /** `met`: even `spent_high_seconds` and all that is left are within the budget; `missed`: even `spent_low_seconds` is more; otherwise, the polls do not say */
  readonly verdict: 'met' | 'missed' | 'cannot_tell';
}

export interface TimeZoneRules {
  /** the release of the IANA time zone database */
  readonly version: string;
  /** bundled: part of the program; configured: the folder in `TZDATA_DIR`; system: of the operating system; runtime: of Node */
  readonly source: 'bundled' | 'configured' | 'system' | 'runtime';
}

export interface Timeline {
  /** an opaque ID, as in the feeds */
  readonly store_id: string;
  /** the time zone at `to`; UTC if it is unknown */
  readonly time_zone: string;
  readonly as_of: StoreTime;
  readonly from: StoreTime;
  readonly to: StoreTime;
  readonly estimator: 'nearest';
  /** the first poll ever; null: none up to this instant */
  readonly first_poll: StoreTime | null;
  /** the open intervals within the range */
  readonly open: readonly OpenInterval[];
  /** planned downtime within the range */
  readonly planned: readonly OpenInterval[];
  /** the part of `open` with unknown hours or an unknown zone: the given ones are invalid. The state is unknown there, and polls do not count. */
  readonly hours_unknown: readonly OpenInterval[];
  /** the polls in the range, both ends included */
  readonly polls: readonly SeenPoll[];
  /** the open time of the range by state */
  readonly segments: readonly StateSegment[];
  /** outages that overlap the range, unclipped and across closed time; none begins earlier than the first poll */
  readonly outages: readonly Outage[];
  readonly totals: TimelineTotals;
  readonly seen: SeenTime;
  readonly windows?: TimelineWindows | undefined;
}

export interface TimelineTotals {
  readonly open_seconds: number;
  readonly up_seconds: number;
  readonly down_seconds: number;
  readonly unknown_seconds: number;
}

/** The open time of one window by state. The totals are those of a report. */
export interface TimelineWindow {
  readonly from: StoreTime;
  readonly to: StoreTime;
  readonly segments: readonly StateSegment[];
  readonly totals: TimelineTotals;
  readonly seen: SeenTime;
}

/** those that the request names */
export interface TimelineWindows {
  readonly hour?: TimelineWindow | undefined;
  readonly day?: TimelineWindow | undefined;
  readonly week?: TimelineWindow | undefined;
}

export interface TriggeredReport {
  readonly report_id: string;
}

/** Stores with an uptime ratio of at least `from` and less than `to`; from 1 to 1: exactly 1. */
export interface UptimeBar {
  readonly from: number;
  readonly to: number;
  readonly stores: number;
}

export interface UptimeTarget {
  /** the ID from the list */
  readonly target_id: string;
  readonly store_id: string | null;
  readonly label: string | null;
  /** the target counts in each of these, by the local dates of each store */
  readonly period: 'week' | 'month' | 'quarter' | 'year';
  /** the target, as a share of the scheduled open time; more than 0 and less than 1 */
  readonly uptime_ratio: number;
  /** the name of who set it, at that time */
  readonly author: string;
  readonly created_at: string;
  readonly changed_at: string;
}

/** omitted fields stay unchanged, and read-only fields of a response are ignored */
export interface UptimeTargetChange {
  /** the ID from the list */
  readonly target_id?: string | undefined;
  /** the target, as a share of the scheduled open time; more than 0 and less than 1 */
  readonly uptime_ratio?: number | undefined;
}

export interface UptimeTargetPage {
  readonly items: readonly UptimeTarget[];
  /** null on the last page */
  readonly next_cursor: string | null;
}

export interface User {
  /** the ID from the list */
  readonly user_id: string;
  /** a name or an email address, case-insensitive */
  readonly login: string;
  readonly name: string;
  readonly email: string | null;
  readonly role: 'admin' | 'operator' | 'owner';
  readonly disabled: boolean;
  readonly has_password: boolean;
  /** whether the user has an authenticator app or a passkey */
  readonly has_second_factor: boolean;
  /** the number of assigned stores */
  readonly store_count: number;
  readonly created_at: string;
}

/** omitted fields stay unchanged, and read-only fields of a response are ignored */
export interface UserChange {
  /** a name or an email address, case-insensitive */
  readonly login?: string | undefined;
  readonly name?: string | undefined;
  readonly email?: string | null | undefined;
  readonly role?: 'admin' | 'operator' | 'owner' | undefined;
  readonly disabled?: boolean | undefined;
  /** only for owners */
  readonly stores?: readonly string[] | undefined;
  /** the ID from the list */
  readonly user_id?: string | undefined;
}

export interface UserDetail {
  /** the ID from the list */
  readonly user_id: string;
  /** a name or an email address, case-insensitive */
  readonly login: string;
  readonly name: string;
  readonly email: string | null;
  readonly role: 'admin' | 'operator' | 'owner';
  readonly disabled: boolean;
  readonly has_password: boolean;
  /** whether the user has an authenticator app or a passkey */
  readonly has_second_factor: boolean;
  /** the number of assigned stores */
  readonly store_count: number;
  readonly created_at: string;
  /** only for owners */
  readonly stores: readonly string[];
}

export interface UserPage {
  readonly items: readonly User[];
  /** null on the last page */
  readonly next_cursor: string | null;
}

/** `always`: open 24/7; no rows: closed every day; `unknown`: they were given and could not be read */
export type VersionHours = 'always' | readonly WeekRow[] | 'unknown';

/** `always`: open 24/7; no rows: closed every day */
export type WeekHours = 'always' | readonly WeekRow[];

export interface WeekRow {
  /** 0: Monday … 6: Sunday */
  readonly day: number;
  /** local time */
  readonly start: string;
  /** local time; if it is not after the start, on the next date */
  readonly end: string;
}

/** All stores of a report together. open = uptime + downtime + unknown. */
export interface WindowSummary {
  readonly open_seconds: number;
  readonly uptime_seconds: number;
  readonly downtime_seconds: number;
  readonly unknown_seconds: number;
  readonly uptime_ratio: number | null;
  readonly coverage_ratio: number | null;
  /** stores with known open time */
  readonly stores_with_data: number;
  /** stores without: not open, or not polled */
  readonly stores_without_data: number;
  /** the stores with data by uptime ratio, lowest first */
  readonly histogram: readonly UptimeBar[];
}

/** The outage of a closed store is that of its last check. */
export interface WorstStore {
  /** an opaque ID, as in the feeds */
  readonly store_id: string;
  readonly name: string | null;
  readonly state: 'offline' | 'unknown' | 'online' | 'closed';
  readonly offline_since: StoreTime | null;
  /** the outage began before this instant, but it is not known when: no poll in the eight days before `as_of` found the store up */
  readonly began_earlier: boolean;
  /** down since the first poll ever; the time before is unknown */
  readonly since_first_poll: boolean;
  readonly lost_seconds: number | null;
  /** excluding unknown time and planned downtime */
  readonly down_last_day_seconds: number;
}

export interface WriterStatus {
  /** what is written; `append`: polls from the API; the last four: a small write every 30 s */
  readonly name: 'append' | 'report' | 'import' | 'poller' | 'sync' | 'database' | 'results_folder' | 'uploads_folder' | 'polls_folder';
  /** whether the last write failed and nothing has succeeded since */
  readonly failing: boolean;
  readonly last_failure: {
    readonly at: string;
    /** the error code of the system or the database */
    readonly code: string;
    readonly message: string;
  } | null;
}

export interface ZoneList {
  readonly rules: TimeZoneRules;
  /** sorted, including old names */
  readonly names: readonly string[];
}

export interface ZoneOffsets {
  /** the IANA spelling */
  readonly name: string;
  readonly rules: TimeZoneRules;
  /** in ascending order; the first applies from the beginning of the range, and its `from` is null */
  readonly offsets: readonly {
    readonly from: string | null;
    /** local time minus UTC */
    readonly offset_seconds: number;
  }[];
}

/** By method and path. */
export interface Routes {
  /** Create a report */
  'POST /trigger_report': {
    headers?: {
      /** a random UUID: repeating the request with it within 24 hours repeats the response */
      readonly 'idempotency-key'?: string | undefined;
    };
    body?: NewReport;
    answer: TriggeredReport;
  };
  /** Get a report as CSV, or its status */
  'GET /get_report': {
    query?: {
      /** the ID that `POST /trigger_report` returned; `400` without it */
      readonly report_id?: string | undefined;
      /** csv: the classic columns, if not given; full: all columns, with ranges if the report is detailed */
      readonly format?: 'csv' | 'full' | undefined;
    };
    answer: string | ClassicReportStatus;
  };
  /** List stores with their states, offline ones first */
  'GET /api/v1/stores': {
    query?: {
      /** only these stores, if they exist; each value is an ID, or IDs separated by commas or spaces */
      readonly store_id?: readonly string[] | undefined;
      /** a part of the ID, the name or a label value, or IDs separated by commas or spaces, each of which exists or has a digit; case and accents do not matter */
      readonly search?: string | undefined;
      /** in one of these states */
      readonly state?: readonly ('offline' | 'unknown' | 'online' | 'closed')[] | undefined;
      /** offline for one of these reasons; `none`: the reason is unknown */
      readonly reason?: readonly string[] | undefined;
      /** an IANA time zone */
      readonly time_zone?: string | undefined;
      /** only stores with all of these labels, each as `key:value`; case and accents of the value do not matter */
      readonly label?: readonly string[] | undefined;
      /** false: only stores with unknown hours or zone; true: only the others */
      readonly schedule_known?: boolean | undefined;
      /** by `state` (offline, unknown, online, closed), by `id`, by `name`, by the last poll, latest first, or by the start of the outage: the longest first, or with `-` the newest; stores that are not offline come last */
      readonly sort?: 'state' | 'id' | 'name' | '-last_poll' | 'offline_since' | '-offline_since' | undefined;
      /** an instant (RFC 3339), or `latest`: that of the latest poll of your stores; by default now */
      readonly as_of?: string | undefined;
      /** items per page */
      readonly limit?: number | undefined;
      /** `next_cursor` of the previous page; without it, the first page */
      readonly cursor?: string | undefined;
    };
    answer: StorePage;
  };
  /** Create a store */
  'POST /api/v1/stores': {
    headers?: {
      /** a random UUID: repeating the request with it within 24 hours repeats the response */
      readonly 'idempotency-key'?: string | undefined;
    };
    body: NewStore;
    answer: Store;
  };
  /** Update many stores */
  'PATCH /api/v1/stores': {
    query?: {
      /** create stores that do not exist, and restore deleted ones */
      readonly create?: boolean | undefined;
      /** check everything without changing anything */
      readonly dry_run?: boolean | undefined;
    };
    body: StoreBatch | Blob;
    answer: StoreBatchResult;
  };
  /** Get a store with its state */
  'GET /api/v1/stores/{store_id}': {
    path: {
      /** an opaque ID, as in the feeds */
      readonly store_id: string;
    };
    query?: {
      /** an instant (RFC 3339), or `latest`: that of the latest poll of your stores; by default now */
      readonly as_of?: string | undefined;
    };
    headers?: {
      /** the `ETag` of an earlier response; `304` if the response would be the same */
      readonly 'if-none-match'?: string | undefined;
    };
    answer: Store;
  };
  /** Update a store */
  'PATCH /api/v1/stores/{store_id}': {
    path: {
      /** an opaque ID, as in the feeds */
      readonly store_id: string;
    };
    headers?: {
      /** the `ETag` of the version to update */
      readonly 'if-match'?: string | undefined;
    };
    body: ChangedStore;
    answer: Store;
  };
  /** Delete a store */
  'DELETE /api/v1/stores/{store_id}': {
    path: {
      /** an opaque ID, as in the feeds */
      readonly store_id: string;
    };
    query?: {
      /** also delete its polls */
      readonly with_polls?: boolean | undefined;
    };
    headers?: {
      /** the `ETag` of the version to update */
      readonly 'if-match'?: string | undefined;
    };
    answer: undefined;
  };
  /** List deleted stores */
  'GET /api/v1/deleted-stores': {
    query?: {
      /** items per page */
      readonly limit?: number | undefined;
      /** `next_cursor` of the previous page; without it, the first page */
      readonly cursor?: string | undefined;
    };
    answer: DeletedStorePage;
  };
  /** Download the list of stores */
  'GET /api/v1/store-export': {
    query?: {
      /** the file format; xlsx holds at most 100,000 stores */
      readonly format?: 'csv' | 'xlsx' | undefined;
      /** only these stores, if they exist; each value is an ID, or IDs separated by commas or spaces */
      readonly store_id?: readonly string[] | undefined;
      /** a part of the ID, the name or a label value, or IDs separated by commas or spaces, each of which exists or has a digit; case and accents do not matter */
      readonly search?: string | undefined;
      /** in one of these states */
      readonly state?: readonly ('offline' | 'unknown' | 'online' | 'closed')[] | undefined;
      /** offline for one of these reasons; `none`: the reason is unknown */
      readonly reason?: readonly string[] | undefined;
      /** an IANA time zone */
      readonly time_zone?: string | undefined;
      /** only stores with all of these labels, each as `key:value`; case and accents of the value do not matter */
      readonly label?: readonly string[] | undefined;
      /** false: only stores with unknown hours or zone; true: only the others */
      readonly schedule_known?: boolean | undefined;
    };
    answer: string;
  };
  /** List the time zones of the stores, with the number of stores in each */
  'GET /api/v1/store-zones': {
    answer: StoreZones;
  };
  /** List the labels of the stores and their values, with the number of stores that have each */
  'GET /api/v1/store-labels': {
    answer: StoreLabels;
  };
  /** Get the business hours of a store: past, present and planned */
  'GET /api/v1/stores/{store_id}/hours': {
    path: {
      /** an opaque ID, as in the feeds */
      readonly store_id: string;
    };
    headers?: {
      /** the `ETag` of an earlier response; `304` if the response would be the same */
      readonly 'if-none-match'?: string | undefined;
    };
    answer: Hours;
  };
  /** Update the business hours of a store, from an instant on */
  'PUT /api/v1/stores/{store_id}/hours': {
    path: {
      /** an opaque ID, as in the feeds */
      readonly store_id: string;
    };
    headers?: {
      /** the `ETag` of the version to update */
      readonly 'if-match'?: string | undefined;
    };
    body: NewHours;
    answer: Hours;
  };
  /** Delete planned business hours of a store */
  'DELETE /api/v1/stores/{store_id}/hours/{effective_from}': {
    path: {
      /** an opaque ID, as in the feeds */
      readonly store_id: string;
      /** the instant from which the hours apply, or a date, which stands for its local midnight */
      readonly effective_from: string;
    };
    headers?: {
      /** the `ETag` of the version to update */
      readonly 'if-match'?: string | undefined;
    };
    answer: undefined;
  };
  /** List the special hours of a store, by date */
  'GET /api/v1/stores/{store_id}/special-hours': {
    path: {
      /** an opaque ID, as in the feeds */
      readonly store_id: string;
    };
    query?: {
      /** the first date */
      readonly from?: string | undefined;
      /** the last date */
      readonly to?: string | undefined;
      /** items per page */
      readonly limit?: number | undefined;
      /** `next_cursor` of the previous page; without it, the first page */
      readonly cursor?: string | undefined;
    };
    headers?: {
      /** the `ETag` of an earlier response; `304` if the response would be the same */
      readonly 'if-none-match'?: string | undefined;
    };
    answer: SpecialHoursPage;
  };
  /** Update the special hours of one date */
  'PUT /api/v1/stores/{store_id}/special-hours/{date}': {
    path: {
      /** an opaque ID, as in the feeds */
      readonly store_id: string;
      /** local */
      readonly date: string;
    };
    headers?: {
      /** the `ETag` of the version to update */
      readonly 'if-match'?: string | undefined;
    };
    body: NewSpecialHours;
    answer: SpecialHours;
  };
  /** Delete the special hours of one date; its weekly hours apply again */
  'DELETE /api/v1/stores/{store_id}/special-hours/{date}': {
    path: {
      /** an opaque ID, as in the feeds */
      readonly store_id: string;
      /** local */
      readonly date: string;
    };
    headers?: {
      /** the `ETag` of the version to update */
      readonly 'if-match'?: string | undefined;
    };
    answer: undefined;
  };
  /** List the polls of a store, newest first */
  'GET /api/v1/stores/{store_id}/polls': {
    path: {
      /** an opaque ID, as in the feeds */
      readonly store_id: string;
    };
    query?: {
      /** the first instant (RFC 3339) */
      readonly from?: string | undefined;
      /** the instant before which they are (RFC 3339) */
      readonly to?: string | undefined;
      /** items per page */
      readonly limit?: number | undefined;
      /** `next_cursor` of the previous page; without it, the first page */
      readonly cursor?: string | undefined;
    };
    answer: PollPage;
  };
  /** Delete a poll */
  'DELETE /api/v1/stores/{store_id}/polls/{at}': {
    path: {
      /** an opaque ID, as in the feeds */
      readonly store_id: string;
      /** when the store was polled, as in the list of polls (RFC 3339) */
      readonly at: string;
    };
    answer: undefined;
  };
  /** Add polls */
  'POST /api/v1/polls': {
    body: NewPolls | Blob;
    answer: AppendedPolls;
  };
  /** List reports, newest first */
  'GET /api/v1/reports': {
    query?: {
      /** only those with this status */
      readonly status?: 'queued' | 'running' | 'complete' | 'failed' | 'cancelled' | undefined;
      /** items per page */
      readonly limit?: number | undefined;
      /** `next_cursor` of the previous page; without it, the first page */
      readonly cursor?: string | undefined;
    };
    answer: ReportPage;
  };
  /** Create a report */
  'POST /api/v1/reports': {
    headers?: {
      /** a random UUID: repeating the request with it within 24 hours repeats the response */
      readonly 'idempotency-key'?: string | undefined;
    };
    body?: NewReport;
    answer: Report;
  };
  /** Get a report */
  'GET /api/v1/reports/{id}': {
    path: {
      /** the report ID */
      readonly id: string;
    };
    answer: Report;
  };
  /** Delete a report with its files */
  'DELETE /api/v1/reports/{id}': {
    path: {
      /** the report ID */
      readonly id: string;
    };
    answer: undefined;
  };
  /** Get the events of a report until it ends */
  'GET /api/v1/reports/{id}/events': {
    path: {
      /** the report ID */
      readonly id: string;
    };
    answer: string;
    events: {
      readonly event: 'progress';
      readonly data: ReportProgress;
    } | {
      readonly event: 'complete';
      readonly data: Report;
    } | {
      readonly event: 'failed';
      readonly data: Report;
    } | {
      readonly event: 'cancelled';
      readonly data: Report;
    } | {
      readonly event: 'deleted';
      readonly data: Readonly<Record<string, never>>;
    };
  };
  /** Cancel a queued or running report */
  'POST /api/v1/reports/{id}/cancel': {
    path: {
      /** the report ID */
      readonly id: string;
    };
    answer: Report;
  };
  /** List the rows of a complete report, worst first */
  'GET /api/v1/reports/{id}/rows': {
    path: {
      /** the report ID */
      readonly id: string;
    };
    query?: {
      /** `-`: descending; by default `-downtime_last_week`; the columns after `polls_counted` need a detailed report */
      readonly sort?: 'store_id' | '-store_id' | 'open_last_hour' | '-open_last_hour' | 'uptime_last_hour' | '-uptime_last_hour' | 'downtime_last_hour' | '-downtime_last_hour' | 'unknown_last_hour' | '-unknown_last_hour' | 'open_last_day' | '-open_last_day' | 'uptime_last_day' | '-uptime_last_day' | 'downtime_last_day' | '-downtime_last_day' | 'unknown_last_day' | '-unknown_last_day' | 'open_last_week' | '-open_last_week' | 'uptime_last_week' | '-uptime_last_week' | 'downtime_last_week' | '-downtime_last_week' | 'unknown_last_week' | '-unknown_last_week' | 'polls_counted' | '-polls_counted' | 'uptime_last_hour_low' | '-uptime_last_hour_low' | 'uptime_last_hour_high' | '-uptime_last_hour_high' | 'longest_unpolled_last_hour' | '-longest_unpolled_last_hour' | 'polls_last_hour' | '-polls_last_hour' | 'uptime_last_day_low' | '-uptime_last_day_low' | 'uptime_last_day_high' | '-uptime_last_day_high' | 'longest_unpolled_last_day' | '-longest_unpolled_last_day' | 'polls_last_day' | '-polls_last_day' | 'uptime_last_week_low' | '-uptime_last_week_low' | 'uptime_last_week_high' | '-uptime_last_week_high' | 'longest_unpolled_last_week' | '-longest_unpolled_last_week' | 'polls_last_week' | '-polls_last_week' | undefined;
      /** a part of the ID or the name of a store, or IDs separated by commas or spaces, each of which exists or has a digit; case and accents do not matter */
      readonly search?: string | undefined;
      /** items per page */
      readonly limit?: number | undefined;
      /** `next_cursor` of the previous page; without it, the first page */
      readonly cursor?: string | undefined;
    };
    answer: ReportRowPage;
  };
  /** Get the totals and the uptime histogram of a complete report */
  'GET /api/v1/reports/{id}/summary': {
    path: {
      /** the report ID */
      readonly id: string;
    };
    answer: ReportSummary;
  };
  /** Download a complete report */
  'GET /api/v1/reports/{id}/download': {
    path: {
      /** the report ID */
      readonly id: string;
    };
    query?: {
      /** csv: the classic columns, with two decimals; full: all columns, with four; json, parquet: exact seconds */
      readonly format?: 'csv' | 'full' | 'json' | 'parquet' | undefined;
    };
    answer: string | unknown;
  };
  /** Get uptime and outages over a period, by time and by labels */
  'GET /api/v1/analytics': {
    query?: {
      /** the period: a day, an ISO week, a month, a quarter or a year; `today`, `yesterday`; `this-week`, `last-week` (or `month`, `quarter`, `year`); `last-30-days` (or `weeks`, `months`), by the date that the clocks of most of these stores show; of the fiscal calendar, `FY2026-P03`, `FY2026-W17`, `FY2026-Q2`, `FY2026`, `this-fiscal-period`, `last-fiscal-period` (or `week`, `quarter`, `year`), `last-13-fiscal-periods` (or `weeks`) */
      readonly period?: string | undefined;
      /** instead of `period`: the start, a date or an instant (RFC 3339) */
      readonly from?: string | undefined;
      /** the end, exclusive: a date or an instant (RFC 3339) */
      readonly to?: string | undefined;
      /** the IANA time zone of the days and hours; by default the local time of each store */
      readonly time_zone?: string | undefined;
      /** the parts of the period, each with its own row; by default `total`. `fiscal_week` and `fiscal_period` need a fiscal calendar */
      readonly by?: 'total' | 'hour' | 'day' | 'week' | 'month' | 'fiscal_week' | 'fiscal_period' | 'hour_of_week' | 'daypart' | undefined;
      /** for `by=daypart`: each as `name@time`, the local time at which it begins; it lasts until the next one begins. For stores with a label that have other dayparts: `key:value/name@time` */
      readonly daypart?: readonly string[] | undefined;
      /** label keys, or `store_id`: each combination of their values has its own rows */
      readonly group_by?: readonly string[] | undefined;
      /** include subtotals by the first keys alone, and of all stores; by default true */
      readonly subtotals?: boolean | undefined;
      /** another period: the one before, or a year ago. Whole months are compared with whole months; any other period with one of the same length, 364 days earlier for `year_ago`. With the fiscal calendar, `year_ago` compares each week with that of the same number */
      readonly compare?: 'previous' | 'year_ago' | undefined;
      /** only stores with all of these labels, each as `key:value`; case and accents of the value do not matter */
      readonly label?: readonly string[] | undefined;
      /** only these stores; each value is an ID, or IDs separated by commas or spaces */
      readonly store_id?: readonly string[] | undefined;
      /** an instant (RFC 3339): later polls do not count, and later time is not in the period; by default that of the latest poll of your stores */
      readonly as_of?: string | undefined;
      /** an instant (RFC 3339): adjustments recorded later are left out; by default now */
      readonly known_at?: string | undefined;
      /** how uptime follows from polls: by the nearest one (the default), or as its expectation under a Markov chain */
      readonly estimator?: 'nearest' | 'markov' | undefined;
      /** include 90% credible intervals of uptime and downtime; by default false */
      readonly intervals?: boolean | undefined;
      /** include the uptime target of the stores of each row, if the row covers one period of it; by default false */
      readonly targets?: boolean | undefined;
      /** whether rows have what downtime cost, at the rates at which the stores sell; by default false */
      readonly lost_sales?: boolean | undefined;
      /** by default `json`; `xlsx` is an Excel workbook of at most 500,000 cells */
      readonly format?: 'json' | 'csv' | 'xlsx' | undefined;
    };
    answer: Analytics | string;
  };
  /** Get the fiscal calendar, with the years around today */
  'GET /api/v1/fiscal-calendar': {
    headers?: {
      /** the `ETag` of an earlier response; `304` if the response would be the same */
      readonly 'if-none-match'?: string | undefined;
    };
    answer: FiscalCalendar;
  };
  /** Set the fiscal calendar, for admins */
  'PUT /api/v1/fiscal-calendar': {
    headers?: {
      /** the `ETag` of the version to update */
      readonly 'if-match'?: string | undefined;
    };
    body: GivenFiscalCalendar;
    answer: FiscalCalendar;
  };
  /** Delete the fiscal calendar, for admins */
  'DELETE /api/v1/fiscal-calendar': {
    headers?: {
      /** the `ETag` of the version to update */
      readonly 'if-match'?: string | undefined;
    };
    answer: undefined;
  };
  /** List the saved questions, oldest first */
  'GET /api/v1/saved-questions': {
    query?: {
      /** items per page */
      readonly limit?: number | undefined;
      /** `next_cursor` of the previous page; without it, the first page */
      readonly cursor?: string | undefined;
    };
    answer: SavedQuestionPage;
  };
  /** Save a question, for operators and admins */
  'POST /api/v1/saved-questions': {
    headers?: {
      /** a random UUID: repeating the request with it within 24 hours repeats the response */
      readonly 'idempotency-key'?: string | undefined;
    };
    body: NewSavedQuestion;
    answer: SavedQuestion;
  };
  /** Get a saved question */
  'GET /api/v1/saved-questions/{question_id}': {
    path: {
      /** the ID from the list */
      readonly question_id: string;
    };
    headers?: {
      /** the `ETag` of an earlier response; `304` if the response would be the same */
      readonly 'if-none-match'?: string | undefined;
    };
    answer: SavedQuestion;
  };
  /** Update a saved question, for operators and admins */
  'PATCH /api/v1/saved-questions/{question_id}': {
    path: {
      /** the ID from the list */
      readonly question_id: string;
    };
    headers?: {
      /** the `ETag` of the version to update */
      readonly 'if-match'?: string | undefined;
    };
    body: SavedQuestionChange;
    answer: SavedQuestion;
  };
  /** Delete a saved question, for operators and admins */
  'DELETE /api/v1/saved-questions/{question_id}': {
    path: {
      /** the ID from the list */
      readonly question_id: string;
    };
    headers?: {
      /** the `ETag` of the version to update */
      readonly 'if-match'?: string | undefined;
    };
    answer: undefined;
  };
  /** List your subscriptions and, for operators and admins, those of the team, oldest first */
  'GET /api/v1/subscriptions': {
    query?: {
      /** items per page */
      readonly limit?: number | undefined;
      /** `next_cursor` of the previous page; without it, the first page */
      readonly cursor?: string | undefined;
    };
    answer: SubscriptionPage;
  };
  /** Subscribe to a saved question, for yourself or for the team */
  'POST /api/v1/subscriptions': {
    headers?: {
      /** a random UUID: repeating the request with it within 24 hours repeats the response */
      readonly 'idempotency-key'?: string | undefined;
    };
    body: NewSubscription;
    answer: Subscription;
  };
  /** Get a subscription */
  'GET /api/v1/subscriptions/{subscription_id}': {
    path: {
      /** the ID from the list */
      readonly subscription_id: string;
    };
    headers?: {
      /** the `ETag` of an earlier response; `304` if the response would be the same */
      readonly 'if-none-match'?: string | undefined;
    };
    answer: Subscription;
  };
  /** Update or pause a subscription */
  'PATCH /api/v1/subscriptions/{subscription_id}': {
    path: {
      /** the ID from the list */
      readonly subscription_id: string;
    };
    headers?: {
      /** the `ETag` of the version to update */
      readonly 'if-match'?: string | undefined;
    };
    body: SubscriptionChange;
    answer: Subscription;
  };
  /** Delete a subscription */
  'DELETE /api/v1/subscriptions/{subscription_id}': {
    path: {
      /** the ID from the list */
      readonly subscription_id: string;
    };
    headers?: {
      /** the `ETag` of the version to update */
      readonly 'if-match'?: string | undefined;
    };
    answer: undefined;
  };
  /** Send the message of a subscription at once */
  'POST /api/v1/subscriptions/{subscription_id}/test': {
    path: {
      /** the ID from the list */
      readonly subscription_id: string;
    };
    headers?: {
      /** a random UUID: repeating the request with it within 24 hours repeats the response */
      readonly 'idempotency-key'?: string | undefined;
    };
    answer: SubscriptionTest;
  };
  /** List the uptime targets, oldest first */
  'GET /api/v1/uptime-targets': {
    query?: {
      /** items per page */
      readonly limit?: number | undefined;
      /** `next_cursor` of the previous page; without it, the first page */
      readonly cursor?: string | undefined;
    };
    answer: UptimeTargetPage;
  };
  /** Set an uptime target, for operators and admins */
  'POST /api/v1/uptime-targets': {
    headers?: {
      /** a random UUID: repeating the request with it within 24 hours repeats the response */
      readonly 'idempotency-key'?: string | undefined;
    };
    body: NewUptimeTarget;
    answer: UptimeTarget;
  };
  /** Get an uptime target */
  'GET /api/v1/uptime-targets/{target_id}': {
    path: {
      /** the ID from the list */
      readonly target_id: string;
    };
    headers?: {
      /** the `ETag` of an earlier response; `304` if the response would be the same */
      readonly 'if-none-match'?: string | undefined;
    };
    answer: UptimeTarget;
  };
  /** Change an uptime target, for operators and admins */
  'PATCH /api/v1/uptime-targets/{target_id}': {
    path: {
      /** the ID from the list */
      readonly target_id: string;
    };
    headers?: {
      /** the `ETag` of the version to update */
      readonly 'if-match'?: string | undefined;
    };
    body: UptimeTargetChange;
    answer: UptimeTarget;
  };
  /** Delete an uptime target, for operators and admins */
  'DELETE /api/v1/uptime-targets/{target_id}': {
    path: {
      /** the ID from the list */
      readonly target_id: string;
    };
    headers?: {
      /** the `ETag` of the version to update */
      readonly 'if-match'?: string | undefined;
    };
    answer: undefined;
  };
  /** Get the sales rates of stores without a sales feed, for operators and admins */
  'GET /api/v1/sales-rates': {
    headers?: {
      /** the `ETag` of an earlier response; `304` if the response would be the same */
      readonly 'if-none-match'?: string | undefined;
    };
    answer: SalesRates;
  };
  /** Set the sales rates of stores without a sales feed, for admins */
  'PATCH /api/v1/sales-rates': {
    headers?: {
      /** the `ETag` of the version to update */
      readonly 'if-match'?: string | undefined;
    };
    body: SalesRatesChange;
    answer: SalesRates;
  };
  /** List imports, newest first */
  'GET /api/v1/imports': {
    query?: {
      /** only imports with this status */
      readonly status?: 'queued' | 'running' | 'complete' | 'failed' | undefined;
      /** items per page */
      readonly limit?: number | undefined;
      /** `next_cursor` of the previous page; without it, the first page */
      readonly cursor?: string | undefined;
    };
    answer: ImportPage;
  };
  /** Upload a feed */
  'POST /api/v1/imports': {
    query: {
      /** the kind of feed */
      readonly feed: 'stores' | 'zones' | 'hours' | 'special_hours' | 'polls' | 'sales';
      /** a name for messages */
      readonly file_name?: string | undefined;
      /** reject the whole file if any row is bad */
      readonly strict?: boolean | undefined;
      /** reject the file if at least ten rows and a larger share of all rows are bad, or if every row is; 1: never. The default is MAX_BAD_SHARE. */
      readonly max_bad_share?: number | undefined;
      /** report what would change without changing anything */
      readonly dry_run?: boolean | undefined;
      /** when changed hours and zones take effect; by default at the time of the import (RFC 3339) */
      readonly effective_from?: string | undefined;
    };
    headers?: {
      /** a random UUID: repeating the request with it within 24 hours repeats the response */
      readonly 'idempotency-key'?: string | undefined;
    };
    body: Blob;
    answer: Import;
  };
  /** Get an import */
  'GET /api/v1/imports/{id}': {
    path: {
      /** the import ID */
      readonly id: string;
    };
    answer: Import;
  };
  /** Delete an import and its rejected rows, unless it is running */
  'DELETE /api/v1/imports/{id}': {
    path: {
      /** the import ID */
      readonly id: string;
    };
    answer: undefined;
  };
  /** Stream the progress of an import */
  'GET /api/v1/imports/{id}/events': {
    path: {
      /** the import ID */
      readonly id: string;
    };
    answer: string;
    events: {
      readonly event: 'progress';
      readonly data: ImportProgress;
    } | {
      readonly event: 'complete';
      readonly data: Import;
    } | {
      readonly event: 'failed';
      readonly data: Import;
    } | {
      readonly event: 'deleted';
      readonly data: Readonly<Record<string, never>>;
    };
  };
  /** Download the rejected rows of an import with their reasons */
  'GET /api/v1/imports/{id}/rejects': {
    path: {
      /** the import ID */
      readonly id: string;
    };
    answer: string;
  };
  /** Download the file of an import as it was sent */
  'GET /api/v1/imports/{id}/file': {
    path: {
      /** the import ID */
      readonly id: string;
    };
    answer: string;
  };
  /** Get the synced sources with their last results and recent runs */
  'GET /api/v1/sync': {
    answer: Sync;
  };
  /** Start a sync */
  'POST /api/v1/sync': {
    headers?: {
      /** a random UUID: repeating the request with it within 24 hours repeats the response */
      readonly 'idempotency-key'?: string | undefined;
    };
    answer: SyncBegun;
  };
  /** Check that the process is alive */
  'GET /healthz': {
    answer: {
      readonly status: 'ok';
    };
  };
  /** Check that the server can do what it accepts */
  'GET /readyz': {
    answer: {
      readonly status: 'ready';
      readonly time_zones: TimeZoneRules;
      /** Warnings, such as stale data in a live system, or stores with unknown hours. */
      readonly warnings?: readonly string[] | undefined;
      /** The latest outcome of each kind of write by this server. */
      readonly writers: readonly WriterStatus[];
    };
  };
  /** Get the current user and its access */
  'GET /api/v1/session': {
    answer: Me;
  };
  /** Sign in and start a browser session */
  'POST /api/v1/session': {
    body: Credentials;
    answer: Me;
  };
  /** Sign out and end the session */
  'DELETE /api/v1/session': {
    answer: undefined;
  };
  /** Create a challenge to sign in or reauthenticate with a passkey */
  'POST /api/v1/session/passkey-options': {
    answer: PasskeyChallenge;
  };
  /** Sign in with a passkey and start a browser session */
  'POST /api/v1/session/passkey': {
    body: PasskeyAnswer;
    answer: Me;
  };
  /** Reauthenticate: for 10 minutes the session can change access */
  'POST /api/v1/session/reauthenticate': {
    body: Proof;
    answer: undefined;
  };
  /** Update your password; other sessions end, and this one gets a new cookie */
  'PUT /api/v1/session/password': {
    body: OwnPassword;
    answer: undefined;
  };
  /** Get the sign-in methods */
  'GET /api/v1/session/options': {
    answer: SignInOptions;
  };
  /** Redirect the browser to the identity provider */
  'GET /api/v1/session/oidc': {
    query?: {
      /** the path of the page to show afterwards; by default the first page */
      readonly return_to?: string | undefined;
      /** reauthenticate: the provider asks even if the user has a session there */
      readonly reauthenticate?: boolean | undefined;
    };
    answer: never;
  };
  /** Complete a sign-in with the identity provider and start a browser session */
  'GET /api/v1/session/oidc/callback': {
    query?: {
      /** the authorization code */
      readonly code?: string | undefined;
      /** the value that was sent to the provider */
      readonly state?: string | undefined;
      /** the issuer (RFC 9207) */
      readonly iss?: string | undefined;
      /** the error code of the provider */
      readonly error?: string | undefined;
    };
    answer: never;
  };
  /** Get your second factors */
  'GET /api/v1/session/second-factors': {
    answer: SecondFactors;
  };
  /** Create a secret for an authenticator app */
  'POST /api/v1/session/totp': {
    answer: NewTotp;
  };
  /** Add an authenticator app, replacing the current one */
  'PUT /api/v1/session/totp': {
    body: FirstCode;
    answer: AddedFactor;
  };
  /** Delete your authenticator app */
  'DELETE /api/v1/session/totp': {
    answer: undefined;
  };
  /** Create recovery codes, replacing the current ones */
  'POST /api/v1/session/recovery-codes': {
    answer: RecoveryCodes;
  };
  /** Create a challenge to add a passkey */
  'POST /api/v1/session/passkeys/options': {
    answer: PasskeyChallenge;
  };
  /** Add a passkey */
  'POST /api/v1/session/passkeys': {
    body: NewPasskey;
    answer: AddedFactor;
  };
  /** Delete a passkey */
  'DELETE /api/v1/session/passkeys/{passkey_id}': {
    path: {
      /** the credential ID */
      readonly passkey_id: string;
    };
    answer: undefined;
  };
  /** Get the roles that require a second factor */
  'GET /api/v1/second-factor-policy': {
    answer: SecondFactorPolicy;
  };
  /** Update the roles that require a second factor */
  'PUT /api/v1/second-factor-policy': {
    body: SecondFactorPolicy;
    answer: SecondFactorPolicy;
  };
  /** Create a link with which a user without a password signs in for the first time */
  'POST /api/v1/users/{user_id}/invitation': {
    path: {
      /** the ID from the list */
      readonly user_id: string;
    };
    answer: Invitation;
  };
  /** Request a link by mail to set a new password */
  'POST /api/v1/session/password-reset': {
    body: PasswordResetRequest;
    answer: undefined;
  };
  /** Get the user and the purpose of an invitation or a reset link */
  'POST /api/v1/session/link': {
    body: LinkToken;
    answer: SignInLink;
  };
  /** Set a password with a link, and start a browser session; all other sessions end */
  'POST /api/v1/session/link/password': {
    body: LinkPassword;
    answer: Me;
  };
  /** Create a challenge to accept an invitation with a passkey */
  'POST /api/v1/session/link/passkey-options': {
    body: LinkToken;
    answer: PasskeyChallenge;
  };
  /** Accept an invitation with a passkey, and start a browser session */
  'POST /api/v1/session/link/passkey': {
    body: LinkPasskey;
    answer: AcceptedInvitation;
  };
  /** List users by login */
  'GET /api/v1/users': {
    query?: {
      /** items per page */
      readonly limit?: number | undefined;
      /** `next_cursor` of the previous page; without it, the first page */
      readonly cursor?: string | undefined;
    };
    answer: UserPage;
  };
  /** Create a user; the first one must be an admin with a password */
  'POST /api/v1/users': {
    headers?: {
      /** a random UUID: repeating the request with it within 24 hours repeats the response */
      readonly 'idempotency-key'?: string | undefined;
    };
    body: NewUser;
    answer: UserDetail;
  };
  /** Get a user with the assigned stores */
  'GET /api/v1/users/{user_id}': {
    path: {
      /** the ID from the list */
      readonly user_id: string;
    };
    headers?: {
      /** the `ETag` of an earlier response; `304` if the response would be the same */
      readonly 'if-none-match'?: string | undefined;
    };
    answer: UserDetail;
  };
  /** Update a user; a new role or disabling ends the sessions */
  'PATCH /api/v1/users/{user_id}': {
    path: {
      /** the ID from the list */
      readonly user_id: string;
    };
    headers?: {
      /** the `ETag` of the version to update */
      readonly 'if-match'?: string | undefined;
    };
    body: UserChange;
    answer: UserDetail;
  };
  /** Delete a user with its sessions and keys */
  'DELETE /api/v1/users/{user_id}': {
    path: {
      /** the ID from the list */
      readonly user_id: string;
    };
    headers?: {
      /** the `ETag` of the version to update */
      readonly 'if-match'?: string | undefined;
    };
    answer: undefined;
  };
  /** Set the password of a user and end its sessions */
  'PUT /api/v1/users/{user_id}/password': {
    path: {
      /** the ID from the list */
      readonly user_id: string;
    };
    headers?: {
      /** the `ETag` of the version to update */
      readonly 'if-match'?: string | undefined;
    };
    body: NewPassword;
    answer: undefined;
  };
  /** Delete all sessions of a user */
  'DELETE /api/v1/users/{user_id}/sessions': {
    path: {
      /** the ID from the list */
      readonly user_id: string;
    };
    answer: undefined;
  };
  /** Delete the second factors of a user and end its sessions */
  'DELETE /api/v1/users/{user_id}/second-factors': {
    path: {
      /** the ID from the list */
      readonly user_id: string;
    };
    answer: undefined;
  };
  /** List your keys, newest first; with a key, only that key */
  'GET /api/v1/keys': {
    query?: {
      /** items per page */
      readonly limit?: number | undefined;
      /** `next_cursor` of the previous page; without it, the first page */
      readonly cursor?: string | undefined;
    };
    answer: KeyPage;
  };
  /** Create a key for yourself, from a browser session */
  'POST /api/v1/keys': {
    headers?: {
      /** a random UUID: repeating the request with it within 24 hours repeats the response */
      readonly 'idempotency-key'?: string | undefined;
    };
    body: NewKey;
    answer: IssuedKey;
  };
  /** Revoke a key: one of yours, or with users:write any; with a key, only that key */
  'DELETE /api/v1/keys/{key_id}': {
    path: {
      /** the ID from the list */
      readonly key_id: string;
    };
    answer: undefined;
  };
  /** List the keys of a user, newest first */
  'GET /api/v1/users/{user_id}/keys': {
    path: {
      /** the ID from the list */
      readonly user_id: string;
    };
    query?: {
      /** items per page */
      readonly limit?: number | undefined;
      /** `next_cursor` of the previous page; without it, the first page */
      readonly cursor?: string | undefined;
    };
    answer: KeyPage;
  };
  /** Create a key for a user, such as a program */
  'POST /api/v1/users/{user_id}/keys': {
    path: {
      /** the ID from the list */
      readonly user_id: string;
    };
    headers?: {
      /** a random UUID: repeating the request with it within 24 hours repeats the response */
      readonly 'idempotency-key'?: string | undefined;
    };
    body: NewKey;
    answer: IssuedKey;
  };
  /** List audit log entries, newest first */
  'GET /api/v1/audit': {
    query?: {
      /** items per page */
      readonly limit?: number | undefined;
      /** `next_cursor` of the previous page; without it, the first page */
      readonly cursor?: string | undefined;
      /** the user who made the change */
      readonly actor_id?: string | undefined;
      /** such as `user.changed` */
      readonly action?: string | undefined;
      /** such as `user`, `key`, `store` */
      readonly subject_kind?: string | undefined;
      /** the ID of what was changed */
      readonly subject_id?: string | undefined;
    };
    answer: AuditPage;
  };
  /** List the channels with their settings */
  'GET /api/v1/channels': {
    answer: ChannelList;
  };
  /** Get the key with which a browser subscribes to push notifications */
  'GET /api/v1/push-key': {
    answer: PushKey;
  };
  /** List your contact points and, for operators and admins, those of the team, oldest first */
  'GET /api/v1/contact-points': {
    query?: {
      /** items per page */
      readonly limit?: number | undefined;
      /** `next_cursor` of the previous page; without it, the first page */
      readonly cursor?: string | undefined;
    };
    answer: ContactPointPage;
  };
  /** Create a contact point for yourself or for the team */
  'POST /api/v1/contact-points': {
    headers?: {
      /** a random UUID: repeating the request with it within 24 hours repeats the response */
      readonly 'idempotency-key'?: string | undefined;
    };
    body: NewContactPoint;
    answer: ContactPoint;
  };
  /** Preview a message with sample data */
  'POST /api/v1/contact-points/preview': {
    body?: PreviewRequest;
    answer: PreviewedMessage;
  };
  /** Get a contact point */
  'GET /api/v1/contact-points/{contact_point_id}': {
    path: {
      /** the ID from the list */
      readonly contact_point_id: string;
    };
    headers?: {
      /** the `ETag` of an earlier response; `304` if the response would be the same */
      readonly 'if-none-match'?: string | undefined;
    };
    answer: ContactPoint;
  };
  /** Update a contact point */
  'PATCH /api/v1/contact-points/{contact_point_id}': {
    path: {
      /** the ID from the list */
      readonly contact_point_id: string;
    };
    headers?: {
      /** the `ETag` of the version to update */
      readonly 'if-match'?: string | undefined;
    };
    body: ContactPointChange;
    answer: ContactPoint;
  };
  /** Delete a contact point; messages to it that are waiting are canceled */
  'DELETE /api/v1/contact-points/{contact_point_id}': {
    path: {
      /** the ID from the list */
      readonly contact_point_id: string;
    };
    answer: undefined;
  };
  /** Send a test message to a contact point */
  'POST /api/v1/contact-points/{contact_point_id}/test': {
    path: {
      /** the ID from the list */
      readonly contact_point_id: string;
    };
    headers?: {
      /** a random UUID: repeating the request with it within 24 hours repeats the response */
      readonly 'idempotency-key'?: string | undefined;
    };
    answer: AcceptedDelivery;
  };
  /** List messages to the contact points that you can see, newest first */
  'GET /api/v1/deliveries': {
    query?: {
      /** items per page */
      readonly limit?: number | undefined;
      /** `next_cursor` of the previous page; without it, the first page */
      readonly cursor?: string | undefined;
      /** the ID from the list */
      readonly contact_point_id?: string | undefined;
      /** only messages about this incident */
      readonly incident_id?: string | undefined;
      /** only messages of this subscription */
      readonly subscription_id?: string | undefined;
      /** `pending`: waiting for its time or for another attempt; `failed`: rejected or given up */
      readonly status?: 'pending' | 'sending' | 'sent' | 'failed' | 'cancelled' | undefined;
      /** why the message is sent */
      readonly kind?: 'opened' | 'resolved' | 'reminder' | 'escalated' | 'mass_outage' | 'blind' | 'sight_returned' | 'planned_ended' | 'digest' | 'analytics' | 'test' | undefined;
      /** a part of the name of the contact point or of the reason, case-insensitive */
      readonly search?: string | undefined;
    };
    answer: DeliveryPage;
  };
  /** Get a message to a contact point */
  'GET /api/v1/deliveries/{delivery_id}': {
    path: {
      /** the ID from the list */
      readonly delivery_id: string;
    };
    answer: Delivery;
  };
  /** Send a message again, as a new delivery */
  'POST /api/v1/deliveries/{delivery_id}/resend': {
    path: {
      /** the ID from the list */
      readonly delivery_id: string;
    };
    headers?: {
      /** a random UUID: repeating the request with it within 24 hours repeats the response */
      readonly 'idempotency-key'?: string | undefined;
    };
    answer: AcceptedDelivery;
  };
  /** Get the timeline of a store: open time, polls, states and outages */
  'GET /api/v1/stores/{store_id}/timeline': {
    path: {
      /** an opaque ID, as in the feeds */
      readonly store_id: string;
    };
    query?: {
      /** the start; by default seven days before `to` (RFC 3339) */
      readonly from?: string | undefined;
      /** the end; by default `as_of` (RFC 3339) */
      readonly to?: string | undefined;
      /** an instant (RFC 3339), or `latest`: that of the latest poll of your stores; by default now */
      readonly as_of?: string | undefined;
      /** windows of a report to explain as well: those that end at `as_of`, whatever the range is */
      readonly windows?: readonly ('hour' | 'day' | 'week')[] | undefined;
      /** the calculation method */
      readonly estimator?: 'nearest' | undefined;
    };
    answer: Timeline;
  };
  /** Get the state and uptime of all stores, now or at an instant */
  'GET /api/v1/fleet': {
    query?: {
      /** an instant (RFC 3339), or `latest`: that of the latest poll of your stores; by default now */
      readonly as_of?: string | undefined;
    };
    answer: FleetStatus;
  };
  /** Get the uptime and poll counts of all stores by hour and by day */
  'GET /api/v1/fleet/history': {
    query?: {
      /** an instant (RFC 3339), or `latest`: that of the latest poll of your stores; by default now */
      readonly as_of?: string | undefined;
      /** an IANA time zone, at whose full hours the hours begin; by default UTC */
      readonly time_zone?: string | undefined;
    };
    answer: FleetHistory;
  };
  /** Get events whenever the states of the stores change */
  'GET /api/v1/fleet/events': {
    answer: string;
    events: {
      readonly event: 'fleet';
      readonly data: FleetUpdate;
    };
  };
  /** List adjustments, newest first */
  'GET /api/v1/adjustments': {
    query?: {
      /** `planned`: planned downtime. `excused`: time that counts neither as uptime nor as downtime. `false_reading`: the polls in it do not count. `force_down`: the stores were down, whatever the polls say. All but `planned` are for operators. */
      readonly kind?: 'planned' | 'excused' | 'false_reading' | 'force_down' | undefined;
      /** `active`: it covers the current time of one of its stores */
      readonly state?: 'active' | 'upcoming' | 'past' | 'revoked' | undefined;
      /** one store, or several separated by commas or spaces */
      readonly store_id?: string | undefined;
      /** items per page */
      readonly limit?: number | undefined;
      /** `next_cursor` of the previous page; without it, the first page */
      readonly cursor?: string | undefined;
    };
    answer: AdjustmentPage;
  };
  /** Plan downtime of stores, or correct their figures */
  'POST /api/v1/adjustments': {
    headers?: {
      /** a random UUID: repeating the request with it within 24 hours repeats the response */
      readonly 'idempotency-key'?: string | undefined;
    };
    body: NewAdjustment;
    answer: Adjustment;
  };
  /** Count what an adjustment would cover, without recording it */
  'POST /api/v1/adjustments/preview': {
    body: NewAdjustment;
    answer: AdjustmentPreview;
  };
  /** Get an adjustment */
  'GET /api/v1/adjustments/{adjustment_id}': {
    path: {
      /** the ID from the list */
      readonly adjustment_id: string;
    };
    headers?: {
      /** the `ETag` of an earlier response; `304` if the response would be the same */
      readonly 'if-none-match'?: string | undefined;
    };
    answer: Adjustment;
  };
  /** Revoke an adjustment */
  'POST /api/v1/adjustments/{adjustment_id}/revoke': {
    path: {
      /** the ID from the list */
      readonly adjustment_id: string;
    };
    headers?: {
      /** the `ETag` of the version to update */
      readonly 'if-match'?: string | undefined;
    };
    body: NewRevocation;
    answer: Adjustment;
  };
  /** List the alert rules */
  'GET /api/v1/alert-rules': {
    answer: AlertRules;
  };
  /** Create an alert rule */
  'POST /api/v1/alert-rules': {
    headers?: {
      /** a random UUID: repeating the request with it within 24 hours repeats the response */
      readonly 'idempotency-key'?: string | undefined;
    };
    body: NewAlertRule;
    answer: AlertRule;
  };
  /** Backtest an alert rule on the last week */
  'POST /api/v1/alert-rules/backtest': {
    query?: {
      /** the time zone of `days`; by default UTC */
      readonly time_zone?: string | undefined;
    };
    body: NewAlertRule;
    answer: Backtest;
  };
  /** Get an alert rule */
  'GET /api/v1/alert-rules/{rule_id}': {
    path: {
      /** the ID from the list */
      readonly rule_id: string;
    };
    headers?: {
      /** the `ETag` of an earlier response; `304` if the response would be the same */
      readonly 'if-none-match'?: string | undefined;
    };
    answer: AlertRule;
  };
  /** Update an alert rule */
  'PATCH /api/v1/alert-rules/{rule_id}': {
    path: {
      /** the ID from the list */
      readonly rule_id: string;
    };
    headers?: {
      /** the `ETag` of the version to update */
      readonly 'if-match'?: string | undefined;
    };
    body: AlertRuleChange;
    answer: AlertRule;
  };
  /** Delete an alert rule; its incidents end without a message */
  'DELETE /api/v1/alert-rules/{rule_id}': {
    path: {
      /** the ID from the list */
      readonly rule_id: string;
    };
    headers?: {
      /** the `ETag` of the version to update */
      readonly 'if-match'?: string | undefined;
    };
    answer: undefined;
  };
  /** List incidents, newest first */
  'GET /api/v1/incidents': {
    query?: {
      /** items per page */
      readonly limit?: number | undefined;
      /** `next_cursor` of the previous page; without it, the first page */
      readonly cursor?: string | undefined;
      /** open: the store is not up again; resolved: it is */
      readonly state?: 'open' | 'resolved' | undefined;
      /** one store, or several separated by commas or spaces */
      readonly store_id?: string | undefined;
      /** a part of the ID, the name or a label value, or IDs separated by commas or spaces, each of which exists or has a digit; case and accents do not matter */
      readonly search?: string | undefined;
      /** the ID from the list */
      readonly rule_id?: string | undefined;
      /** only incidents of these kinds */
      readonly kind?: readonly ('down' | 'did_not_open' | 'mass_outage' | 'blind')[] | undefined;
      /** the ID from the list */
      readonly mass_outage_id?: string | undefined;
      /** whether somebody has acknowledged it */
      readonly acknowledged?: boolean | undefined;
      /** false: without those that belong to a mass outage, or ended as part of one */
      readonly members?: boolean | undefined;
      /** only stores with all of these labels, each as `key:value`; case and accents of the value do not matter */
      readonly label?: readonly string[] | undefined;
    };
    answer: IncidentPage;
  };
  /** Get an incident with its timeline */
  'GET /api/v1/incidents/{incident_id}': {
    path: {
      /** the ID from the list */
      readonly incident_id: string;
    };
    headers?: {
      /** the `ETag` of an earlier response; `304` if the response would be the same */
      readonly 'if-none-match'?: string | undefined;
    };
    answer: IncidentDetail;
  };
  /** Acknowledge an incident, which stops its escalation and reminders */
  'POST /api/v1/incidents/{incident_id}/acknowledge': {
    path: {
      /** the ID from the list */
      readonly incident_id: string;
    };
    headers?: {
      /** the `ETag` of the version to update */
      readonly 'if-match'?: string | undefined;
    };
    body?: {
      /** the reason, shown to others */
      readonly reason?: string | undefined;
    };
    answer: IncidentDetail;
  };
  /** Snooze an incident: pause its escalation and reminders */
  'POST /api/v1/incidents/{incident_id}/snooze': {
    path: {
      /** the ID from the list */
      readonly incident_id: string;
    };
    headers?: {
      /** the `ETag` of the version to update */
      readonly 'if-match'?: string | undefined;
    };
    body: {
      /** at most 30 days ahead, or `next_opening` of the store (RFC 3339) */
      readonly until: string;
    };
    answer: IncidentDetail;
  };
  /** Assign an incident to a user, or to nobody */
  'POST /api/v1/incidents/{incident_id}/assign': {
    path: {
      /** the ID from the list */
      readonly incident_id: string;
    };
    headers?: {
      /** the `ETag` of the version to update */
      readonly 'if-match'?: string | undefined;
    };
    body: {
      readonly assignee: string | null;
    };
    answer: IncidentDetail;
  };
  /** Add a comment to the timeline of an incident */
  'POST /api/v1/incidents/{incident_id}/comments': {
    path: {
      /** the ID from the list */
      readonly incident_id: string;
    };
    headers?: {
      /** a random UUID: repeating the request with it within 24 hours repeats the response */
      readonly 'idempotency-key'?: string | undefined;
    };
    body: {
      /** the comment */
      readonly text: string;
    };
    answer: IncidentDetail;
  };
  /** List time zones */
  'GET /api/v1/zones': {
    answer: ZoneList;
  };
  /** Get the UTC offsets of a time zone */
  'GET /api/v1/zones/{name}': {
    path: {
      /** an IANA name, case-insensitive */
      readonly name: string;
    };
    query: {
      /** the beginning (RFC 3339) */
      readonly from: string;
      /** the end, at most 200 years later (RFC 3339) */
      readonly to: string;
    };
    answer: ZoneOffsets;
  };
  /** Get metrics for Prometheus */
  'GET /metrics': {
    answer: string;
  };
  /** Download a backup of everything */
  'POST /api/v1/backups': {
    answer: string;
  };
  /** Get the contact for security reports */
  'GET /.well-known/security.txt': {
    answer: string;
  };
  /** Get this document */
  'GET /api/openapi.json': {
    answer: Readonly<Record<string, unknown>>;
  };
  /** Get this page */
  'GET /api/docs': {
    answer: string;
  };
  /** Get the style sheet of this page */
  'GET /api/docs/style.css': {
    answer: string;
  };
}
