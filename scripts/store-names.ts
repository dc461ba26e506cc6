import { fetchReady } from './fetch-ready.ts';

const KITCHENS = ['Noodle', 'Taco', 'Curry', 'Burger', 'Pizza', 'Ramen', 'Salad', 'Bagel', 'Dumpling', 'Chowder'];
const KINDS = ['House', 'Corner', 'Counter', 'Kitchen', 'Yard', 'Bar', 'Window'];
const STREETS = ['Harbor', 'Mill', 'Station', 'Park', 'Market', 'Bridge', 'Garden', 'Church', 'River', 'Hill', 'Lake'];
const BATCH = 200;

/** Names and labels simulated stores by their position in the time zones feed. */
export async function nameStores(url: string, zones: string): Promise<void> {
  const rows = zones.trimEnd().split('\n').slice(1);
  const named = rows.map((row, i) => {
    const [store_id = '', zone = ''] = row.split(',');
    const brand = `${KITCHENS[(i * 7) % KITCHENS.length]} ${KINDS[(i * 3) % KINDS.length]}`;
    const city = zone.slice(zone.lastIndexOf('/') + 1).replaceAll('_', ' ');
    const name = `${brand}, ${STREETS[(i * 5) % STREETS.length]} Street ${1 + (i % 89)}`;
    return { store_id, name, set_labels: { brand, city } };
  });
  for (let i = 0; i < named.length; i += BATCH) {
    const response = await fetchReady(`${url}/api/v1/stores`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ stores: named.slice(i, i + BATCH) }),
    });
    if (!response.ok) throw new Error(`naming stores answered ${response.status}: ${await response.text()}`);
  }
}
