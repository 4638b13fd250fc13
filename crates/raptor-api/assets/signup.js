// The passkey page: one button, what to do while the prompt is open, what went wrong in words,
// and a way to try again that really begins anew.

import { attempt, giveUp } from "./ceremony.js";
import { Ended, describe, isInsideApp } from "./failures.js";
import { say } from "./message.js";
import { isSupported } from "./passkey.js";
import { report } from "./report.js";
import { offerSignIn, offerSignOut } from "./signin.js";

// After these answers the link is dead: the page itself, loaded again, says which way.
const DEAD = ["invalid_signup_link", "already_registered", "not_found"];
const PARTS = ["intro", "open", "before", "elsewhere", "existing", "done", "inside-account", "about"];

const part = (id) => document.getElementById(id);
const token = part("signup").dataset.token;
const COPY = part("copy").textContent;

// Shows these parts of the page and no others.
function show(...names) {
  for (const name of PARTS) part(name).hidden = !names.includes(name);
}

function button(text, waiting) {
  part("create").textContent = text;
  part("create").disabled = waiting;
}

async function create() {
  say("");
  button("One moment …", true);
  try {
    if (await attempt(token, shown)) succeed();
  } catch (error) {
    fail(error);
  }
}

// What the ceremony has shown while it goes on.
const shown = {
  open() {
    show("open");
    part("slow").hidden = true;
    say("Your device is asking you now.", true);
  },
  slow() {
    part("slow").hidden = false;
  },
  saving() {
    show("before");
    button("Saving your passkey …", true);
    say("Your device said yes. We are saving your passkey.", true);
  },
};

function fail(error) {
  if (DEAD.includes(error?.code)) return location.reload();
  const { title, text, elsewhere, existing } = describe(error);
  const ways = [elsewhere || isInsideApp() ? "elsewhere" : "", existing ? "existing" : ""];
  show("before", "about", ...ways);
  button("Try again", false);
  part("copy").textContent = COPY;
  say(text, false, title);
  part("create").focus();
}

// The page's heading says where the person stands; moving the focus there has it read out.
function head(text) {
  part("title").textContent = text;
  document.title = `${text} · Raxx`;
  part("title").focus();
}

function succeed() {
  for (const step of document.querySelectorAll(".steps [aria-current]")) {
    step.removeAttribute("aria-current");
    step.classList.add("past");
    step.querySelector(".unseen").textContent = " (done)";
    step.nextElementSibling?.setAttribute("aria-current", "step");
  }
  show("done");
  say("");
  head("You are done");
}

function welcome(session) {
  show("inside-account");
  head("Welcome");
  say(`You are signed in as ${session.email}.`, true);
}

async function copy() {
  try {
    await navigator.clipboard.writeText(location.href);
    part("copy").textContent = "Copied";
    say("The link is copied. Open another browser and paste it there.", true);
  } catch {
    say("The link could not be copied. Copy this page’s address yourself, and open it in another browser.");
  }
}

part("create").addEventListener("click", create);
part("restart").addEventListener("click", create);
part("copy").addEventListener("click", copy);
part("inside").hidden = !isInsideApp();
offerSignIn(part("sign-in"), welcome);
offerSignIn(part("sign-in-existing"), welcome);
offerSignOut(part("sign-out"), () => location.assign("/"));

// Whoever leaves while the prompt is open has given up, and comes back to a page that begins anew.
addEventListener("pagehide", () => giveUp(token));
addEventListener("pageshow", (event) => event.persisted && location.reload());

if (!isSupported()) {
  const { title, text } = describe(new Ended("PasskeysUnavailable"));
  show("intro", "before", "elsewhere");
  say(text, false, title);
  report(token, "PasskeysUnavailable", 0);
} else if (isInsideApp()) {
  show("intro", "before", "elsewhere", "about");
}
