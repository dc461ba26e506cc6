import type { ListedStore } from '../../../api/schema.ts';
import { counted } from '../../lib/format.ts';
import { matches } from '../../lib/matching.ts';
import { at, go } from '../../state/place.ts';
import { canManageStores, may, session, signOut } from '../../state/session.ts';
import { overlay } from '../../state/shortcuts.ts';
import { theme } from '../../state/theme.ts';
import type { IconName } from '../icons.tsx';
import { mayOpen, places, searchHref } from '../places.ts';
import { storeHref } from '../store-name.tsx';

/** Something to choose in the palette. */
export interface Choice {
  readonly name: string;
  readonly icon: IconName;
  /** More about it: the id and the labels of a store. */
  readonly detail?: string;
  readonly state?: ListedStore['state'];
  /** Other words that find it. */
  readonly words?: string;
  readonly choose: () => unknown;
}

export interface ChoiceGroup {
  readonly name: string;
  readonly choices: readonly Choice[];
}

/** Other words that find a page. */
const WORDS_OF: Readonly<Record<string, string>> = {
  '/analytics': 'month quarter compare trend heat map group brand target subscription',
  '/stores': 'new add create export paste',
  '/users': 'audit log roles owners',
};

function pages(): Choice[] {
  return places().map(({ name, icon, href }) => ({
    ...{ name, icon, words: WORDS_OF[href] ?? '' },
    choose: () => go(at(href)),
  }));
}

function actions(): Choice[] {
  const { value } = session;
  const user = value.kind === 'signed-in' ? value.me.user : null;
  const all: (Choice | false)[] = [
    may('reports:write') && { name: 'Create report', icon: 'reports', choose: () => go(at('/reports')) },
    may('imports:write') && {
      ...{ name: 'Import a file', icon: 'imports' as const, words: 'upload csv parquet' },
      choose: () => go(at('/imports')),
    },
    may('stores:read') && {
      ...{ name: 'Planned downtime', icon: 'downtime' as const, words: 'maintenance renovation' },
      choose: () => go(at('/downtime')),
    },
    mayOpen('/alert-rules') && {
      ...{ name: 'Alert rules', icon: 'alerts' as const, words: 'notifications backtest' },
      choose: () => go('/alert-rules'),
    },
    may('alerts:read') && {
      ...{ name: 'Contact points', icon: 'alerts' as const, words: 'notifications channels push mail quiet hours' },
      choose: () => go('/contact-points'),
    },
    canManageStores() && { name: 'Create or edit stores', icon: 'stores', choose: () => go(at('/stores')) },
    may('users:write') && { name: 'Add user', icon: 'people', words: 'invite', choose: () => go('/users') },
    user !== null && {
      ...{ name: 'Password, passkeys and API keys', icon: 'people' as const, words: 'account' },
      choose: () => go('/account'),
    },
    ...(['light', 'dark'] as const).map(
      (name): Choice => ({
        ...{ name: `Use ${name} colors`, icon: 'appearance', words: 'theme appearance mode' },
        choose: () => (theme.value = name),
      }),
    ),
    {
      ...{ name: "Use the system's colors", icon: 'appearance', words: 'theme appearance light dark mode' },
      choose: () => (theme.value = 'auto'),
    },
    { name: 'Keyboard shortcuts', icon: 'keyboard', choose: () => (overlay.value = 'shortcuts') },
    { name: 'API documentation', icon: 'reports', choose: () => location.assign('/api/docs') },
    user !== null && { name: 'Sign out', icon: 'leave', words: 'log out', choose: signOut },
  ];
  return all.filter((choice) => choice !== false);
}

/** @param total of all stores that the search finds */
function storeChoices(search: string, stores: readonly ListedStore[], total: number): Choice[] {
  const found = stores.filter((store) => matches(search, textOf(store))).map(choiceOf);
  if (total <= stores.length || found.length === 0) return found;
  const name = `Show all ${counted(total, 'store')} that match`;
  return [...found, { name, icon: 'search', choose: () => go(searchHref(search)) }];
}

function choiceOf(store: ListedStore): Choice {
  const { store_id: id, name, labels, state } = store;
  const detail = [...(name === null ? [] : [id]), ...Object.values(labels)].join(' · ');
  return { name: name ?? id, icon: 'stores', detail, state, choose: () => go(storeHref(id)) };
}

function textOf({ store_id, name, labels }: ListedStore): string {
  return [store_id, name ?? '', ...Object.values(labels)].join('\n');
}

/**
 * What a search finds, in groups that are not empty.
 *
 * @param stores those that the server found, for this search or the one before it
 */
export function choicesFor(search: string, stores: readonly ListedStore[], total: number): ChoiceGroup[] {
  const found = (choices: readonly Choice[]) =>
    choices.filter(({ name, words = '' }) => matches(search, `${name} ${words}`));
  return [
    { name: 'Pages', choices: found(pages()) },
    { name: 'Actions', choices: found(actions()) },
    { name: 'Stores', choices: search.trim() === '' ? [] : storeChoices(search, stores, total) },
  ].filter(({ choices }) => choices.length > 0);
}
