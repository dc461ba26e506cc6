import type { NotificationKind } from '../../domain/alerts/facts.ts';

/** The texts of a message in the language of Liquid. */
export interface Template {
  /** One line. */
  readonly title: string;
  readonly text: string;
}

const NAME = '{% if store_count == 1 %}{{ store.name }}{% else %}{{ store_count }} stores{% endif %}';
const IS = '{% if store_count == 1 %}is{% else %}are{% endif %}';

/** A line that is there only under a condition. */
const line = (condition: string, text: string) => `{% if ${condition} %}\n${text}{% endif %}`;
const yours = (time: string) => `{% if ${time}_yours %}, {{ ${time}_yours }} your time{% endif %}`;

const capital = (text: string) => text.replace(/^./, (letter) => letter.toUpperCase());
const counted = (number: string) => `{{ ${number} }} {% if ${number} == 1 %}incident{% else %}incidents{% endif %}`;

const STORES = [
  '{% for store in stores %}\n\n{{ store.name }}{% if store.name != store.id %} ({{ store.id }}){% endif %}',
  `{% if store.place != '' %}, {{ store.place }}{% endif %}`,
  line(
    'store.down_since',
    `Down since: {{ store.down_since }} store time${yours('store.down_since')}{% if store.began_earlier %}, or earlier{% endif %}`,
  ),
  line(
    'store.up_since',
    `Up {% if store.down_again_since %}from{% else %}since{% endif %}: {{ store.up_since }} store time${yours('store.up_since')}`,
  ),
  line(
    'store.down_again_since',
    `Down again since: {{ store.down_again_since }} store time${yours('store.down_again_since')}`,
  ),
  line(
    'store.planned_until',
    `In planned downtime until {{ store.planned_until }} store time${yours('store.planned_until')}`,
  ),
  line('store.lost', 'Open time lost: {% if store.began_earlier %}at least {% endif %}{{ store.lost }}'),
  line('store.loss', 'Estimated loss: {{ store.loss }}'),
  line('store.platform', 'The platform says: {{ store.platform }}'),
  line('store.polls.size > 0', 'Last checks:'),
  '{% for poll in store.polls %}\n- {{ poll.time }} {{ poll.status }}',
  '{% if poll.reason %}, {{ poll.reason }}{% endif %}{% endfor %}{% endfor %}',
  line('more > 0', '\nAnd {{ more }} more {% if more == 1 %}store{% else %}stores{% endif %}.'),
  line('rule', '\nAlert rule: {{ rule }}'),
].join('');

/** The stores of a mass outage, in the plural. */
const AFFECTED = `stores{% if outage.label != '' %} with {{ outage.label }} {{ outage.value }}{% endif %}`;
const DOWN = '{% if outage.down == 1 %}is{% else %}are{% endif %}';
const SHARE = `{{ outage.down }} of {% if outage.own %}your {% endif %}{{ outage.of }} ${AFFECTED} ${DOWN}`;

/** A group of an answer. */
const GROUP =
  '{{ group.name }}: {{ group.uptime }}{% if group.change %} ({{ group.change }}){% endif %}' +
  '{% if group.coverage %}, {{ group.coverage }}{% endif %}';

