import type { FleetStatus } from '../../../api/schema.ts';
import { count } from '../../lib/format.ts';
import { reasonWords } from '../../lib/reasons.ts';
import { param, setParams } from '../../state/place.ts';
import { listsWholeFleet } from './list-controls.tsx';

/** The API's code for an unknown reason. */
const NONE = 'none';

export function reasonsFrom(text: string): string[] | undefined {
  return text === '' ? undefined : text.split(',');
}

/** Offline stores grouped by reason; choosing a group filters the list. Kept in the URL. */
export function OfflineReasons({ reasons }: { readonly reasons: FleetStatus['offline_reasons'] }) {
  const chosen = reasonsFrom(param('reason')) ?? [];
  // A chosen group stays visible without stores, so that it can be cleared.
  const gone = chosen.filter((one) => !reasons.some(({ reason }) => (reason ?? NONE) === one));
  const groups = [
    ...reasons.map(({ reason, stores }) => ({ key: reason ?? NONE, stores })),
    ...gone.map((key) => ({ key, stores: 0 })),
  ];
  const whole = listsWholeFleet();
  // Without known reasons there is nothing to group.
  if (groups.every(({ key }) => key === NONE) && chosen.length === 0) return null;
  const toggle = (key: string) => {
    const next = chosen.includes(key) ? chosen.filter((one) => one !== key) : [...chosen, key];
    setParams({ reason: next.join(',') });
  };
  return (
    <fieldset class="chips offline-reasons">
      <legend class="small quiet">Offline, by reason</legend>
      {groups.map(({ key, stores }) => (
        <button key={key} type="button" class="chip" aria-pressed={chosen.includes(key)} onClick={() => toggle(key)}>
          {reasonWords(key === NONE ? null : key)} {whole && count(stores)}
        </button>
      ))}
    </fieldset>
  );
}
