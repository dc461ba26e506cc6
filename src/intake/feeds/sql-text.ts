import { TIME_FORMS } from '../../calendar/time-of-day.ts';
import { identifier, literal } from '../../lib/sql.ts';
import { ID_FLAWS, ID_LENGTH, ID_PATTERNS } from '../../lib/store-id.ts';
import { TRIMMED, UNSEEN } from '../../lib/text.ts';

/** The rules of `lib/text.ts`, `lib/store-id.ts` and `calendar/time-of-day.ts` as expressions of DuckDB's SQL. */

/** A null character would end the statement, so it is checked separately. */
const UNSEEN_PATTERN = literal(`[${UNSEEN.replace('\0', '')}]`);

/**
 * Whether every character is visible ASCII or a space, except quotes and backslashes. Compares the length with that of
 * the JSON text, which escapes and UTF-8 make longer: several times faster than a regular expression.
 *
 * @param escapes how many characters may need a two-character escape
 */
export function isPlain(text: string, escapes = 0): string {
  return `(strlen(json_quote(${text})) = strlen(${text}) + ${2 + escapes}
    and strlen(${text}) = length(${text}) and not contains(${text}, chr(127)))`;
}

/** The reason for a row with a null character anywhere. */
export const NULL_REASON = 'contains a null character (a NUL byte)';

export function holdsNull(text: string): string {
  return `contains(${text}, chr(0))`;
}

/** Like `trimmed`. */
export function trimmedText(text: string): string {
  return `regexp_replace(${text}, ${literal(`^[${TRIMMED}]+|[${TRIMMED}]+$`)}, '', 'g')`;
}

/** Like `trimmedText`, faster if most texts have nothing to trim. */
export function quicklyTrimmed(text: string): string {
  return `case when ${isPlain(text)} then trim(${text}, ' ') else ${trimmedText(text)} end`;
}

/**
 * The arms of a `case` that return the flaws of `store_id`, like `idFlaw`. In a `plain` row, flaws that plain text cannot
 * have are not checked.
 */
export const badId = `when store_id = '' then 'store_id ${ID_FLAWS.empty}'
        when strlen(store_id) > ${ID_LENGTH} and length(store_id) > ${ID_LENGTH} then 'store_id ${ID_FLAWS.long}'
        when not plain and regexp_matches(store_id, ${UNSEEN_PATTERN})
          then 'store_id ${ID_FLAWS.unseen}' || printf('U+%04X', unicode(regexp_extract(store_id, ${UNSEEN_PATTERN})))
        when contains(store_id, '+') and regexp_full_match(store_id, ${literal(ID_PATTERNS.scientific)})
          then 'store_id "' || store_id || '" ${ID_FLAWS.scientific}'`;

const FRACTION_REASON = literal(`store_id ${ID_FLAWS.fraction}`);
const FORMULA_REASON = literal(`store_id ${ID_FLAWS.formula}`);

/** Whether the only flaw of a row is an id that no new store may have. */
export const onlyNewId = `reason in (${FRACTION_REASON}, ${FORMULA_REASON})`;

/** The last arms of that `case`; the fast comparisons come first. */
export const badNewId = `when (contains(store_id, '.') or contains(store_id, ','))
          and regexp_full_match(store_id, ${literal(ID_PATTERNS.fraction)})
          then ${FRACTION_REASON}
        when (store_id < '0' or (store_id > '9' and store_id < 'A'))
          and regexp_matches(store_id, ${literal(`^${ID_PATTERNS.formula}`)})
          and not regexp_full_match(store_id, ${literal(ID_PATTERNS.integer)})
          then ${FORMULA_REASON}`;

/** The store of a row, good or bad, if its id can be read. */
export const concerned = `case when case ${badId} ${badNewId} end is null then store_id end`;

/**
 * That store as `concerns`; and as `misplaced`, whether the row could not be split into columns, so that the id may be
 * another field.
 */
export const CONCERNS = `${concerned} as concerns,
        broken is not null as misplaced`;

export function textList(texts: Iterable<string>): string {
  return `[${Array.from(texts, literal).join(', ')}]::varchar[]`;
}

const PARTS = `['hours', 'minutes', 'seconds', 'fraction', 'half']`;

/** Like `parseTimeOfDay`: milliseconds since midnight, or null. */
export function timeOfDay(column: string): string {
  const text = identifier(column);
  const parts = TIME_FORMS.map(
    (form) =>
      `when regexp_full_match(${text}, ${literal(form)}) then regexp_extract(${text}, ${literal(`^${form}$`)}, ${PARTS})`,
  );
  const number = (part: string) => `coalesce(try_cast(${part} as integer), 0)`;
  // A list with one item, since an expression cannot name a part of itself.
  return `
    list_transform([case ${parts.join(' ')} end], lambda t: case
      when ${number('t.minutes')} >= 60 or ${number('t.seconds')} >= 60 then null
      when t.half <> '' and t.hours::integer not between 1 and 12 then null
      else nullif(least(86400001, 3600000 * case t.half
          when '' then t.hours::integer
          else t.hours::integer % 12 + case lower(t.half) when 'p' then 12 else 0 end
        end
        + 60000 * ${number('t.minutes')} + 1000 * ${number('t.seconds')} + rpad(t.fraction[1:3], 3, '0')::integer), 86400001)
    end)[1]`;
}
