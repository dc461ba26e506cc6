import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { NOTIFICATION_KINDS, type NotificationFacts, type NotificationKind } from '../../src/domain/alerts/facts.ts';
import { checkTemplate, render } from '../../src/notify/messages/render.ts';
import { durationWords, reasonWords } from '../../src/notify/messages/words.ts';

const MINUTE = 60_000;
const AT = Date.parse('2026-11-27T18:05:00Z');
const HERE = { zone: 'Europe/Berlin', url: undefined, acknowledgeUrl: undefined };

const STORE = {
  ...{ id: 'a1', name: "Lenny's 🍜", labels: { city: 'Austin' }, zone: 'America/Chicago' },
  ...{ downSince: AT - 60 * MINUTE, lost: 60 * MINUTE, estimatedLoss: { amount: 120, currency: 'USD' } },
  polls: [
    { at: AT - 5 * MINUTE, active: false, reason: 'closed_by_store: PAUSED' },
    { at: AT - 65 * MINUTE, active: true },
  ],
};
const facts = (kind: NotificationKind, more: Partial<NotificationFacts> = {}): NotificationFacts => ({
  ...{ kind, severity: 'page', at: AT, rule: 'Two checks', stores: [STORE], more: 0 },
  ...{ canAcknowledge: false, page: '/', ...more },
});

const DOWN = `Lenny's 🍜 (a1), city: Austin
Down since: Fri, Nov 27, 11:05 (UTC−06:00) store time, Fri, Nov 27, 18:05 (UTC+01:00) your time
Open time lost: 1 h
Estimated loss: 120.00 USD
The platform says: PAUSED
Last checks:
- Fri, Nov 27, 12:00 (UTC−06:00) inactive, closed by the store: PAUSED
- Fri, Nov 27, 11:00 (UTC−06:00) active

Alert rule: Two checks`;

const BARE = { id: 'b', labels: {}, zone: 'Etc/Unknown', polls: [] };
const PERIOD = { from: AT - 90 * MINUTE, until: AT };

