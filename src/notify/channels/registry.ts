import type { Channel } from '../channel.ts';
import { apprise } from './apprise.ts';
import { discord } from './discord.ts';
import { mail } from './mail.ts';
import { ntfy } from './ntfy.ts';
import { pagerduty } from './pagerduty.ts';
import { slack } from './slack.ts';
import { sms } from './sms.ts';
import { teams } from './teams.ts';
import { telegram } from './telegram.ts';
import { webPushChannel } from './web-push.ts';
import { webhook } from './webhook.ts';

/** All channels, in the order in which people see them. */
export const CHANNELS: readonly Channel[] = [
  ...[mail, webPushChannel, sms, slack, teams, discord, telegram, pagerduty, ntfy, webhook, apprise],
];

/** The channel of a kind; `undefined`: there is none. */
export function channelOf(kind: string): Channel | undefined {
  return CHANNELS.find((channel) => channel.kind === kind);
}
