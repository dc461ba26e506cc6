import { useSignal } from '@preact/signals';
import type { AlertRule } from '../../../api/schema.ts';
import { AlertTabs } from '../../parts/alert-tabs.tsx';
import { Link } from '../../parts/link.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Empty } from '../../parts/notices.tsx';
import { call } from '../../state/api.ts';
import { useContactPoints } from '../../state/contact-points.ts';
import { useLoad } from '../../state/load.ts';
import { may } from '../../state/session.ts';
import { RuleCard } from './rule-card.tsx';
import { RuleForm } from './rule-form.tsx';
import './alert-rules.css';

/** The alert rules, and a form for them. */
export default function AlertRulesPage() {
  const rules = useLoad('alert rules', async (signal) => (await call('GET /api/v1/alert-rules', { signal })).items);
  const points = useContactPoints();
  /** The ID of the rule that is edited; `new`: one that does not exist yet. */
  const editing = useSignal<string | undefined>(undefined);
  const done = (saved: boolean) => {
    editing.value = undefined;
    if (saved) rules.reload();
  };
  return (
    <>
      <header class="head">
        <div>
          <h1>Alert rules</h1>
          <p class="quiet">When a store counts as down, which incidents share a message, and who is notified.</p>
        </div>
        {may('alerts:write') && editing.value === undefined && (
          <button type="button" class="button main" onClick={() => (editing.value = 'new')}>
            New rule
          </button>
        )}
      </header>
      <AlertTabs />
      <Loaded of={points} what="the contact points">
        {(known) => (
          <>
            {editing.value === 'new' && <RuleForm points={known} onDone={done} />}
            <Loaded of={rules} what="the alert rules">
              {(items) =>
                items.length === 0 && editing.value === undefined ? (
                  <NoRules hasPoints={known.length > 0} />
                ) : (
                  <ol class="alert-rules">
                    {items.map((rule: AlertRule) => (
                      <li key={rule.rule_id}>
                        {editing.value === rule.rule_id ? (
                          <RuleForm rule={rule} points={known} onDone={done} />
                        ) : (
                          <RuleCard
                            rule={rule}
                            points={known}
                            onEdit={editing.value === undefined ? () => (editing.value = rule.rule_id) : undefined}
                            onChanged={rules.reload}
                          />
                        )}
                      </li>
                    ))}
                  </ol>
                )
              }
            </Loaded>
          </>
        )}
      </Loaded>
    </>
  );
}

function NoRules({ hasPoints }: { readonly hasPoints: boolean }) {
  return (
    <Empty title="No alert rules yet">
      <p>
        Without a rule, nobody is notified when a store goes down. A backtest shows what a rule would have sent last
        week.
      </p>
      {!hasPoints && (
        <p>
          A rule notifies <Link href="/contact-points">contact points</Link>: create one first, or let it notify the
          owners of the stores.
        </p>
      )}
    </Empty>
  );
}
