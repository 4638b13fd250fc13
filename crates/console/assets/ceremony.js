// What sign-in and enrolment have in common: one button, one place for messages, two requests
// with the passkey prompt between them.

import { explain } from "./failures.js";
import { isSupported } from "./passkey.js";

const PATIENCE = 20_000;

// A refusal of the Console: its message is for the person at the screen.
class Refused extends Error {}

async function post(path, body) {
  let response;
  let answer;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout?.(PATIENCE),
    });
    answer = await response.json();
  } catch {
    throw new Refused("The Console could not be reached. Check your connection, then try again.");
  }
  if (!response.ok) throw new Refused(sentence(answer));
  return answer;
}

// The Console's sentence, or a longer one where it has to be terse.
function sentence(answer) {
  switch (answer.error) {
    case "invalid_enrolment_link":
      return "This link does not work any more: it was used, it is older than 24 hours, or a newer one has replaced it. Reload the page to see which, or ask a superadmin for a new one.";
    case "signup_session_not_found":
    case "ceremony_not_found":
      return "That took longer than five minutes, or it was started again elsewhere. Nothing was changed. Try again.";
    case "passkey_verification_failed":
      return "This passkey was not accepted. It may belong to an operator who was revoked, or have been replaced. Try another one, or ask a superadmin.";
    case "credential_already_registered":
      return "This passkey belongs to an operator already. Try again and create a new one.";
    default:
      return answer.message ?? "Something went wrong on our side. Please try again.";
  }
}

// Makes `button` run `ceremony(post)`, and say how it goes; `waiting` is said while the prompt is
// open, and `meaning` is what its errors mean here (failures.js). A ceremony that succeeds leads to the page that was asked for, or the Overview.
export function offer(button, waiting, meaning, ceremony) {
  const message = document.getElementById("message");
  const say = (text, kind) => {
    const sign = document.createElement("span");
    sign.setAttribute("aria-hidden", "true");
    message.replaceChildren(sign, text);
    message.className = `notice ${kind}`;
  };
  if (!isSupported()) {
    say("This browser cannot use passkeys on this page. Update it, or use another one.", "bad");
    return;
  }
  button.hidden = false;
  const label = button.textContent;
  button.addEventListener("click", async () => {
    button.disabled = true;
    say(waiting, "info");
    try {
      await ceremony(post);
      say("Done. One moment…", "good");
      location.assign(button.dataset.next ?? "/console");
    } catch (error) {
      say(error instanceof Refused ? error.message : explain(error, meaning), "bad");
      button.disabled = false;
      button.textContent = button.dataset.again ?? label;
    }
  });
}
