import type { AlertRule, ContactPoint } from '../../../api/schema.ts';
import { conditionWords, ruleStoresWords, stepWords } from '../../lib/alert-rule.ts';
import { ConfirmButton } from '../../parts/confirm-button.tsx';
import { Failure } from '../../parts/failure.tsx';
import { call } from '../../state/api.ts';
import { may } from '../../state/session.ts';
import { useSubmit } from '../../state/submit.ts';

interface Props {
  readonly rule: AlertRule;
  readonly points: readonly ContactPoint[];
  /** `undefined`: another rule is being edited. */
  readonly onEdit: (() => void) | undefined;
  readonly onChanged: () => void;
}

/** A rule in words, with what can be done with it. */
export function RuleCard({ rule, points, onEdit, onChanged }: Props) {
  const { rule_id, name, enabled, severity, labels, condition, steps, group_by } = rule;
  const path = { rule_id };
  const { busy, error, run } = useSubmit();
  const nameOf = (id: string) =>
    points.find(({ contact_point_id }) => contact_point_id === id)?.name ?? 'contact point of another user';
  const toggle = async () => {
    await call('PATCH /api/v1/alert-rules/{rule_id}', { path, body: { enabled: !enabled } });
    onChanged();
  };
  return (
    <article class="card alert-rule" aria-label={name}>
      <header>
        <h2>{name}</h2>
        {!enabled && <span class="tag">off</span>}
        <span class="tag">{severity}</span>
      </header>
      <p>
        {ruleStoresWords(labels)} · {conditionWords(condition)}
        {group_by.length > 0 && ` · grouped by ${group_by.join(', ')}`}
      </p>
      <ol class="small">
        {steps.map((step) => (
          <li key={step.after_minutes}>{stepWords(step, nameOf)}</li>
        ))}
      </ol>
      {rule.problems.length > 0 && (
        <p class="banner" data-kind="warning">
          Warning: {rule.problems.join('; ')}.
        </p>
      )}
      {may('alerts:write') && (
        <div class="row">
          {onEdit !== undefined && (
            <button type="button" class="button" onClick={onEdit}>
              Edit
            </button>
          )}
          <button type="button" class="button" disabled={busy} onClick={() => run(toggle)}>
            {enabled ? 'Turn off' : 'Turn on'}
          </button>
          <ConfirmButton
            words="Delete"
            question="Its incidents end without a message."
            confirm="Delete rule"
            action={async () => {
              await call('DELETE /api/v1/alert-rules/{rule_id}', { path });
              onChanged();
            }}
          />
        </div>
      )}
      <Failure error={error} />
    </article>
  );
}
