const KITCHENS = ['Noodle', 'Taco', 'Curry', 'Burger', 'Pizza', 'Ramen', 'Salad', 'Bagel', 'Dumpling', 'Chowder'];
const KINDS = ['House', 'Corner', 'Counter', 'Kitchen', 'Yard', 'Bar', 'Window'];
const STREETS = ['Harbor', 'Mill', 'Station', 'Park', 'Market', 'Bridge', 'Garden', 'Church', 'River', 'Hill', 'Lake'];

/** Names and labels simulated stores by their position in the time zones feed. */
export async function nameStores(url: string, zones: string): Promise<void> {
  const rows = zones.trimEnd().split('\n').slice(1);
  for (const [i, row] of rows.entries()) {
    const [id = '', zone = ''] = row.split(',');
    const kitchen = KITCHENS[(i * 7) % KITCHENS.length];
    const name = `${kitchen} ${KINDS[(i * 3) % KINDS.length]}, ${STREETS[(i * 5) % STREETS.length]} Street ${1 + (i % 89)}`;
    const city = zone.slice(zone.lastIndexOf('/') + 1).replaceAll('_', ' ');
    const response = await fetch(`${url}/api/v1/stores/${encodeURIComponent(id)}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name, labels: { brand: `${kitchen} ${KINDS[(i * 3) % KINDS.length]}`, city } }),
    });
    if (!response.ok) throw new Error(`naming ${id} answered ${response.status}: ${await response.text()}`);
  }
}
