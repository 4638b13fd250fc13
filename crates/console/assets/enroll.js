// Enrolment: the first passkey of an operator. The token stays in the address and in the body.

import { offer } from "./ceremony.js";
import { CREATING } from "./failures.js";
import { createPasskey } from "./passkey.js";

const token = new URLSearchParams(location.search).get("token") ?? "";
const waiting = "Your browser offers to save a passkey now. Confirm with fingerprint, face or screen lock.";

offer(document.getElementById("start"), waiting, CREATING, async (post) => {
  const { options } = await post("/console/enroll/begin", { token });
  const credential = await createPasskey(options);
  await post("/console/enroll/finish", { token, credential });
});
