/** A city of the chain, with the districts in which it has a restaurant each. */
export interface City {
  /** The first part of the ids of its stores. */
  readonly code: string;
  readonly name: string;
  /** The IANA name of its time zone. */
  readonly zone: string;
  readonly districts: readonly string[];
}

/** Ten restaurants in each of twelve cities, in eight time zones. */
export const CITIES: readonly City[] = [
  {
    ...{ code: 'NYC', name: 'New York', zone: 'America/New_York' },
    districts: [
      ...['Astoria', 'Bushwick', 'Chelsea', 'Flatiron', 'Harlem'],
      ...['Park Slope', 'SoHo', 'Tribeca', 'Upper West Side', 'Williamsburg'],
    ],
  },
  {
    ...{ code: 'BOS', name: 'Boston', zone: 'America/New_York' },
    districts: [
      ...['Allston', 'Back Bay', 'Beacon Hill', 'Brookline', 'Cambridge'],
      ...['Charlestown', 'Fenway', 'Jamaica Plain', 'Seaport', 'Somerville'],
    ],
  },
  {
    ...{ code: 'ATL', name: 'Atlanta', zone: 'America/New_York' },
    districts: [
      ...['Buckhead', 'Cabbagetown', 'Decatur', 'East Atlanta', 'Grant Park'],
      ...['Inman Park', 'Old Fourth Ward', 'Peachtree', 'Virginia-Highland', 'West End'],
    ],
  },
  {
    ...{ code: 'TOR', name: 'Toronto', zone: 'America/Toronto' },
    districts: [
      ...['Corktown', 'Distillery', 'Etobicoke', 'Kensington', 'Leslieville'],
      ...['Liberty Village', 'North York', 'Parkdale', 'Riverdale', 'Yorkville'],
    ],
  },
  {
    ...{ code: 'CHI', name: 'Chicago', zone: 'America/Chicago' },
    districts: [
      ...['Andersonville', 'Gold Coast', 'Hyde Park', 'Lakeview', 'Lincoln Park'],
      ...['Logan Square', 'Pilsen', 'River North', 'West Loop', 'Wicker Park'],
    ],
  },
  {
    ...{ code: 'AUS', name: 'Austin', zone: 'America/Chicago' },
    districts: [
      ...['Barton Creek', 'Bouldin', 'Clarksville', 'East Austin', 'Mueller'],
      ...['Rainey Street', 'South Congress', 'Tarrytown', 'The Domain', 'Zilker'],
    ],
  },
  {
    ...{ code: 'DEN', name: 'Denver', zone: 'America/Denver' },
    districts: [
      ...['Baker', 'Cherry Creek', 'Five Points', 'Highlands', 'LoDo'],
      ...['Platt Park', 'RiNo', 'Sunnyside', 'Union Station', 'Washington Park'],
    ],
  },
  {
    ...{ code: 'PHX', name: 'Phoenix', zone: 'America/Phoenix' },
    districts: [
      ...['Ahwatukee', 'Arcadia', 'Biltmore', 'Camelback', 'Deer Valley'],
      ...['Encanto', 'Maryvale', 'Roosevelt Row', 'Scottsdale', 'Tempe'],
    ],
  },
  {
    ...{ code: 'LAX', name: 'Los Angeles', zone: 'America/Los_Angeles' },
    districts: [
      ...['Culver City', 'Echo Park', 'Highland Park', 'Koreatown', 'Los Feliz'],
      ...['Pasadena', 'Santa Monica', 'Silver Lake', 'Venice', 'Westwood'],
    ],
  },
  {
    ...{ code: 'SEA', name: 'Seattle', zone: 'America/Los_Angeles' },
    districts: [
      ...['Ballard', 'Belltown', 'Capitol Hill', 'Columbia City', 'Fremont'],
      ...['Georgetown', 'Green Lake', 'Pioneer Square', 'Queen Anne', 'Wallingford'],
    ],
  },
  {
    ...{ code: 'HNL', name: 'Honolulu', zone: 'Pacific/Honolulu' },
    districts: [
      ...['Ala Moana', 'Diamond Head', 'Hawaii Kai', 'Kaimuki', 'Kakaako'],
      ...['Kalihi', 'Makiki', 'Manoa', 'Moiliili', 'Waikiki'],
    ],
  },
  {
    ...{ code: 'LON', name: 'London', zone: 'Europe/London' },
    districts: [
      ...['Borough', 'Brixton', 'Camden', 'Clapham', 'Hackney'],
      ...['Islington', 'Notting Hill', 'Peckham', 'Shoreditch', 'Spitalfields'],
    ],
  },
];
