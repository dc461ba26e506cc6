import { type Static, Type } from 'typebox';
import { SOURCE_KINDS, zoneRelease } from '../calendar/tzdb.ts';
import { OneOf } from './schemas.ts';

/** The rules in use. Their folder is not shown to clients. */
export const TimeZoneRules = Type.Object(
  {
    version: Type.String({ description: 'the release of the IANA time zone database', examples: ['2026f'] }),
    source: OneOf(
      SOURCE_KINDS,
      'bundled: part of the program; configured: the folder in `TZDATA_DIR`; system: of the operating system; runtime: of Node',
    ),
  },
  { title: 'TimeZoneRules' },
);

export function timeZones(): Static<typeof TimeZoneRules> {
  const { version, kind } = zoneRelease();
  return { version, source: kind };
}
