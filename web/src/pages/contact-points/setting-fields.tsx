import type { Signal } from '@preact/signals';
import { useId } from 'preact/hooks';
import type { Channel } from '../../../api/schema.ts';
import { fieldWords } from '../../lib/field-words.ts';
import { faultOf } from '../../state/field-errors.ts';

interface Props {
  readonly channel: Channel;
  readonly settings: Signal<Readonly<Record<string, string>>>;
  readonly isNew: boolean;
  /** Why the server refused them. */
  readonly error: unknown;
}

/** An input for each setting of a channel. Secrets that exist are never shown. */
export function SettingFields({ channel, settings, isNew, error }: Props) {
  return (
    <>
      {channel.settings.map((setting) => (
        <Setting
          key={setting.name}
          setting={setting}
          value={settings.value[setting.name] ?? ''}
          isNew={isNew}
          generate={channel.channel === 'webhook' && setting.name === 'secret' ? webhookSecret : undefined}
          wrong={faultOf(error, `settings.${setting.name}`)}
          onChange={(value) => (settings.value = { ...settings.value, [setting.name]: value })}
        />
      ))}
    </>
  );
}

interface SettingProps {
  readonly setting: Channel['settings'][number];
  readonly value: string;
  readonly isNew: boolean;
  /** Makes a value, if the user may choose any. */
  readonly generate: (() => string) | undefined;
  readonly wrong: string | undefined;
  readonly onChange: (value: string) => void;
}

function Setting({ setting, value, isNew, generate, wrong, onChange }: SettingProps) {
  const { name, description, required, secret, default: usual } = setting;
  const id = useId();
  const hint = [description.replaceAll('`', ''), !required && 'optional', secret && !isNew && 'leave empty to keep it'];
  return (
    <div class="field">
      <label for={id}>{fieldWords(name)}</label>
      <input
        id={id}
        type="text"
        autocomplete="off"
        spellcheck={false}
        value={value}
        placeholder={secret && !isNew ? 'unchanged' : (usual ?? undefined)}
        required={required && usual === null && (isNew || !secret)}
        aria-invalid={wrong !== undefined || undefined}
        aria-describedby={`${id}-note`}
        onInput={({ currentTarget }) => onChange(currentTarget.value)}
      />
      {generate !== undefined && (
        <button type="button" class="button plain" onClick={() => onChange(generate())}>
          Generate
        </button>
      )}
      <small id={`${id}-note`} class={wrong === undefined ? undefined : 'wrong'}>
        {wrong ?? sentence(hint.filter((part) => part !== false && part !== '').join('; '))}
      </small>
    </div>
  );
}

/** A secret of a Standard Webhook: 24 random bytes. */
function webhookSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  return `whsec_${btoa(String.fromCharCode(...bytes))}`;
}

function sentence(text: string): string {
  return text && `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