for (const [name, given, title, text] of [
  ['a store is down', facts('opened'), "Lenny's 🍜 is down", DOWN],
  [
    'a store did not open',
    facts('opened', { stores: [{ ...BARE, didNotOpen: true, downSince: AT }], rule: undefined }),
    'b did not open',
    'b\nDown since: Fri, Nov 27, 18:05 (UTC) store time, Fri, Nov 27, 19:05 (UTC+01:00) your time',
  ],
  [
    'several stores are down',
    facts('opened', { stores: [BARE, { ...BARE, id: 'c', name: 'C' }], more: 40 }),
    '42 stores are down',
    'b\n\nC (c)\n\nAnd 40 more stores.\n\nAlert rule: Two checks',
  ],
  [
    'a store and one that is not listed are down',
    facts('opened', { stores: [BARE], more: 1, rule: undefined }),
    '2 stores are down',
    'b\n\nAnd 1 more store.',
  ],
  [
    'a store is up again',
    facts('resolved', { stores: [{ ...BARE, downSince: AT - 60 * MINUTE, upSince: AT, zone: 'Europe/Madrid' }] }),
    'b is up again',
    'b\nDown since: Fri, Nov 27, 18:05 (UTC+01:00) store time\nUp since: Fri, Nov 27, 19:05 (UTC+01:00) store time\n\n' +
      'Alert rule: Two checks',
  ],
  [
    'a store came up and is down again',
    facts('resolved', {
      ...{ stores: [{ ...BARE, downSince: AT - 60 * MINUTE, upSince: AT - 4 * MINUTE, downAgainSince: AT }] },
      ...{ downAgain: 1, rule: undefined },
    }),
    'b came up, and is down again',
    'b\nDown since: Fri, Nov 27, 17:05 (UTC) store time, Fri, Nov 27, 18:05 (UTC+01:00) your time\n' +
      'Up from: Fri, Nov 27, 18:01 (UTC) store time, Fri, Nov 27, 19:01 (UTC+01:00) your time\n' +
      'Down again since: Fri, Nov 27, 18:05 (UTC) store time, Fri, Nov 27, 19:05 (UTC+01:00) your time',
  ],
  [
    'several stores came up, and one that is not listed is down again',
    facts('resolved', { stores: [BARE], more: 2, downAgain: 1, rule: undefined }),
    '3 stores came up, 1 is down again',
    'b\n\nAnd 2 more stores.',
  ],
  ['a reminder', facts('reminder'), "Lenny's 🍜 is still down", DOWN],
  ['an escalation', facts('escalated'), "Not acknowledged: Lenny's 🍜 is down", DOWN],
  ['planned downtime is over', facts('planned_ended'), "Lenny's 🍜 is still down after planned downtime", DOWN],
  [
    'a mass outage',
    facts('mass_outage', {
      ...{ outage: { label: 'platform', value: 'Food2Go', down: 120, of: 150 }, stores: [BARE], more: 119 },
      rule: undefined,
    }),
    '120 of 150 stores with platform Food2Go are down',
    '80% of the stores with platform Food2Go are down. No messages about single stores of this group are sent until ' +
      'they recover.\n\nb\n\nAnd 119 more stores.',
  ],
  [
    'a mass outage of all stores',
    facts('mass_outage', {
      ...{ outage: { label: '', value: '', down: 1, of: 12 }, stores: [BARE], rule: undefined },
    }),
    '1 of 12 stores is down',
    '8% of the stores are down. No messages about single stores of this group are sent until they recover.\n\nb',
  ],
  [
    'a mass outage, for an owner',
    facts('mass_outage', {
      ...{
        outage: { label: 'platform', value: 'Food2Go', down: 1, of: 2, own: true },
        stores: [BARE],
        rule: undefined,
      },
    }),
    '1 of your 2 stores with platform Food2Go is down',
    'Unusually many stores with platform Food2Go are down, among them yours. No messages about single stores of this ' +
      'group are sent until they recover.\n\nb',
  ],
  [
    'a mass outage that nobody has acknowledged',
    facts('escalated', {
      ...{ outage: { label: 'platform', value: 'Food2Go', down: 120, of: 150 }, stores: [BARE], rule: undefined },
    }),
    'Not acknowledged: 120 of 150 stores with platform Food2Go are down',
    'b',
  ],
  [
    'a mass outage that goes on',
    facts('reminder', {
      ...{ outage: { label: '', value: '', down: 1, of: 12, own: true }, stores: [BARE], rule: undefined },
    }),
    '1 of your 12 stores is still down',
    'b',
  ],
  [
    'the end of a mass outage',
    facts('resolved', {
      ...{ outage: { label: 'platform', value: 'Food2Go', down: 1, of: 150, recovered: 119 }, stores: [BARE] },
      ...{ rule: undefined, period: { from: AT - 13 * MINUTE, until: AT } },
    }),
    'Stores with platform Food2Go are up again, 1 is still down',
    'The mass outage is over after 13 min. 119 stores are up again.\n\nb',
  ],
  [
    'the end of a mass outage, for an owner',
    facts('resolved', {
      ...{ outage: { label: 'platform', value: 'Food2Go', down: 0, of: 2, recovered: 1, own: true }, stores: [] },
      ...{ rule: undefined, period: { from: AT - 13 * MINUTE, until: AT } },
    }),
    'Your stores with platform Food2Go are up again',
    'The mass outage is over after 13 min. 1 store is up again.',
  ],
  [
    'a store that was never seen up',
    facts('opened', {
      stores: [{ ...BARE, downSince: AT - 60 * MINUTE, beganEarlier: true, lost: 60 * MINUTE, zone: 'Europe/Madrid' }],
      rule: undefined,
    }),
    'b is down',
    'b\nDown since: Fri, Nov 27, 18:05 (UTC+01:00) store time, or earlier\nOpen time lost: at least 1 h',
  ],
  [
    'the monitor is blind',
    facts('blind', { stores: [], rule: undefined, period: { from: AT } }),
    'Monitoring is interrupted',
    'Stores cannot be observed since Fri, Nov 27, 19:05 (UTC+01:00). No alerts are sent until monitoring works again.',
  ],
  [
    'the monitor sees again',
    facts('sight_returned', { stores: [], rule: undefined, period: PERIOD, count: 1_200 }),
    'Monitoring works again',
    'It was interrupted for 1 h 30 min, from Fri, Nov 27, 17:35 (UTC+01:00) to Fri, Nov 27, 19:05 (UTC+01:00).\n' +
      'Checks missed: 1200',
  ],
  [
    'a digest',
    facts('digest', {
      ...{ stores: [BARE], rule: undefined, period: PERIOD, count: 1 },
      digest: { ended: 2, open: 1, interrupted: 20 * MINUTE, watched: true },
    }),
    'Digest: 1 incident, 1 still open',
    'From Fri, Nov 27, 17:35 (UTC+01:00) to Fri, Nov 27, 19:05 (UTC+01:00): 1 incident began, 2 ended, and 1 is ' +
      'still open.\nMonitoring was interrupted for 20 min.\n\nStill down:\n\nb',
  ],
  [
    'a digest without incidents and rules',
    facts('digest', {
      ...{ stores: [], rule: undefined, period: PERIOD, count: 0 },
      digest: { ended: 0, open: 0, interrupted: 0, watched: false },
    }),
    'Digest: 0 incidents',
    'From Fri, Nov 27, 17:35 (UTC+01:00) to Fri, Nov 27, 19:05 (UTC+01:00): 0 incidents began, 0 ended, and 0 are ' +
      'still open.\nNo alert rule is enabled, so no incidents can be found.',
  ],
  [
    'a test',
    facts('test', { stores: [], rule: undefined }),
    'Test message',
    'This contact point works. The message was requested on Fri, Nov 27, 19:05 (UTC+01:00).\n' +
      'Messages have no links, because PUBLIC_URL is not set on the server.',
  ],
] as const) {
  test(`the message that ${name}`, () => {
    const message = render(given, HERE);
    assert.equal(message.title, title);
    assert.equal(message.text, text);
  });
}

