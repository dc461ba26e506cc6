import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { Report } from '../../../api/schema.ts';
import { VIEWER_ZONE } from '../../lib/clock.ts';
import { counted } from '../../lib/format.ts';
import { linesOf } from '../../lib/lines.ts';
import { Instant } from '../../parts/time.tsx';
import { call, reasonOf } from '../../state/api.ts';

interface Props {
  readonly latestPoll: string | undefined;
  /** Ids to begin with, as in the URL. */
  readonly stores: string;
  readonly onMade: (report: Report) => void;
}

type When = 'latest' | 'now' | 'given';

/** How the time between two polls is judged. */
const RULES: readonly { readonly name: Report['estimator']; readonly words: string }[] = [
  { name: 'nearest', words: 'Nearest: the state of the nearest poll' },
  { name: 'markov', words: 'Markov: the uptime to be expected, with its range' },
];

/** The form that asks for a report: for which instant, by which rule, of which stores. */
export function NewReport({ latestPoll, stores, onMade }: Props) {
  const when = useSignal<When>('latest');
  const given = useSignal('');
  const ids = useSignal(stores.split(',').filter(Boolean).join('\n'));
  const rule = useSignal<Report['estimator'] | undefined>(undefined);
  const detailed = useSignal(false);
  const busy = useSignal(false);
  const failure = useSignal<string | undefined>(undefined);
  const chosen = linesOf(ids.value);

  const ask = async (event: Event) => {
    event.preventDefault();
    busy.value = true;
    failure.value = undefined;
    try {
      const as_of =
        when.value === 'latest' ? undefined : (when.value === 'now' ? new Date() : new Date(given.value)).toISOString();
      onMade(
        await call('POST /api/v1/reports', {
          body: {
            as_of,
            estimator: rule.value,
            detailed: detailed.value || undefined,
            stores: chosen.length === 0 ? undefined : chosen,
          },
        }),
      );
    } catch (error) {
      failure.value = error instanceof RangeError ? 'That is no instant.' : reasonOf(error);
      busy.value = false;
    }
  };

  return (
    <form class="card form side" onSubmit={ask}>
      <h2>New report</h2>
      <fieldset>
        <legend class="legend">As of</legend>
        <Choice when={when} value="latest">
          the latest poll
          {latestPoll !== undefined && (
            <span class="quiet">
              , <Instant utc={latestPoll} as="date" />
            </span>
          )}
        </Choice>
        <Choice when={when} value="now">
          now
        </Choice>
        <Choice when={when} value="given">
          an instant of your own
        </Choice>
        {when.value === 'given' && (
          <label class="field">
            <span>Date and time, in {VIEWER_ZONE}</span>
            <input
              type="datetime-local"
              step={1}
              required
              value={given.value}
              onInput={({ currentTarget }) => {
                given.value = currentTarget.value;
              }}
            />
          </label>
        )}
      </fieldset>
      <div class="field">
        <label for="rule">Rule between polls</label>
        <select
          id="rule"
          value={rule.value}
          onChange={({ currentTarget }) => {
            rule.value = RULES.find(({ name }) => name === currentTarget.value)?.name;
          }}
        >
          <option value="">The usual one</option>
          {RULES.map(({ name, words }) => (
            <option key={name} value={name}>
              {words}
            </option>
          ))}
        </select>
        <label class="tick">
          <input
            type="checkbox"
            checked={detailed.value || rule.value === 'markov'}
            disabled={rule.value === 'markov'}
            onChange={({ currentTarget }) => {
              detailed.value = currentTarget.checked;
            }}
          />
          Say how sure each figure is
        </label>
      </div>
      <div class="field">
        <label for="report-stores">Stores</label>
        <textarea
          id="report-stores"
          class="code"
          placeholder="All stores. Or ids, one on each line"
          value={ids.value}
          onInput={({ currentTarget }) => {
            ids.value = currentTarget.value;
          }}
        />
        <small>{chosen.length === 0 ? 'All that you may see' : counted(chosen.length, 'store')}</small>
      </div>
      {failure.value !== undefined && (
        <p class="banner" data-kind="trouble" role="alert">
          {failure.value}
        </p>
      )}
      <div class="actions">
        <button type="submit" class="button main" disabled={busy.value}>
          Ask for the report
        </button>
      </div>
    </form>
  );
}

interface ChoiceProps {
  readonly when: { value: When };
  readonly value: When;
  readonly children: ComponentChildren;
}

function Choice({ when, value, children }: ChoiceProps) {
  return (
    <label class="tick">
      <input
        type="radio"
        name="when"
        checked={when.value === value}
        onChange={() => {
          when.value = value;
        }}
      />
      <span>{children}</span>
    </label>
  );
}
