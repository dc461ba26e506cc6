/** The parts of the API, in the order in which somebody gets to know it. */
export const TAGS = [
  {
    name: 'stores',
    description: 'The restaurants: what they are called, where they are, and whether they are online.',
  },
  {
    name: 'hours',
    description: 'When a store is open: its business hours by weekday, and the special hours of a date.',
  },
  {
    name: 'polls',
    description: 'Observations of a store: an instant, and active or not. Adding the same again changes nothing.',
  },
  {
    name: 'timeline',
    description: 'Why the numbers of a store are what they are: open time, polls, states and outages.',
  },
  {
    name: 'fleet',
    description: 'All stores at once: how many are online, how uptime went, and which stores are worst.',
  },
  {
    name: 'reports',
    description: 'Uptime and downtime of every store in the last hour, day and week before an instant.',
  },
  {
    name: 'zones',
    description: 'The time zones that stores can be in, and the rules by which the server reads their clocks.',
  },
  { name: 'imports', description: 'The three feeds as files: polls, business hours and time zones.' },
  { name: 'session', description: 'Signing in with a browser, and who one is.' },
  { name: 'users', description: 'The people: administrators, operators, and owners with the stores that are theirs.' },
  { name: 'keys', description: 'API keys for programs, with some of the scopes of their user.' },
  { name: 'audit', description: 'Who changed what, and when.' },
  { name: 'classic', description: 'The two endpoints of old: trigger a report, and get it as CSV.' },
  {
    name: 'system',
    description: 'The server itself: whether it is alive and ready, its metrics, and this description.',
  },
] as const;

export function isTag(name: string): boolean {
  return TAGS.some((tag) => tag.name === name);
}
