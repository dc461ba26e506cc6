import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, rmSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { isSocketLocked, lockBySocket } from './locks.ts';
import type { Files, Timer, World } from './ports.ts';

const files: Files = {
  access: fs.access,
  copyFile: fs.copyFile,
  link: fs.link,
  mkdir: fs.mkdir,
  mkdtemp: fs.mkdtemp,
  open: fs.open,
  readdir: fs.readdir as Files['readdir'],
  readFile: fs.readFile as Files['readFile'],
  realpath: fs.realpath,
  rename: fs.rename,
  rm: fs.rm,
  rmSync,
  stat: fs.stat,
  // The types of Node 20.19 do not know `flush`, which it has since 20.10.
  writeFile: fs.writeFile as Files['writeFile'],
  lock: lockBySocket,
  isLocked: isSocketLocked,
  createReadStream,
  createWriteStream,
};

function timerOf(timeout: NodeJS.Timeout): Timer {
  const timer: Timer = {
    // `clearTimeout` stops intervals, too.
    stop: () => clearTimeout(timeout),
    unref: () => {
      timeout.unref();
      return timer;
    },
  };
  return timer;
}

/** The machine that the process runs on. */
export const REAL_WORLD: World = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after: (milliseconds, work) => timerOf(setTimeout(work, milliseconds)),
  every: (milliseconds, work) => timerOf(setInterval(work, milliseconds)),
  yieldTurn: () => setImmediate(),
  random: () => Math.random(),
  uuid: () => randomUUID(),
  files,
};
