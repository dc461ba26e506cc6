import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Me } from '../../api/schema.ts';
import { signOut } from '../state/session.ts';
import { type Theme, theme } from '../state/theme.ts';
import { Icon } from './icons.tsx';
import { Link } from './link.tsx';

const THEMES: readonly { readonly value: Theme; readonly word: string }[] = [
  { value: 'auto', word: 'System' },
  { value: 'light', word: 'Light' },
  { value: 'dark', word: 'Dark' },
];

/** The current user, the color theme, and signing out. */
export function AccountMenu({ me }: { readonly me: Me }) {
  const open = useSignal(false);
  const menu = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const outside = (event: Event) => {
      if (!menu.current?.contains(event.target as Node)) open.value = false;
    };
    addEventListener('pointerdown', outside);
    return () => removeEventListener('pointerdown', outside);
  }, [open]);
  const name = me.user?.name ?? 'This machine';
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the key handler serves the elements inside
    <div
      class="menu"
      ref={menu}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        open.value = false;
        menu.current?.querySelector('button')?.focus();
      }}
    >
      <button
        type="button"
        class="button plain"
        aria-expanded={open.value}
        aria-controls="account"
        aria-label={`${name}: account and appearance`}
        onClick={() => {
          open.value = !open.value;
        }}
      >
        <span class="wide-only">{name}</span>
        <Icon name={me.user === null ? 'down' : 'people'} />
      </button>
      {open.value && (
        <div id="account">
          {me.user === null ? (
            <p class="small quiet">
              There are no users yet, so everything is open, but only to this machine.{' '}
              <Link href="/users" onClick={() => (open.value = false)}>
                Add the first admin
              </Link>
            </p>
          ) : (
            <p>
              <strong>{me.user.name}</strong>
              <br />
              <span class="small quiet">
                {me.user.login} · {me.user.role}
              </span>
            </p>
          )}
          <fieldset>
            <legend class="legend">Appearance</legend>
            <div class="segments">
              {THEMES.map(({ value, word }) => (
                <button
                  key={value}
                  type="button"
                  aria-pressed={theme.value === value}
                  onClick={() => {
                    theme.value = value;
                  }}
                >
                  {word}
                </button>
              ))}
            </div>
          </fieldset>
          <a class="small" href="/api/docs">
            The API
          </a>
          {me.user !== null && (
            <>
              <Link class="small" href="/account" onClick={() => (open.value = false)}>
                Password and API keys
              </Link>
              <button type="button" class="button" onClick={signOut}>
                Sign out
              </button>
            </>
          )}
        </div>
      )}
    </div>
  );
}
