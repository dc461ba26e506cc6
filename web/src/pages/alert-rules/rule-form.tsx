import { useSignal } from '@preact/signals';
import type { AlertRule, Backtest, ContactPoint } from '../../../api/schema.ts';
import { bodyOfRule, draftOfRule, NEW_RULE, type RuleDraft } from '../../lib/alert-rule.ts';
import { VIEWER_ZONE } from '../../lib/clock.ts';
import { Failure } from '../../parts/failure.tsx';
import { Field } from '../../parts/field.tsx';
import { Form } from '../../parts/form.tsx';
import { SelectField } from '../../parts/select-field.tsx';
import { LabelFields } from '../../parts/store-fields.tsx';
import { call } from '../../state/api.ts';
import { faultOf } from '../../state/field-errors.ts';
import { type Fields, useFields, valuesOf } from '../../state/fields.ts';
import { useSubmit } from '../../state/submit.ts';
import { useUnsavedValues } from '../../state/unsaved.ts';
import { BacktestResult } from './backtest.tsx';
import { StepFields } from './step-fields.tsx';

const SEVERITIES = [
  { value: 'page', words: 'Page: may ignore quiet hours' },
  { value: 'notice', words: 'Notice: waits until quiet hours end' },
] as const;

const CONDITIONS = [
  { value: 'inactive_polls', words: 'Inactive checks in a row' },
  { value: 'lost_time', words: 'Open time lost' },
  { value: 'probability', words: 'A probability of being down' },
] as const;

interface Props {
  /** `undefined`: a new one. */
  readonly rule?: AlertRule;
  readonly points: readonly ContactPoint[];
  readonly onDone: (saved: boolean) => void;
}

/** The form of a rule, with a backtest of what it says. Errors stand at their fields. */
export function RuleForm({ rule, points, onDone }: Props) {
  const fields = useFields(rule === undefined ? NEW_RULE : draftOfRule(rule));
  const body = bodyOfRule(valuesOf(fields));
  const values = JSON.stringify(body);
  const error = useSignal<unknown>(undefined);
  const tested = useSignal<{ readonly of: string; readonly result: Backtest } | undefined>(undefined);
  const testing = useSubmit();
  useUnsavedValues(values);
  /** Runs a request, and keeps why it was refused for the fields. */
  const asking = async (request: () => Promise<void>) => {
    error.value = undefined;
    try {
      await request();
    } catch (failure) {
      error.value = failure;
      throw failure;
    }
  };
  const save = () =>
    asking(async () => {
      if (rule === undefined) await call('POST /api/v1/alert-rules', { body });
      else await call('PATCH /api/v1/alert-rules/{rule_id}', { path: { rule_id: rule.rule_id }, body });
      onDone(true);
    });
  const backtest = () =>
    asking(async () => {
      tested.value = {
        of: values,
        result: await call('POST /api/v1/alert-rules/backtest', { body, query: { time_zone: VIEWER_ZONE } }),
      };
    });
  return (
    <Form
      class="card form alert-rule-form"
      save={save}
      button={rule === undefined ? 'Create rule' : 'Save rule'}
      onCancel={() => onDone(false)}
    >
      <h2>{rule === undefined ? 'New alert rule' : `Edit ${rule.name}`}</h2>
      <Field
        label="Name"
        value={fields.name}
        required
        autoComplete="off"
        wrong={faultOf(error.value, 'name')}
        hint="Shown in messages. Example: Kitchens in Oslo."
      />
      <LabelFields labels={fields.labels} wrong={faultOf(error.value, 'labels')} />
      <small class="quiet">
        The rule is about stores that have all of these labels; without any, about all stores.
      </small>
      <ConditionFields fields={fields} error={error.value} />
      <GuardFields fields={fields} error={error.value} />
      <GroupFields fields={fields} error={error.value} />
      <SelectField
        label="Severity"
        value={fields.severity.value}
        choices={SEVERITIES}
        onChange={(severity) => (fields.severity.value = severity)}
      />
      <StepFields steps={fields.steps} points={points} error={error.value} />
      <div class="backtest" aria-live="polite">
        <button type="button" class="button" disabled={testing.busy} onClick={() => testing.run(backtest)}>
          {testing.busy ? 'Testing…' : 'Test on last week'}
        </button>
        <Failure error={testing.error} />
        {tested.value?.of === values && <BacktestResult backtest={tested.value.result} />}
      </div>
    </Form>
  );
}

