// One attempt after the other to create a passkey. A new one closes the prompt of the one before;
// an end that our server cannot see is reported to it.

import { ApiError, post } from "./api.js";
import { Ended } from "./failures.js";
import { createPasskey, isSupported } from "./passkey.js";
import { report, reported } from "./report.js";

// After this time a prompt that nobody answers is perhaps one that nobody sees.
const SLOW = 15_000;
// How long a prompt may be open where the server does not say, and what it is granted beyond:
// the browser's own end should come first.
const LONGEST = 300_000;
const GRACE = 2_000;

// The attempt that is under way: { controller, opened, elapsed, saving }.
let running = null;

// Makes an attempt, with new options. Resolves to true when the passkey is saved, to false when
// the attempt was given up for another; rejects with what went wrong. Of `shown` it calls open(),
// slow() and saving() when it comes to that.
export async function attempt(token, shown) {
  giveUp(token);
  if (!isSupported()) throw new Ended("PasskeysUnavailable");
  const mine = { controller: new AbortController(), opened: null, elapsed: 0, saving: false };
  running = mine;
  try {
    await reported();
    const { options } = await post("/api/auth/register/begin-with-token", { token });
    if (running !== mine) return false;
    const credential = await prompt(mine, options, shown);
    if (running !== mine) return false;
    mine.saving = true;
    shown.saving();
    await post("/api/auth/register/verify-with-token", { token, credential });
    return true;
  } catch (error) {
    if (running !== mine) return false;
    mine.controller.abort();
    const ended = mine.saving && error.code === "unreachable" ? new Ended("AnswerLost") : error;
    // What the server refused it knows.
    if (!(ended instanceof ApiError)) report(token, ended?.name, mine.elapsed);
    throw ended;
  } finally {
    if (running === mine) running = null;
  }
}

// Closes the prompt that is open, if any, and reports that.
export function giveUp(token) {
  if (!running || running.saving) return;
  const { controller, opened } = running;
  running = null;
  controller.abort();
  if (opened !== null) report(token, "AbortError", performance.now() - opened);
}

async function prompt(mine, options, shown) {
  mine.opened = performance.now();
  shown.open();
  let over;
  const never = new Promise((_, reject) => {
    over = setTimeout(() => reject(new Ended("NeverSettled")), (options.timeout ?? LONGEST) + GRACE);
  });
  const slow = setTimeout(() => running === mine && shown.slow(), SLOW);
  try {
    return await Promise.race([createPasskey(options, mine.controller.signal), never]);
  } finally {
    mine.elapsed = performance.now() - mine.opened;
    clearTimeout(slow);
    clearTimeout(over);
  }
}
