import { setTimeout as sleep } from 'node:timers/promises';
import { DAY } from '../domain/reference.ts';
import type { Schedule } from '../history/chains.ts';
import type { Poll } from '../history/polls.ts';
import type { SeededRandom } from '../simulation/random.ts';
import type { Scene } from './poll-clients.ts';
import type { Answer, RecordedChain } from './recorder.ts';
import { uploadFile } from './upload-clients.ts';

const HOUR = 3_600_000;
const ZONES = ['UTC', 'Asia/Kolkata', 'America/Phoenix', 'Etc/GMT+5'];

interface Plan extends Schedule {
  readonly store: string;
}

/** Changes the schedules of its own stores by requests. A change that is not answered is the last of its store. */
export async function changeSchedules(scene: Scene, name: string): Promise<void> {
  const { recorder, random, isOpen } = scene;
  const since = Date.now() - 10 * DAY;
  for (let round = 0; isOpen(); round++) {
    await sleep(random.between(100, 500));
    const chain = recorder.chain(`${name}-${round}`);
    let plan: Plan = { store: chain.name, rows: [], zone: random.pick(ZONES), specialHours: [] };
    const path = `/api/v1/stores/${plan.store}`;
    const send = (next: Plan, method: string, where: string, body?: object) =>
      change(scene, chain, next, (server) =>
        recorder.request(server, method, where, body === undefined ? undefined : JSON.stringify(body)),
      );
    let ok = await send(plan, 'POST', '/api/v1/stores', { store_id: plan.store, zone: plan.zone });
    ok &&= await addPolls(scene, chain, plan.store);
    while (ok && isOpen()) {
      await sleep(random.between(100, 700));
      const [date, ...others] = plan.specialHours;
      if (random.chance(0.5)) {
        plan = { ...plan, rows: someRows(random) };
        const hours = plan.rows.map(({ day, start, end }) => ({ day, start: timeOf(start), end: timeOf(end) }));
        const body = { effective_from: new Date(since).toISOString(), hours: hours.length === 0 ? 'always' : hours };
        ok = await send(plan, 'PUT', `${path}/hours`, body);
      } else if (date !== undefined) {
        plan = { ...plan, specialHours: others };
        ok = await send(plan, 'DELETE', `${path}/special-hours/${date.date}`);
      } else {
        const special = someDate(random);
        plan = { ...plan, specialHours: [special] };
        const { start, end } = special;
        const body =
          start === undefined ? { closed: true } : { hours: [{ start: timeOf(start), end: timeOf(end as number) }] };
        ok = await send(plan, 'PUT', `${path}/special-hours/${special.date}`, body);
      }
    }
  }
}

/** Changes the schedules of its own stores by files. */
export async function uploadSchedules(scene: Scene, name: string): Promise<void> {
  const { recorder, random, isOpen } = scene;
  const since = new Date(Date.now() - 10 * DAY).toISOString();
  for (let round = 0; isOpen(); round++) {
    await sleep(random.between(100, 500));
    const chain = recorder.chain(`${name}-${round}`);
    const store = chain.name;
    let plan: Plan = { store, rows: [], zone: random.pick(ZONES), specialHours: [] };
    const upload = (feed: string, csv: string, query = '') =>
      uploadFile(scene, chain, { schedule: plan }, `feed=${feed}${query}`, Buffer.from(csv));
    const effective = `&effective_from=${since}`;
    const uploadZone = () => upload('zones', `store_id,timezone_str\n${store},${plan.zone}\n`, effective);
    const uploadHours = () => upload('hours', hoursCsv(plan), effective);
    let ok = await uploadZone();
    ok &&= await addPolls(scene, chain, store);
    while (ok && isOpen()) {
      await sleep(random.between(200, 1_500));
      const kind = random.pick(['hours', 'zones', 'stores', 'special_hours']);
      if (kind === 'zones') {
        plan = { ...plan, zone: random.pick(ZONES) };
        ok = await uploadZone();
      } else if (kind === 'stores') {
        plan = { ...plan, zone: random.pick(ZONES) };
        ok = await upload(kind, `store_id,name,timezone_str\n${store},Store ${round},${plan.zone}\n`, effective);
      } else if (kind === 'hours') {
        plan = { ...plan, rows: someRows(random, 1) };
        ok = await uploadHours();
      } else {
        const special = someDate(random);
        const others = plan.specialHours.filter(({ date }) => date !== special.date);
        plan = { ...plan, specialHours: [...others, special] };
        const times = special.start === undefined ? ',' : `${timeOf(special.start)},${timeOf(special.end as number)}`;
        ok = await upload(kind, `store_id,date,start_time_local,end_time_local\n${store},${special.date},${times}\n`);
      }
    }
  }
}

async function addPolls(scene: Scene, chain: RecordedChain, store: string): Promise<boolean> {
  const { recorder, random } = scene;
  const now = Date.now();
  const polls = Array.from(
    { length: 60 },
    (_, i): Poll => [store, now - (i + 2) * 3 * HOUR + random.below(HOUR), random.chance(0.7)],
  );
  const body = polls.map(([id, at, active]) => ({
    store_id: id,
    status: active ? 'active' : 'inactive',
    timestamp_utc: new Date(at).toISOString(),
  }));
  const start = recorder.now();
  const write = recorder.wrote(polls, { start, end: Number.POSITIVE_INFINITY });
  const begun = chain.begin({ polls }, start);
  const answer = await recorder.request(random.pick(scene.servers), 'POST', '/api/v1/polls', JSON.stringify(body));
  if (!isDone(scene, 'POST /api/v1/polls', answer)) return false;
  write.end = answer.end;
  begun.end = answer.end;
  return true;
}

async function change(
  scene: Scene,
  chain: RecordedChain,
  schedule: Plan,
  send: (server: Scene['servers'][number]) => Promise<Answer>,
): Promise<boolean> {
  const begun = chain.begin({ schedule }, scene.recorder.now());
  const answer = await send(scene.random.pick(scene.servers));
  if (!isDone(scene, `a change of ${schedule.store}`, answer)) return false;
  begun.end = answer.end;
  return true;
}

function isDone({ recorder }: Scene, what: string, answer: Answer): boolean {
  const { status } = answer;
  if (status !== undefined && status < 300) return true;
  if (status !== undefined && status < 500) recorder.unexpected(what, answer);
  return false;
}

/** @param least how many there are at least; none: always open */
function someRows(random: SeededRandom, least = 0): Schedule['rows'] {
  if (least === 0 && random.chance(0.2)) return [];
  const start = random.below(24) * HOUR;
  const end = random.below(24) * HOUR;
  return [0, 1, 2, 3, 4, 5, 6]
    .filter((day) => day === 0 || random.chance(0.8))
    .map((day) => ({ day, start, end: start === end ? end + HOUR / 2 : end }));
}

function someDate(random: SeededRandom): Schedule['specialHours'][number] {
  const date = new Date(Date.now() - random.below(6) * DAY).toISOString().slice(0, 10);
  if (random.chance(0.4)) return { date };
  const start = random.below(12) * HOUR;
  return { date, start, end: start + (1 + random.below(11)) * HOUR };
}

function timeOf(sinceMidnight: number): string {
  return new Date(sinceMidnight).toISOString().slice(11, 16);
}

function hoursCsv({ store, rows }: Plan): string {
  const lines = rows.map(({ day, start, end }) => `${store},${day},${timeOf(start)},${timeOf(end)}\n`);
  return `store_id,day,start_time_local,end_time_local\n${lines.join('')}`;
}
