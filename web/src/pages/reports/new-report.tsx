import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { idsIn, idsText } from '../../../../src/lib/id-list.ts';
import type { Report } from '../../../api/schema.ts';
import { VIEWER_ZONE } from '../../lib/clock.ts';
import { counted } from '../../lib/format.ts';
import { Form } from '../../parts/form.tsx';
import { StoreIdsField } from '../../parts/store-ids-field.tsx';
import { Instant } from '../../parts/time.tsx';
import { call } from '../../state/api.ts';
import { forgetUnsaved, useUnsavedValues } from '../../state/unsaved.ts';
import { METHODS } from './methods.ts';

interface Props {
  readonly latestPoll: string | undefined;
  /** The initial store IDs, from the URL. */
  readonly stores: string;
  readonly onMade: (report: Report) => void;
}

type When = 'latest' | 'now' | 'given';

/** The form for a new report: its instant, its estimation method, its stores. */
export function NewReport({ latestPoll, stores, onMade }: Props) {
  const when = useSignal<When>('latest');
  const given = useSignal('');
  const ids = useSignal(idsText(idsIn(stores)));
  const rule = useSignal<Report['estimator'] | undefined>(undefined);
  const detailed = useSignal(false);
  const chosen = idsIn(ids.value);
  useUnsavedValues(JSON.stringify([given.value, ids.value]));

  const create = async () => {
    const as_of = instantOf(when.value, given.value)?.toISOString();
    const body = {
      as_of,
      estimator: rule.value,
      detailed: detailed.value || undefined,
      stores: chosen.length === 0 ? undefined : chosen,
    };
    const report = await call('POST /api/v1/reports', { body });
    forgetUnsaved();
    onMade(report);
  };

  return (
    <Form class="card form side" save={create} button="Create report">
      <h2>New report</h2>
      <fieldset>
        <legend class="legend">As of</legend>
        <Choice when={when} value="latest">
          Latest check
          {latestPoll !== undefined && (
            <span class="quiet">
              , <Instant utc={latestPoll} as="date" />
            </span>
          )}
        </Choice>
        <Choice when={when} value="now">
          Now
        </Choice>
        <Choice when={when} value="given">
          Custom date and time
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
        <label for="rule">Estimation method</label>
        <select
          id="rule"
          value={rule.value}
          onChange={({ currentTarget }) => {
            rule.value = METHODS.find(({ name }) => name === currentTarget.value)?.name;
          }}
        >
          <option value="">Nearest check (default)</option>
          {METHODS.map(({ name, words }) => (
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
          Include 90% credible intervals
        </label>
      </div>
      <StoreIdsField
        label="Stores"
        value={ids}
        hint={
          chosen.length === 0
            ? 'All stores that you can see. For some, list their IDs, separated by lines, commas or spaces.'
            : counted(chosen.length, 'store')
        }
      />
    </Form>
  );
}

/** `undefined`: the server uses the latest poll. */
function instantOf(when: When, given: string): Date | undefined {
  if (when === 'latest') return undefined;
  return when === 'now' ? new Date() : new Date(given);
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