suite('templates of users', () => {
  test('replace the title or the text, and have the variables of the message', () => {
    const own = { title: '{{ severity | upcase }} {{ store.name }}', text: '{{ url }}\n{{ acknowledge_url }}' };
    const links = { ...HERE, url: 'https://m.example/i', acknowledgeUrl: 'https://m.example/a' };
    assert.deepEqual(render(facts('opened'), links, own), {
      title: "PAGE Lenny's 🍜",
      text: 'https://m.example/i\nhttps://m.example/a',
    });
    assert.equal(render(facts('opened'), HERE, { title: 'x' }).text, DOWN);
  });

  test('names of stores are text and no template', () => {
    const stores = [{ ...STORE, name: '{{ rule }}{% raw %}\n<b>' }];
    assert.equal(render(facts('opened', { stores }), HERE).title, '{{ rule }}{% raw %} <b> is down');
  });

  test('that are valid for every kind of message are accepted', () => {
    checkTemplate({
      title: '{% if outage %}{{ outage.share }}{% endif %}{{ store.polls[0].reason }}',
      text: '{{ rule }}',
    });
    for (const kind of NOTIFICATION_KINDS) assert.notEqual(render(facts(kind), HERE).title, '', kind);
  });

  for (const [name, text, reason] of [
    ['a tag without an end', '{% if rule %}', /tag \{% if rule %\} not closed/],
    ['an unknown filter', '{{ rule | shout }}', /undefined filter: shout/],
    ['an unknown variable', '{{ stroe.name }}', /undefined variable: stroe/],
    ['a file', '{% include "/etc/passwd" %}', /ENOENT|Failed to lookup/],
    ['an endless loop', '{% for i in (1..1000000000) %}{% for j in (1..1000000) %}x{% endfor %}{% endfor %}', /limit/],
  ] as const) {
    test(`are refused with the reason: ${name}`, () => {
      assert.throws(() => checkTemplate({ text }), { code: 'invalid_input', field: 'template.text', message: reason });
    });
  }
});

test('durations and reasons are in words', () => {
  assert.deepEqual(
    [0, 1, 59, 60, 125, 1_440, 1_445, 1_500, 2_940].map((minutes) => durationWords(minutes * MINUTE)),
    ['0 min', '1 min', '59 min', '1 h', '2 h 5 min', '1 d', '1 d', '1 d 1 h', '2 d 1 h'],
  );
  assert.deepEqual(['timeout', 'http_503', 'other: closed for a party', 'other', 'dns: NXDOMAIN'].map(reasonWords), [
    ...['timed out', 'HTTP 503', 'closed for a party', 'another reason', 'host name not found: NXDOMAIN'],
  ]);
});
