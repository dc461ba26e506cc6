import { Random } from '../../src/simulate/random.ts';
import { AlertWorld, HOUR, MINUTE, NOON } from '../../test/support/alert-world.ts';

/** How many messages the recipients of a flood get. */
export interface Flood {
  readonly what: string;
  /** The kinds of messages that each recipient got, in their order. */
  readonly messages: ReadonlyMap<string, readonly string[]>;
}

/** Minutes between two batches of polls, when they are spread. */
const STEP = 5;
/** Minutes of an outage. */
const OUTAGE = 180;
/** Minutes in which every store is polled once. */
const ROUND = 60;

const SEED = 1;

const STEPS = [{ after: 0, contactPoints: ['team'], owners: true }];

interface Stores {
  readonly id: string;
  readonly labels: { readonly platform: string; readonly city: string };
}

/** @param stores how many go down together; the fleet has 40 % more */
export async function measureFloods(stores: number): Promise<Flood[]> {
  return [
    await platformOutage('A platform outage, found by one batch of polls and ended by another', stores, ROUND, random),
    await platformOutage(
      'A platform outage, found and ended by polls that are spread over an hour',
      stores,
      STEP,
      random,
    ),
    await platformOutage('The same, where the time of the polls of a store depends on its city', stores, STEP, inTurn),
    await ownOutage('The network of the monitor is gone for an hour; messages can be sent', stores, false),
    await ownOutage('The network of the monitor is gone for an hour, and messages cannot be sent either', stores, true),
  ];
}

/** When a store is polled in a round, by its position in the fleet. */
type Turn = (i: number) => number;

const random: Turn = (i) => new Random(SEED, i, 0).whole(0, ROUND - 1);

/** Half of the cities have all their polls in every other batch. */
const inTurn: Turn = (i) => i % ROUND;

/** @param step minutes between two batches */
async function platformOutage(what: string, affected: number, step: number, turn: Turn): Promise<Flood> {
  const fleet = fleetOf(affected);
  const turns = fleet.map((_, i) => turn(i));
  return inWorld(fleet, async (world) => {
    const batches = ROUND / step;
    for (let minute = -2 * ROUND; minute < OUTAGE + 3 * ROUND; minute += step) {
      const slot = ((minute + 2 * ROUND) / step) % batches;
      const down = (platform: string) => platform === 'acme' && minute >= 0 && minute < OUTAGE;
      const polled = fleet.filter((_, i) => (turns[i] as number) % batches === slot);
      await world.poll(...polled.map(({ id, labels }) => [id, minute, !down(labels.platform)] as const));
      await world.at(minute + 1);
    }
    return { what, messages: await messagesOf(world) };
  });
}

/** @param mute the message about its beginning waits until its end */
async function ownOutage(what: string, affected: number, mute: boolean): Promise<Flood> {
  const fleet = fleetOf(affected);
  return inWorld(fleet, async (world) => {
    const polls = (minute: number) => fleet.map(({ id }) => [id, minute, true] as const);
    await world.poll(...polls(-30));
    await world.at(-29);
    const gap = { id: 'network', server: 'one', from: NOON, reason: 'no network', unobserved: 0, until: undefined };
    await world.storage.gaps.save(gap, NOON);
    for (let minute = 1; minute < ROUND; minute += STEP) {
      await world.at(minute);
      if (!mute) await sendAll(world);
    }
    await world.storage.gaps.save({ ...gap, until: NOON + HOUR, unobserved: fleet.length }, NOON + HOUR);
    await world.poll(...polls(ROUND + 1));
    for (let minute = ROUND + 1; minute < 2 * ROUND; minute += STEP) await world.at(minute);
    return { what, messages: await messagesOf(world) };
  });
}

function fleetOf(affected: number): Stores[] {
  return Array.from({ length: Math.round(affected * 1.4) }, (_, i) => ({
    id: `s${String(i).padStart(6, '0')}`,
    labels: { platform: i < affected ? 'acme' : 'other', city: `city ${i % 50}` },
  }));
}

/** The team, an owner of one store and an owner of a hundred are notified. */
async function inWorld(fleet: readonly Stores[], work: (world: AlertWorld) => Promise<Flood>): Promise<Flood> {
  const cleanups: (() => unknown)[] = [];
  try {
    const world = await AlertWorld.open(
      { after: (cleanup) => cleanups.push(cleanup as () => unknown) },
      { stores: fleet },
    );
    for (const [owner, count] of [['owner of 1', 1] as const, ['owner of 100', 100] as const]) {
      const own = fleet.slice(0, count).map(({ id }) => id);
      await world.addOwner(owner, own);
      await world.addContactPoint(`${owner} store${count === 1 ? '' : 's'}`, owner);
    }
    await world.saveRule('r', { steps: STEPS });
    return await work(world);
  } finally {
    for (const cleanup of cleanups) await cleanup();
  }
}

/** As if everything that waits were sent. */
async function sendAll({ storage: { deliveries }, now }: AlertWorld): Promise<void> {
  for (let number = 1; ; number++) {
    const claimed = await deliveries.claim(`claim ${now} ${number}`, now, MINUTE);
    if (claimed === undefined) return;
    await deliveries.settle(claimed, { status: 'sent' }, now, now);
  }
}

/** The messages that were or will be sent, by recipient. */
async function messagesOf(world: AlertWorld): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  const deliveries = (await world.allDeliveries()).filter(({ status }) => status !== 'cancelled');
  for (const { contactPointId, kind } of deliveries.sort((a, b) => a.createdAt - b.createdAt)) {
    found.set(contactPointId, [...(found.get(contactPointId) ?? []), kind]);
  }
  return found;
}
