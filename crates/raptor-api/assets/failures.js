// How a passkey ceremony failed, in words for a person.

import { ApiError } from "./api.js";

const UNFINISHED = [
  "Your device could not finish",
  "Nothing was changed. Unlock the device or the password manager, or choose another one in the prompt, and try again.",
];
const UNREADABLE = [
  "This browser could not read our request",
  "Nothing was changed. Update the browser, or use another one.",
];

// By the name of the error: a title, and whether anything was changed and what to do.
const WORDS = {
  NotAllowedError: [
    "The prompt was closed, or its time ran out",
    "Nothing was changed. Try again, and confirm with your fingerprint, face or screen lock.",
  ],
  AbortError: ["The attempt was stopped", "Nothing was changed. You can try again."],
  InvalidStateError: [
    "This device has a passkey for this account already",
    "Nothing was changed. Sign in with it, or try again with another device.",
  ],
  SecurityError: [
    "The browser does not allow passkeys here",
    "Nothing was changed. Open the link in a normal browser tab, not inside another app.",
  ],
  NotSupportedError: [
    "This device cannot make the passkey that is needed",
    "Nothing was changed. Use another browser or another device, such as your phone.",
  ],
  ConstraintError: [
    "Your device cannot check that it is you",
    "Nothing was changed. Set up a screen lock, fingerprint or face in its settings, then try again.",
  ],
  NotReadableError: UNFINISHED,
  UnknownError: UNFINISHED,
  OperationError: [
    "Another passkey prompt is open",
    "Nothing was changed. Close the other prompt, then try again.",
  ],
  EncodingError: UNREADABLE,
  DataError: UNREADABLE,
  TypeError: UNREADABLE,
  NeverSettled: [
    "Your device never answered",
    "Nothing was changed. Close any prompt that is still open, then try again.",
  ],
  AnswerLost: [
    "Our answer did not arrive",
    "Your passkey may have been saved all the same. Check your connection, then sign in with it; if that does not work, try again.",
  ],
  PasskeysUnavailable: [
    "This browser cannot use passkeys",
    "Nothing was changed. Open this page in a current version of Safari, Chrome, Edge or Firefox.",
  ],
};
const UNKNOWN = [
  "Something unexpected happened at the prompt",
  "Nothing was changed. Try again, or use another browser.",
];

// After these another browser may do better.
const ELSEWHERE = [
  "SecurityError",
  "NotSupportedError",
  "EncodingError",
  "DataError",
  "TypeError",
  "NeverSettled",
  "PasskeysUnavailable",
];

// After these answers of ours the person may have a passkey, or an account, already.
const PERHAPS_DONE = ["already_registered", "credential_already_registered"];

// An end that is no DOMException, by its name in the lists above.
export class Ended extends Error {
  constructor(name) {
    super(name);
    this.name = name;
  }
}

// What to show for an error: { title, text, elsewhere, existing }. The last two say whether
// another browser, or signing in with a passkey that exists, may be the way out.
export function describe(error) {
  if (error instanceof ApiError) {
    const existing = PERHAPS_DONE.includes(error.code);
    return { title: "", text: error.message, elsewhere: false, existing };
  }
  const [title, text] = WORDS[error?.name] ?? UNKNOWN;
  return {
    title,
    text,
    elsewhere: ELSEWHERE.includes(error?.name),
    existing: ["InvalidStateError", "AnswerLost"].includes(error?.name),
  };
}

// Whether the page is shown inside another app, such as a mail program, by what such apps write
// into the browser's name. A page in a bare view on an iPhone does not call itself Safari.
export function isInsideApp(agent = navigator.userAgent) {
  const named = /FBAN|FBAV|Instagram|\bLine\/|MicroMessenger|Snapchat|LinkedInApp|\bGSA\/|; wv\)/;
  const bare = /iPhone|iPad|iPod/.test(agent) && !/Safari\//.test(agent);
  return named.test(agent) || bare;
}
