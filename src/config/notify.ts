import { parseNetwork } from '../lib/networks.ts';
import { duration, httpUrl, list, type Setting } from '../lib/settings.ts';
import type { ServiceUrls } from '../notify/channel.ts';

export interface NotifyConfig {
  /** Networks that messages may be sent to although they are not public. */
  readonly allowPrivate: readonly string[];
  /** Milliseconds for a request and its response. */
  readonly timeout: number;
  readonly services: ServiceUrls;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws UserError `invalid_input` with the variable and what was expected */
export function loadNotifyConfig(env: Environment): NotifyConfig {
  const setting = (name: string, fallback: string): Setting => ({ name, value: env[name] || fallback });
  const service = (name: string, usual: string) => httpUrl(setting(name, usual)).replace(/\/+$/, '');
  return Object.freeze({
    allowPrivate: list(setting('NOTIFY_ALLOW_PRIVATE', '')).map((part) => parseNetwork('NOTIFY_ALLOW_PRIVATE', part)),
    timeout: duration(setting('NOTIFY_TIMEOUT', '10s'), '1s', '60s'),
    services: {
      telegram: service('NOTIFY_TELEGRAM_URL', 'https://api.telegram.org'),
      pagerduty: service('NOTIFY_PAGERDUTY_URL', 'https://events.pagerduty.com'),
      twilio: service('NOTIFY_TWILIO_URL', 'https://api.twilio.com'),
    },
  });
}
