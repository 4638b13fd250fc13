// The ghost reset as a dialog on the tester's page. What it shows is the middle part of the
// reset's own page, so that every word comes from the server; here it is opened, sent and watched.

const RHYTHM = 400;
// How long an answer is waited for. A reset takes half a minute where Raptor and Postmark are slow.
const LOOK_LIMIT = 5_000;
const OPEN_LIMIT = 15_000;
const RESET_LIMIT = 60_000;
const STATES = {
  done: ["✓", "done", "good"],
  running: ["◔", "under way…", "info"],
  waiting: ["○", "to come", "muted"],
  refused: ["✕", "not done", "bad"],
  skipped: ["–", "not begun", "muted"],
  unsent: ["!", "not accepted yet", "warn"],
  unknown: ["?", "not known", "warn"],
};

const dialog = document.getElementById("reset-dialog");
const title = document.getElementById("reset-title");
const slot = dialog?.querySelector("[data-slot]");
const json = { Accept: "application/json" };
let begun = false;
let running = false;

const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
const stepsOf = (part) => [...part.querySelectorAll("[data-step]")];

// Shows the reset's page in the dialog; where that cannot be, goes to the page itself.
async function open(address) {
  let part;
  try {
    const signal = AbortSignal.timeout(OPEN_LIMIT);
    const answer = await fetch(address, { headers: { Accept: "text/html" }, signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    part = page.querySelector("[data-part]");
  } catch {
    part = null;
  }
  if (!part) {
    location.assign(address);
    return;
  }
  slot.replaceChildren(document.adoptNode(part));
  if (!dialog.open) dialog.showModal();
  title.focus();
  dialog.scrollTop = 0;
  const form = part.querySelector("form[data-last-run]");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!running) reset(part, form);
  });
}

// Runs the reset. The form has been checked by the browser before this.
async function reset(part, form) {
  begun = running = true;
  const plan = form.elements.plan?.value;
  form.querySelector("button").disabled = true;
  title.focus();
  part.querySelector("[data-before]").hidden = true;
  part.querySelector("[data-steps]").hidden = false;
  show(part, -1, "running", "waiting");
  const watching = watch(part, form);
  let answer = null;
  let body = null;
  try {
    answer = await fetch(form.action, {
      method: "POST",
      headers: { ...json, "Content-Type": "application/json" },
      body: JSON.stringify(plan ? { plan } : {}),
      signal: AbortSignal.timeout(RESET_LIMIT),
    });
    body = await answer.json();
  } catch {
    answer = null;
  }
  running = false;
  const seen = await watching;
  if (answer?.ok) {
    const unsent = body.email_sent === false;
    show(part, Infinity, "done", "done", unsent);
    return finish(part, unsent ? "unsent" : "sent");
  }
  // By its record and not by the code: one code stands for "no" and for "nobody knows".
  const { reached, outcome } = await look(part, form, seen);
  const refused = answer && ["none", "failed"].includes(outcome);
  show(part, reached, refused ? "refused" : "unknown", answer ? "skipped" : "unknown");
  finish(part, !answer ? "lost" : refused ? "refused" : "unfinished", body?.message);
}

// Ticks the steps until the answer to the reset is there, and gives what was seen last.
async function watch(part, form) {
  let seen = { reached: -1 };
  while (running) {
    await pause(RHYTHM);
    if (!running) break;
    seen = await look(part, form, seen);
    if (running) show(part, seen.reached, "running", "waiting");
  }
  return seen;
}

// How far this run is: the number of the last step that it has finished, and its outcome. That is
// "none" where there is no such run, null while it is open, and undefined where nobody can say.
async function look(part, form, { reached }) {
  try {
    const signal = AbortSignal.timeout(LOOK_LIMIT);
    const answer = await fetch(`${form.action}?only=run`, { headers: json, signal });
    const { run } = await answer.json();
    if (run === undefined) return { reached };
    if (!run || run.started_at === form.dataset.lastRun) return { reached, outcome: "none" };
    const step = stepsOf(part).findIndex(({ dataset }) => dataset.step === run.step);
    return { reached: Math.max(reached, step), outcome: run.outcome };
  } catch {
    return { reached };
  }
}

// Marks each step: those up to `reached` are done, the next is `next`, the others `later`.
function show(part, reached, next, later, unsent = false) {
  stepsOf(part).forEach((step, number) => {
    let state = number <= reached ? "done" : number === reached + 1 ? next : later;
    if (unsent && step.dataset.step === "mail_attempted") state = "unsent";
    if (step.dataset.state === state) return;
    const [sign, word, style] = STATES[state];
    step.dataset.state = state;
    step.className = style;
    step.querySelector("[data-sign]").textContent = sign;
    step.querySelector("[data-word]").textContent = word;
  });
}

// Says how it ended, and offers what helps now.
function finish(part, says, message = "") {
  const reveal = (name) => part.querySelector(name)?.removeAttribute("hidden");
  const words = part.querySelector(`[data-says="${says}"] [data-message]`);
  if (words) words.textContent = message;
  reveal(`[data-says="${says}"]`);
  reveal("[data-after]");
  if (says === "unsent") reveal("[data-reveal]");
  reveal(["sent", "unsent"].includes(says) ? "[data-done]" : "[data-after] [data-again]");
  part.querySelector("[data-after] [data-close]").focus();
}

if (dialog?.showModal) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-reset], a[data-again], a[data-close]");
    const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (!link || !plain) return;
    event.preventDefault();
    if ("close" in link.dataset) dialog.close();
    else open(link.href);
  });
  // While the steps run there is nothing to cancel. Of two presses of Escape some browsers
  // announce only the first, so the key itself is stopped as well.
  dialog.addEventListener("cancel", (event) => running && event.preventDefault());
  dialog.addEventListener("keydown", (event) => {
    if (running && event.key === "Escape") event.preventDefault();
  });
  dialog.addEventListener("close", () => begun && location.reload());
}
