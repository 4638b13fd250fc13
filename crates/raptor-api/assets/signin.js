// Signing in with a passkey and signing out, from whichever page offers it.

import { get, post } from "./api.js";
import { Ended, describe } from "./failures.js";
import { isSupported, usePasskey } from "./passkey.js";
import { say } from "./message.js";

// Browsers give the same error where they found no passkey.
const NOT_CONFIRMED =
  "Nothing was changed. Try again. If your passkey is on another device, choose that device in the prompt, or sign in there.";

// Runs the ceremony and says who is signed in then.
async function signIn() {
  if (!isSupported()) throw new Ended("PasskeysUnavailable");
  const { ceremony_id, options } = await post("/api/auth/login/begin", {});
  const credential = await usePasskey(options);
  await post("/api/auth/login/verify", { ceremony_id, credential });
  return get("/api/auth/session");
}

// Makes a button sign in; `then(session)` is what follows.
export function offerSignIn(button, then) {
  button.addEventListener("click", async () => {
    button.disabled = true;
    say("Your device is asking you now: confirm that you want to sign in.", true);
    try {
      then(await signIn());
    } catch (error) {
      const { title, text } = describe(error);
      say(error?.name === "NotAllowedError" ? NOT_CONFIRMED : text, false, title);
    } finally {
      button.disabled = false;
    }
  });
}

// Makes a button sign out; `then()` is what follows.
export function offerSignOut(button, then) {
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await post("/api/auth/logout", {});
      then();
    } catch (error) {
      say(error.message);
      button.disabled = false;
    }
  });
}
