import type { Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import type { ContactPoint } from '../../../api/schema.ts';
import type { StepDraft } from '../../lib/alert-rule.ts';
import { Icon } from '../../parts/icons.tsx';
import { faultOf } from '../../state/field-errors.ts';

interface Props {
  readonly steps: Signal<readonly StepDraft[]>;
  readonly points: readonly ContactPoint[];
  /** Why the server refused the rule. */
  readonly error: unknown;
}

/** Whom an incident is told to, and when: the first step at once, the others unless it is acknowledged. */
export function StepFields({ steps, points, error }: Props) {
  const change = (i: number, part: Partial<StepDraft>) => {
    steps.value = steps.value.map((step, k) => (k === i ? { ...step, ...part } : step));
  };
  const add = () => {
    const last = Number(steps.value.at(-1)?.after ?? '0');
    steps.value = [...steps.value, { after: String(last + 15), points: [], owners: false }];
  };
  const wrong = steps.value.length === 0 ? faultOf(error, 'steps') : undefined;
  return (
    <div class="escalation">
      {steps.value.map((step, i) => (
        <Step
          key={i}
          step={step}
          number={i + 1}
          points={points}
          wrong={faultOf(error, `steps.${i}`)}
          onChange={(part) => change(i, part)}
          onRemove={i === 0 ? undefined : () => (steps.value = steps.value.filter((_, k) => k !== i))}
        />
      ))}
      {wrong !== undefined && <small class="wrong">{wrong}</small>}
      <button type="button" class="button plain" onClick={add}>
        <Icon name="plus" /> Add escalation step
      </button>
    </div>
  );
}

interface StepProps {
  readonly step: StepDraft;
  readonly number: number;
  readonly points: readonly ContactPoint[];
  readonly wrong: string | undefined;
  readonly onChange: (part: Partial<StepDraft>) => void;
  /** `undefined`: the first step stays. */
  readonly onRemove: (() => void) | undefined;
}

function Step({ step: { after, points: chosen, owners }, number, points, wrong, onChange, onRemove }: StepProps) {
  const id = useId();
  const known = points.map(({ contact_point_id }) => contact_point_id);
  const others = chosen.filter((one) => !known.includes(one));
  const toggle = (point: string, on: boolean) => {
    const rest = chosen.filter((one) => one !== point);
    onChange({ points: on ? [...rest, point] : rest });
  };
  return (
    <fieldset aria-describedby={wrong === undefined ? undefined : `${id}-wrong`}>
      <legend class="legend">{number === 1 ? 'Notify at once' : `Escalation step ${number}`}</legend>
      {number > 1 && (
        <div class="field">
          <label for={`${id}-after`}>Minutes after the incident opened, unless it is acknowledged</label>
          <input
            id={`${id}-after`}
            type="number"
            min="0"
            step="any"
            required
            value={after}
            onInput={({ currentTarget }) => onChange({ after: currentTarget.value })}
          />
        </div>
      )}
      {points.map(({ contact_point_id, name, target, enabled }) => (
        <Choice
          key={contact_point_id}
          checked={chosen.includes(contact_point_id)}
          onChange={(on) => toggle(contact_point_id, on)}
        >
          {name} <span class="quiet">({enabled ? target : 'disabled'})</span>
        </Choice>
      ))}
      {others.map((one) => (
        <Choice key={one} checked onChange={(on) => toggle(one, on)}>
          Contact point of another user
        </Choice>
      ))}
      <Choice checked={owners} onChange={(on) => onChange({ owners: on })}>
        The owners of the store, by their own contact points
      </Choice>
      {wrong !== undefined && (
        <small id={`${id}-wrong`} class="wrong">
          {wrong}
        </small>
      )}
      {onRemove !== undefined && (
        <button type="button" class="button plain" onClick={onRemove}>
          Remove step {number}
        </button>
      )}
    </fieldset>
  );
}

interface ChoiceProps {
  readonly checked: boolean;
  readonly onChange: (on: boolean) => void;
  readonly children: ComponentChildren;
}

function Choice({ checked, onChange, children }: ChoiceProps) {
  return (
    <label class="tick">
      <input type="checkbox" checked={checked} onChange={({ currentTarget }) => onChange(currentTarget.checked)} />
      <span>{children}</span>
    </label>
  );
}
