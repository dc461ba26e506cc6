import { formatInstant } from '../../calendar/instant.ts';
import { HOUR } from '../../domain/hours.ts';
import { invalid } from '../../lib/errors.ts';
import type { RegimeName } from '../../simulate/regimes.ts';
import { flawOf, simulate } from '../../simulate/simulate.ts';
import { formatCounted } from '../format.ts';
import { printResult, progressBar, say } from '../output.ts';
import { onSignal } from '../signals.ts';
import { instantOption, misuse } from '../usage.ts';

export interface SimulateFlags {
  readonly stores: string;
  readonly days: string;
  readonly seed: string;
  readonly end?: string;
  readonly out: string;
  readonly parquet?: boolean;
  readonly regime: RegimeName;
}

export async function simulateFleet(flags: SimulateFlags): Promise<void> {
  const stores = whole('--stores', flags.stores);
  const end = instantOption('--end', flags.end) ?? Math.floor(Date.now() / HOUR) * HOUR;
  const fleet = { stores, days: whole('--days', flags.days), seed: whole('--seed', flags.seed), end };
  const flaw = flawOf(fleet);
  if (flaw !== undefined) throw misuse(`--${flaw}`);
  const progress = progressBar();
  const stopping = new AbortController();
  onSignal((signal) => stopping.abort(invalid(`stopped by ${signal}; nothing was written`)));
  try {
    const summary = await simulate({
      ...fleet,
      out: flags.out,
      parquet: flags.parquet ?? false,
      regime: flags.regime,
      signal: stopping.signal,
      onProgress: (done) => progress.update('simulating', done / stores),
    });
    progress.end();
    const { stores: made, polls, files } = summary;
    printResult({ stores: made, polls, end: formatInstant(end), files }, () => {
      say(`${formatCounted(made, 'store')}, ${formatCounted(polls, 'poll')} up to ${formatInstant(end)}`);
      for (const file of files) say(file);
    });
  } finally {
    progress.end();
  }
}

function whole(option: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw misuse(`${option} is "${text}", expected a whole number`);
}
