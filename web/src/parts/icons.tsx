const PATHS = {
  fleet: 'M3 12.5h4v4H3zM8.5 7.500h4v9h-4zM14 3.500h4v13h-4z',
  stores:
    'M3.500 8.500 5 4h11l1.500 4.500M5 10v7h11v-7M3.500 8.500a2 2 0 0 0 3.500 1 2.300 2.300 0 0 0 3.500 0 2.300 2.300 0 0 0 3.500 0 2 2 0 0 0 3.500-1M9 17v-4h3v4',
  alerts: 'M10.5 3.500a5 5 0 0 0-5 5c0 4.500-2 5.500-2 5.500h14s-2-1-2-5.500a5 5 0 0 0-5-5M9 17a1.700 1.700 0 0 0 3 0',
  analytics: 'M3.500 3.500v13.500h14M7 14v-3M10.500 14V7M14 14v-5',
  reports: 'M4 3h9l4 4v11H4zM7 10h7M7 13.500h7',
  imports: 'M10.5 3v9.500M6.5 9l4 4 4-4M3.5 17h14',
  people: 'M10.5 10a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.400M4 17.500c.5-3.5 3-5 6.5-5s6 1.5 6.5 5',
  downtime: 'M4 5h13v12H4zM4 8.500h13M7.500 3v3.500M13.500 3v3.500M8.500 11l4 3.500M12.500 11l-4 3.500',
  search: 'M9.5 15a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11M13.7 13.7 18 18',
  cross: 'M5 5l11 11M16 5 5 16',
  back: 'M12.5 4.5 6.5 10.500l6 6',
  forward: 'M8.5 4.500l6 6-6 6',
  down: 'M5 8l5.5 5.500L16 8',
  plus: 'M10.5 4v13M4 10.500h13',
  appearance: 'M10.5 17.500a7 7 0 1 0 0-14zM10.5 17.500a7 7 0 0 1 0-14',
  keyboard: 'M2.500 5.500h16v10h-16zM5.500 8.500h1M10 8.500h1M14.500 8.500h1M6.500 12.500h8',
  leave: 'M12 4H5v13h7M9 10.500h9M15 7.500l3 3-3 3',
  up: 'M10.5 17V4M5.5 9l5-5 5 5',
} as const;

export type IconName = keyof typeof PATHS;

/** Decoration: the meaning is always in text as well. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg
      viewBox="0 0 21 21"
      fill="none"
      stroke="currentColor"
      stroke-width="1.6"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