interface PartProps {
  readonly fields: Fields<RuleDraft>;
  /** Why the server refused the rule. */
  readonly error: unknown;
}

function ConditionFields({ fields, error }: PartProps) {
  const { condition, polls, pollsWithReason, lostMinutes, withinHours, probability } = fields;
  return (
    <>
      <SelectField
        label="A store is down after"
        value={condition.value}
        choices={CONDITIONS}
        onChange={(kind) => (condition.value = kind)}
      />
      <div class="pair">
        {condition.value === 'inactive_polls' ? (
          <>
            <Count label="Inactive checks" value={polls} wrong={faultOf(error, 'condition.polls')} />
            <Count
              label="With a reason"
              value={pollsWithReason}
              hint="If the platform says why."
              wrong={faultOf(error, 'condition.polls_with_reason')}
            />
          </>
        ) : condition.value === 'probability' ? (
          <Minutes
            label="Percent"
            value={probability}
            hint="50 to 95, from all checks of the store."
            wrong={faultOf(error, 'condition.probability')}
          />
        ) : (
          <>
            <Minutes label="Minutes lost" value={lostMinutes} wrong={faultOf(error, 'condition.lost_minutes')} />
            <Minutes label="Within hours" value={withinHours} wrong={faultOf(error, 'condition.within_hours')} />
          </>
        )}
      </div>
      <Count label="Active checks that end an incident" value={fields.recovery} wrong={faultOf(error, 'recovery')} />
    </>
  );
}

function GuardFields({ fields, error }: PartProps) {
  return (
    <div class="pair">
      <Minutes
        label="Grace after opening"
        value={fields.openingGrace}
        hint="Minutes before a store that is not up yet alerts."
        wrong={faultOf(error, 'opening_grace_minutes')}
      />
      <Minutes
        label="No alerts before closing"
        value={fields.nearClose}
        hint="A store that closes within this many minutes does not alert."
        wrong={faultOf(error, 'near_close_minutes')}
      />
    </div>
  );
}

function GroupFields({ fields, error }: PartProps) {
  return (
    <>
      <Field
        label="Group by labels"
        value={fields.groupBy}
        autoComplete="off"
        hint="Such as city, brand: stores with the same values share messages. Empty: all stores of the rule do."
        wrong={faultOf(error, 'group_by')}
      />
      <div class="pair">
        <Minutes
          label="Wait"
          value={fields.wait}
          hint="Minutes to wait for more incidents before the first message."
          wrong={faultOf(error, 'wait_minutes')}
        />
        <Minutes
          label="Interval"
          value={fields.interval}
          hint="Minutes between two messages of a group."
          wrong={faultOf(error, 'interval_minutes')}
        />
      </div>
      <Field
        label="Repeat after"
        type="number"
        min="0"
        value={fields.repeat}
        hint="Minutes between reminders of an open incident that nobody has acknowledged. Empty: no reminders."
        wrong={faultOf(error, 'repeat_minutes')}
      />
    </>
  );
}

type NumberProps = Pick<Parameters<typeof Field>[0], 'label' | 'value' | 'hint' | 'wrong'>;

function Count(props: NumberProps) {
  return <Field type="number" min="1" required {...props} />;
}

function Minutes(props: NumberProps) {
  return <Field type="number" min="0" step="any" required {...props} />;
}
