// The front page: sign in, sign out.

import { post } from "./api.js";
import { offerSignIn } from "./signin.js";

const message = document.getElementById("message");
const signInButton = document.getElementById("sign-in");
const signOutButton = document.getElementById("sign-out");

function say(text, good = false) {
  message.textContent = text;
  message.classList.toggle("good", good);
}

if (signInButton) offerSignIn(signInButton, say, () => location.reload());

signOutButton?.addEventListener("click", async () => {
  signOutButton.disabled = true;
  try {
    await post("/api/auth/logout", {});
    location.reload();
  } catch (error) {
    say(error.message);
    signOutButton.disabled = false;
  }
});