/** The texts of each kind of message, unless a contact point has its own. */
export const TEMPLATES: Readonly<Record<NotificationKind, Template>> = {
  opened: {
    title: `${NAME} {% if store_count == 1 and store.did_not_open %}did not open{% else %}${IS} down{% endif %}`,
    text: STORES,
  },
  resolved: {
    title:
      `{% if outage %}{% if outage.own %}Your ${AFFECTED}{% else %}${capital(AFFECTED)}{% endif %} are up again` +
      `{% if outage.down > 0 %}, {{ outage.down }} ${DOWN} still down{% endif %}` +
      `{% elsif down_again == 0 %}${NAME} ${IS} up again` +
      `{% elsif store_count == 1 %}${NAME} came up, and is down again` +
      `{% else %}${NAME} came up, {{ down_again }} {% if down_again == 1 %}is{% else %}are{% endif %} down again{% endif %}`,
    text:
      '{% if outage %}The mass outage is over after {{ period.duration }}. {{ outage.recovered }} ' +
      `{% if outage.recovered == 1 %}store is{% else %}stores are{% endif %} up again.{% endif %}${STORES}`,
  },
  reminder: { title: `{% if outage %}${SHARE}{% else %}${NAME} ${IS}{% endif %} still down`, text: STORES },
  escalated: {
    title: `Not acknowledged: {% if outage %}${SHARE}{% else %}${NAME} ${IS}{% endif %} down`,
    text: STORES,
  },
  mass_outage: {
    title: `${SHARE} down`,
    text:
      `{% if outage.own %}Unusually many ${AFFECTED} are down, among them yours.` +
      `{% else %}{{ outage.share }}% of the ${AFFECTED} are down.{% endif %} ` +
      `No messages about single stores of this group are sent until they recover.${STORES}`,
  },
  blind: {
    title: 'Monitoring is interrupted',
    text: 'Stores cannot be observed{% if period %} since {{ period.from }}{% endif %}. No alerts are sent until monitoring works again.',
  },
  sight_returned: {
    title: 'Monitoring works again',
    text:
      '{% if period.until %}It was interrupted for {{ period.duration }}, from {{ period.from }} to ' +
      `{{ period.until }}.{% endif %}${line('count', 'Checks missed: {{ count }}')}${STORES}`,
  },
  planned_ended: { title: `${NAME} ${IS} still down after planned downtime`, text: STORES },
  digest: {
    title: `Digest: ${counted('count')}{% if digest.open > 0 %}, {{ digest.open }} still open{% endif %}`,
    text: [
      'From {{ period.from }} to {{ period.until }}: ',
      `${counted('count')} began, {{ digest.ended }} ended, and {{ digest.open }} {% if digest.open == 1 %}is{% else %}are{% endif %} still open.`,
      line(
        'digest.planned > 0',
        'Of the stores that are still down, {{ digest.planned }} {% if digest.planned == 1 %}is{% else %}are{% endif %} in planned downtime.',
      ),
      line('digest.interrupted', 'Monitoring was interrupted for {{ digest.interrupted }}.'),
      line('digest.watched == false', 'No alert rule is enabled, so no incidents can be found.'),
      line('store_count > 0', '\nStill down:'),
      STORES,
    ].join(''),
  },
  analytics: {
    title:
      '{{ analytics.name }}{% if analytics.problem %}: no figures{% else %}: {{ analytics.total.uptime }} uptime' +
      '{% if analytics.total.change %}, {{ analytics.total.change }}{% endif %}{% endif %}',
    text: [
      '{% if analytics.problem %}There are no figures this time: {{ analytics.problem }}.{% else %}',
      '{{ analytics.period }} ({{ analytics.clock }}){% unless analytics.complete %}, not over yet{% endunless %}',
      '\nUptime: {{ analytics.total.uptime }}',
      '{% if analytics.total.change %}, {{ analytics.total.change }} compared with {{ analytics.compared }}{% endif %}',
      '\nDowntime: {{ analytics.total.downtime }} of {{ analytics.total.open }} open',
      line('analytics.total.coverage', 'Downtime may be missing: {{ analytics.total.coverage }}.'),
      line('analytics.worst.size > 0', '\nMost downtime, by {{ analytics.keys }}:'),
      `{% for group in analytics.worst %}\n- ${GROUP}, down {{ group.downtime }}{% endfor %}`,
      line('analytics.improved.size > 0', '\nMost improved:'),
      `{% for group in analytics.improved %}\n- ${GROUP}{% endfor %}`,
      '\n\nBy the checks until {{ analytics.until }}.{% endif %}',
    ].join(''),
  },
  test: {
    title: 'Test message',
    text:
      'This contact point works. The message was requested on {{ time }}.' +
      line('url == null', 'Messages have no links, because PUBLIC_URL is not set on the server.'),
  },
};
