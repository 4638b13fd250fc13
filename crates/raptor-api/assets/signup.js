// The passkey page: one button, what to do while the prompt is open, what went wrong in words,
// and a way to try again that really begins anew.

import { ApiError, post } from "./api.js";
import { createPasskey, explain, isSupported } from "./passkey.js";
import { UNSUPPORTED, offerSignIn } from "./signin.js";

// After this time a prompt that nobody answers is perhaps one that nobody sees.
const SLOW = 15_000;

const part = (id) => document.getElementById(id);
const token = part("signup").dataset.token;

// The prompt that is open, if any: { controller, timer }.
let prompt = null;

function say(text, good = false) {
  part("message").textContent = text;
  part("message").classList.toggle("good", good);
}

function show(...names) {
  for (const name of ["before", "open", "done", "existing"]) {
    part(name).hidden = !names.includes(name);
  }
}

async function create() {
  if (!isSupported()) return say(UNSUPPORTED);
  close();
  const mine = { controller: new AbortController() };
  prompt = mine;
  part("create").disabled = true;
  say("");
  try {
    const { options } = await post("/api/auth/register/begin-with-token", { token });
    if (prompt !== mine) return;
    open(mine);
    const credential = await createPasskey(options, mine.controller.signal);
    if (prompt !== mine) return;
    show("before");
    say("Saving your passkey …", true);
    await post("/api/auth/register/verify-with-token", { token, credential });
    succeed();
  } catch (error) {
    // The prompt that was replaced by a new one has nothing to say.
    if (prompt === mine) fail(error);
  } finally {
    clearTimeout(mine.timer);
    if (prompt === mine) prompt = null;
  }
}

function open(mine) {
  show("before", "open");
  say("Your device is asking you now.", true);
  part("slow").hidden = true;
  mine.timer = setTimeout(() => {
    part("slow").hidden = false;
  }, SLOW);
}

function close() {
  clearTimeout(prompt?.timer);
  prompt?.controller.abort();
  prompt = null;
}

// The page's heading says where the person stands; moving the focus there has it read out.
function head(text) {
  part("title").textContent = text;
  document.title = `${text} · Raxx`;
  part("title").focus();
}

function succeed() {
  show("done");
  say("");
  head("You are done");
}

function fail(error) {
  const ours = error instanceof ApiError;
  // An answer that got lost may have been a success, and a link that is used made a passkey.
  const perhapsDone =
    ours && ["unreachable", "invalid_signup_link", "already_registered"].includes(error.code);
  const exists = perhapsDone || error?.name === "InvalidStateError";
  show("before", ...(exists ? ["existing"] : []));
  part("create").textContent = "Try again";
  part("create").disabled = false;
  say(ours ? error.message : explain(error));
  part("create").focus();
}

function welcome(session) {
  show();
  head("Welcome");
  say(`You are signed in as ${session.email}.`, true);
}

part("create").addEventListener("click", create);
part("restart").addEventListener("click", create);
offerSignIn(part("sign-in"), say, welcome);
offerSignIn(part("sign-in-existing"), say, welcome);
if (!isSupported()) say(UNSUPPORTED);
