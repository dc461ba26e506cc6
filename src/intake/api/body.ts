import { LIMITS } from '../../lib/budgets.ts';
import { csvFields } from '../../lib/csv.ts';
import { invalid, messageOf, UserError } from '../../lib/errors.ts';
import { parseJson } from '../../lib/json.ts';
import { counted, excerpt, trimmed } from '../../lib/text.ts';
import { yieldTurn } from '../../lib/world/timers.ts';
import { readHeader } from '../feeds/header.ts';
import { polls } from '../feeds/kinds/polls.ts';
import { NULL_REASON } from '../feeds/sql-text.ts';
import type { PollRows } from './rows.ts';

/** How many rows are checked before other work of the process runs: about 5 ms. */
const ROWS_PER_TURN = 10_000;
/** The header of a CSV body must end within this many characters. */
const HEAD = 64 * 1024;

export const POLL_TYPES = ['application/json', 'application/x-ndjson', 'text/csv'] as const;
export type PollType = (typeof POLL_TYPES)[number];

/**
 * Reads the polls of a request into `rows`, which rejects bad ones individually.
 *
 * @throws UserError `invalid_input` when the body as a whole is invalid; `too_large` when it has too many rows
 */
export async function readPolls(text: string, type: PollType, rows: PollRows): Promise<void> {
  if (type === 'application/json') await readJson(text, rows);
  else if (type === 'application/x-ndjson') await readLines(text, rows);
  else await readCsv(text, rows);
}

async function readJson(text: string, rows: PollRows): Promise<void> {
  const polls = pollsIn(parseJson(text, 'the body'));
  refuseTooMany(polls.length);
  for (let i = 0; i < polls.length; i++) {
    if (i % ROWS_PER_TURN === ROWS_PER_TURN - 1) await yieldTurn();
    addObject(polls[i], rows);
  }
}

function pollsIn(body: unknown): readonly unknown[] {
  if (Array.isArray(body)) return body;
  const { polls, ...others } = (body ?? {}) as { readonly polls?: unknown };
  if (!Array.isArray(polls)) {
    throw invalid('the body has no polls, expected {"polls": [{"store_id", "status", "timestamp_utc"}, …]}', 'polls');
  }
  const [unknown] = Object.keys(others).map((name) => excerpt(name));
  if (unknown !== undefined) throw invalid(`the field "${unknown}" is unknown, expected only polls`, unknown);
  return polls;
}

async function readLines(text: string, rows: PollRows): Promise<void> {
  await eachLine(linesOf(text), (line) => {
    try {
      addObject(parseJson(line, 'the line'), rows);
    } catch (error) {
      rows.refuse(messageOf(error).slice(0, 120));
    }
  });
}

/** The fields of a poll as JSON. One that is misspelled would be lost without a word. */
const FIELDS: ReadonlySet<string> = new Set(['store_id', 'status', 'timestamp_utc', 'reason']);

function addObject(poll: unknown, rows: PollRows): void {
  if (typeof poll !== 'object' || poll === null || Array.isArray(poll)) {
    rows.refuse(`it is ${JSON.stringify(poll).slice(0, 100)}, expected an object`);
    return;
  }
  const { store_id, status, timestamp_utc, reason } = poll as Record<string, unknown>;
  for (const field in poll) {
    if (FIELDS.has(field)) continue;
    rows.refuse(`the field "${excerpt(field)}" is unknown, expected only ${[...FIELDS].join(', ')}`, store_id);
    return;
  }
  rows.add(store_id, status, timestamp_utc, reason);
}

/** As in a polls file, every line is a row, so that a stray quote affects no other row. */
async function readCsv(text: string, rows: PollRows): Promise<void> {
  const { delimiter, positions, width } = readHeader(polls, text.slice(0, HEAD), 'the body');
  const [storeId, status, timestamp, reason] = positions as [number, number, number, number];
  await eachLine(linesOf(text).slice(1), (line) => {
    const fields = csvFields(line, delimiter);
    if (line.includes('\0')) rows.refuse(`the line ${NULL_REASON}`);
    else if (fields === undefined) rows.refuse('the line is not valid CSV: a quote is out of place');
    else if (fields.length !== width)
      rows.refuse(`the line has ${counted(fields.length, 'column')}, expected ${width}`, fields[0]);
    else rows.add(fields[storeId], fields[status], fields[timestamp], fields[reason]);
  });
}

function linesOf(text: string): string[] {
  return text.split(/\r\n|\n|\r/).filter((line) => trimmed(line) !== '');
}

async function eachLine(lines: readonly string[], take: (line: string) => void): Promise<void> {
  refuseTooMany(lines.length);
  for (const [i, line] of lines.entries()) {
    if (i % ROWS_PER_TURN === ROWS_PER_TURN - 1) await yieldTurn();
    take(line);
  }
}

function refuseTooMany(polls: number): void {
  if (polls <= LIMITS.pollsPerRequest) return;
  throw new UserError(
    'too_large',
    `there are ${polls} polls, at most ${LIMITS.pollsPerRequest} are allowed in one request`,
  );
}
