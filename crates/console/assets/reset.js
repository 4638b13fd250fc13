// The ghost reset as a dialog on the tester's page. What it shows is the middle part of the
// reset's own page, so that every word comes from the server; here it is opened, sent and watched.

const RHYTHM = 400;
const STEPS = {
  done: ["✓", "done", "good"],
  running: ["◔", "under way…", "info"],
  waiting: ["○", "to come", "muted"],
  refused: ["✕", "not done", "bad"],
  skipped: ["–", "not begun", "muted"],
  unsent: ["!", "not accepted yet", "warn"],
};

const dialog = document.getElementById("reset-dialog");
const title = document.getElementById("reset-title");
const slot = dialog?.querySelector("[data-slot]");
const json = { Accept: "application/json" };
let begun = false;
let running = false;

const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));

// Shows the reset's page in the dialog; where that cannot be, goes to the page itself.
async function open(address) {
  let part;
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
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
  const lastRun = form.dataset.lastRun;
  const plan = form.elements.plan?.value;
  form.querySelector("button").disabled = true;
  title.focus();
  part.querySelector("[data-before]").hidden = true;
  part.querySelector("[data-steps]").hidden = false;
  show(part, -1, "running", "waiting");
  const watching = watch(part, form.action, lastRun);
  let answer = null;
  let body = null;
  try {
    answer = await fetch(form.action, {
      method: "POST",
      headers: { ...json, "Content-Type": "application/json" },
      body: JSON.stringify(plan ? { plan } : {}),
    });
    body = await answer.json();
  } catch {
    answer = null;
  }
  running = false;
  const reached = await watching;
  if (answer?.ok) show(part, 4, "done", "done", body.email_sent === false);
  else show(part, await progress(form.action, lastRun, reached), "refused", "skipped");
  finish(part, answer, body);
}

// Ticks the steps until the answer to the reset is there, and gives the last one seen.
async function watch(part, address, lastRun) {
  let reached = -1;
  while (running) {
    await pause(RHYTHM);
    if (!running) break;
    reached = await progress(address, lastRun, reached);
    if (running) show(part, reached, "running", "waiting");
  }
  return reached;
}

// The number of the last step that this run has finished.
async function progress(address, lastRun, known) {
  try {
    const answer = await fetch(`${address}?only=run`, { headers: json });
    const { run } = await answer.json();
    if (!run || run.started_at === lastRun) return known;
    const names = ["initiated", "deleted", "token_ready", "mail_attempted", "completed"];
    return Math.max(known, names.indexOf(run.step));
  } catch {
    return known;
  }
}

// Marks each step: those up to `reached` are done, the next is `next`, the others `later`.
function show(part, reached, next, later, unsent = false) {
  part.querySelectorAll("[data-step]").forEach((step, number) => {
    let state = number <= reached ? "done" : number === reached + 1 ? next : later;
    if (unsent && step.dataset.step === "mail_attempted") state = "unsent";
    if (step.dataset.state === state) return;
    const [sign, word, style] = STEPS[state];
    step.dataset.state = state;
    step.className = style;
    step.querySelector("[data-sign]").textContent = sign;
    step.querySelector("[data-word]").textContent = word;
  });
}

// Says how it ended, and offers what helps now.
function finish(part, answer, body) {
  const reveal = (name) => part.querySelector(name)?.removeAttribute("hidden");
  const sent = body?.email_sent !== false;
  const says = !answer ? "lost" : !answer.ok ? "refused" : sent ? "sent" : "unsent";
  if (says === "refused") part.querySelector("[data-message]").textContent = body?.message ?? "";
  reveal(`[data-says="${says}"]`);
  reveal("[data-after]");
  if (says === "unsent") reveal("[data-reveal]");
  reveal(answer?.ok ? "[data-done]" : "[data-after] [data-again]");
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
