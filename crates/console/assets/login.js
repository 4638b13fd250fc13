// Sign-in: the passkey knows who it is.

import { offer } from "./ceremony.js";
import { USING } from "./failures.js";
import { usePasskey } from "./passkey.js";

const waiting = "Your browser asks for your passkey now. Confirm with fingerprint, face or screen lock.";

offer(document.getElementById("start"), waiting, USING, async (post) => {
  const { ceremony_id, options } = await post("/console/login/begin", {});
  const credential = await usePasskey(options);
  await post("/console/login/finish", { ceremony_id, credential });
});
