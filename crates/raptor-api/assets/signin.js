// Signing in with a passkey, from whichever page offers it.

import { ApiError, get, post } from "./api.js";
import { explain, isSupported, usePasskey } from "./passkey.js";

export const UNSUPPORTED =
  "This browser cannot use passkeys. Open this page in a current version of Safari, Chrome, Edge or Firefox.";

// Runs the ceremony and says who is signed in then.
export async function signIn() {
  const { ceremony_id, options } = await post("/api/auth/login/begin", {});
  const credential = await usePasskey(options);
  await post("/api/auth/login/verify", { ceremony_id, credential });
  return get("/api/auth/session");
}

// Makes a button sign in. `say(text, good)` shows how it went, `then(session)` what follows.
export function offerSignIn(button, say, then) {
  button.addEventListener("click", async () => {
    if (!isSupported()) return say(UNSUPPORTED);
    button.disabled = true;
    say("Your device is asking you now: confirm that you want to sign in.", true);
    try {
      then(await signIn());
    } catch (error) {
      say(error instanceof ApiError ? error.message : explain(error));
    } finally {
      button.disabled = false;
    }
  });
}
