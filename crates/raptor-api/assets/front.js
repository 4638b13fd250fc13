// The front page: sign in, sign out.

import { offerSignIn, offerSignOut } from "./signin.js";

const signIn = document.getElementById("sign-in");
const signOut = document.getElementById("sign-out");

if (signIn) offerSignIn(signIn, () => location.reload());
if (signOut) offerSignOut(signOut, () => location.reload());
