/** The parts of the API, in the order of the document. */
export const TAGS = [
  {
    name: 'stores',
    description: 'Restaurants: their names, time zones, labels and states.',
  },
  {
    name: 'hours',
    description: 'When a store is open: business hours by weekday, and special hours of single dates.',
  },
  {
    name: 'polls',
    description: 'Checks of a store: an instant and a status. Adding the same poll again changes nothing.',
  },
  {
    name: 'timeline',
    description: 'How the figures of a store are calculated: open time, polls, states and outages.',
  },
  {
    name: 'adjustments',
    description:
      'Planned downtime, and corrections of the adjusted figures: for intervals, or recurrences in store local time, with a reason.',
  },
  {
    name: 'fleet',
    description: 'All stores together: states, uptime over time, and the stores with the most downtime.',
  },
  {
    name: 'alerts',
    description: 'Alert rules: when a store counts as down, and who is notified. Incidents: what they found.',
  },
  {
    name: 'reports',
    description: 'Uptime and downtime of every store in the last hour, day and week before an instant.',
  },
  {
    name: 'analytics',
    description: 'Uptime and outages over any period, by time and by labels.',
  },
  {
    name: 'zones',
    description: 'Time zones, and the rules that the server applies.',
  },
  { name: 'imports', description: 'Feeds as files: polls, business hours, special hours and time zones.' },
  {
    name: 'notifications',
    description: 'Contact points: where messages reach users and the team. Deliveries: the messages to them.',
  },
  { name: 'session', description: 'Sign-in with a browser, and the current user.' },
  { name: 'users', description: 'Administrators, operators, and owners with their stores.' },
  { name: 'keys', description: 'API keys for programs, with scopes that their user has.' },
  { name: 'audit', description: 'Who changed what, and when.' },
  { name: 'classic', description: 'The two original endpoints: trigger a report, and get it as CSV.' },
  {
    name: 'system',
    description: 'The server: liveness, readiness, metrics and this document.',
  },
] as const;

export function isTag(name: string): boolean {
  return TAGS.some((tag) => tag.name === name);
}
