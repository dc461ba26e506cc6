import { INCIDENT_STATUS_WORDS, type IncidentStatus } from '../lib/incidents.ts';
import { StateShape } from './state-mark.tsx';

/** The shapes are those of the states of stores: down, unknown whether it still needs anybody, closed, up. */
const SHAPES = { open: 'offline', snoozed: 'unknown', acknowledged: 'closed', resolved: 'online' } as const;

/** The status of an incident: a shape and a word. */
export function IncidentMark({ status }: { readonly status: IncidentStatus }) {
  return (
    <span class="state" data-state={SHAPES[status]}>
      <StateShape state={SHAPES[status]} />
      {INCIDENT_STATUS_WORDS[status]}
    </span>
  );
}
