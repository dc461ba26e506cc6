import { type Static, Type } from 'typebox';
import { SOURCE_KINDS, zoneRelease } from '../calendar/tzdb.ts';
import { OneOf } from './schemas.ts';

/** Which rules are in use. The folder they are in is not the caller's to know. */
export const TimeZones = Type.Object(
  {
    version: Type.String({ description: 'the release of the IANA time zone database', examples: ['2026f'] }),
    source: OneOf(
      SOURCE_KINDS,
      'bundled: it came with the program; configured: the folder in `TZDATA_DIR`; system: that of the system; runtime: Node',
    ),
  },
  { title: 'TimeZoneRules' },
);

export function timeZones(): Static<typeof TimeZones> {
  const { version, kind } = zoneRelease();
  return { version, source: kind };
}
