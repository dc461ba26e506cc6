// Loaded into a server before its program (`--import`): shifts its wall clock by the milliseconds that the file of
// TEST_CLOCK_FILE says at the moment. The monotonic clock goes on as ever.
import { readFileSync } from 'node:fs';
import process from 'node:process';

const file = process.env.TEST_CLOCK_FILE;
const realNow = Date.now;
let shift = 0;

const read = () => {
  try {
    shift = Number(readFileSync(file, 'utf8'));
  } catch {
    // It does not exist, or is being written.
  }
};

if (file !== undefined) {
  read();
  setInterval(read, 50).unref();
  const now = () => realNow() + shift;
  globalThis.Date = new Proxy(Date, {
    construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    get: (target, key, receiver) => (key === 'now' ? now : Reflect.get(target, key, receiver)),
  });
}
