import { DAY, HOUR, SECOND } from '../domain/hours.ts';
import { Random } from '../simulate/random.ts';
import type { OpeningRow } from '../simulate/week.ts';
import { CITIES } from './places.ts';
import { PURPOSE } from './purpose.ts';

/** A restaurant of the invented chain. */
export interface ChainStore {
  /** Its position in the chain. */
  readonly index: number;
  /** The city's code and a number: `CHI-07`. */
  readonly id: string;
  readonly name: string;
  readonly brand: string;
  readonly city: string;
  /** The ordering platform that it sells on. */
  readonly platform: string;
  /** The IANA name of its time zone. */
  readonly zone: string;
  /** The business hours that the chain has published. No rows: open 24/7. */
  readonly week: readonly OpeningRow[];
  /** Whether it fails far more often than the others. */
  readonly flaky: boolean;
}

/** Hours since local midnight; past 24 on the next date. */
type Opening = readonly [from: number, to: number];

/** The brand that opens earliest in the morning. */
export const BAKERY = 'Rye & Honey';

/** Invented, like the platforms. The hours are those of each day, Monday first; none: open 24/7. */
const BRANDS: readonly { readonly name: string; readonly days: readonly Opening[] }[] = [
  { name: 'Copper Ladle', days: daily([11, 22], [11, 24], [11, 21]) },
  { name: 'Noodle Harbor', days: daily([11.5, 22.5], [11.5, 23], [12, 22]) },
  { name: 'Casa Marigold', days: daily([10.5, 22], [10.5, 26], [10.5, 22]) },
  { name: 'Owl & Anchor Diner', days: [] },
  { name: BAKERY, days: daily([6, 16], [6, 17], [7, 15]) },
];

export const PLATFORMS = ['Platebound', 'Tavolo', 'Quickfork'] as const;

const FLAKY = 0.1;

/** All stores of the chain. The seed decides on their platforms and their reliability. */
export function chainOf(seed: number): readonly ChainStore[] {
  return CITIES.flatMap(({ code, name: city, zone, districts }, c) =>
    districts.map((district, d): ChainStore => {
      const index = c * districts.length + d;
      const random = new Random(seed, index, PURPOSE.chain);
      const brand = BRANDS[(c + d) % BRANDS.length] as (typeof BRANDS)[number];
      return {
        ...{ index, city, zone },
        id: `${code}-${String(d + 1).padStart(2, '0')}`,
        name: `${brand.name} ${district}`,
        brand: brand.name,
        platform: random.pick(PLATFORMS),
        week: weekOf(brand.days),
        flaky: random.chance(FLAKY),
      };
    }),
  );
}

/** Monday to Thursday, Friday and Saturday, and Sunday. */
function daily(weekday: Opening, weekend: Opening, sunday: Opening): readonly Opening[] {
  return [weekday, weekday, weekday, weekday, weekend, weekend, sunday];
}

/** The rows of a week. Until midnight is 23:59:59, as in the public data; a later end is on the next date. */
function weekOf(days: readonly Opening[]): readonly OpeningRow[] {
  return days.map(([from, to], day) => {
    const end = to === 24 ? DAY - SECOND : (to % 24) * HOUR;
    return { day, start: from * HOUR, end };
  });
}
