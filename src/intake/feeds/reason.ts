import { DETAIL_LENGTH, REASON_PATTERN } from '../../domain/reasons.ts';

/**
 * An SQL expression that reads a text like `readReason` of the domain; null if the text is blank.
 *
 * @param text an SQL expression
 */
export function reasonFrom(text: string): string {
  const line = `trim(regexp_replace(${text}, '[\\p{Z}\\p{Cc}\\p{Cf}]+', ' ', 'g'), ' ')`;
  const coded = `case when regexp_matches(${line}, '^${REASON_PATTERN}(?:: |$)') then ${line} else 'other: ' || ${line} end`;
  return `
    case
      when ${line} <> ''
        then rtrim(regexp_extract(${coded}, '^${REASON_PATTERN}(?:: .{1,${DETAIL_LENGTH}})?'), ' ')
    end`;
}
