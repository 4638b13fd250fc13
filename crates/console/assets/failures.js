// How a passkey prompt failed, in words for an operator: what happened, whether anything was
// changed, what to do.

const UNFINISHED =
  "The device or password manager could not finish. Nothing was changed. Unlock it, or choose another one in the prompt, and try again.";
const UNREADABLE =
  "This browser could not read the request for a passkey. Nothing was changed. Update it, or try another browser.";

// By the name of the error, whichever the prompt.
const WORDS = {
  AbortError: "The attempt was stopped. Nothing was changed. You can try again.",
  SecurityError:
    "The browser does not allow passkeys at this address. Nothing was changed. Open the Console in a normal browser tab, at its own address, and try again.",
  ConstraintError:
    "This device cannot check that it is you. Nothing was changed. Set up a screen lock, fingerprint or face in its settings, and try again.",
  NotReadableError: UNFINISHED,
  UnknownError: UNFINISHED,
  OperationError:
    "Another passkey prompt is open in this browser. Nothing was changed. Close it, and try again.",
  EncodingError: UNREADABLE,
  DataError: UNREADABLE,
  TypeError: UNREADABLE,
};
const UNKNOWN =
  "Something unexpected happened at the passkey prompt. Nothing was changed. Try again, or use another browser.";

// What the same error means when a passkey is created.
export const CREATING = {
  NotAllowedError:
    "The prompt was closed, or it ran out of time. No passkey was created, and your link still works. Try again, and confirm with your fingerprint, face or screen lock.",
  InvalidStateError:
    "This device holds a passkey for the Console already. Nothing was changed. Try again, and choose another device in the prompt.",
  NotSupportedError:
    "This device cannot make the kind of passkey that the Console needs. Nothing was changed. Try another browser or another device, such as your phone.",
};

// And when one is used. Browsers do not tell a prompt that was closed from one that found nothing.
export const USING = {
  NotAllowedError:
    "The prompt was closed, ran out of time, or found no passkey for the Console. Nothing was changed. Try again; if your passkey is on another device, choose that device in the prompt. Without one, ask a superadmin for a new link.",
  NotSupportedError:
    "This device cannot use the passkey. Nothing was changed. Try another browser, or choose another device in the prompt.",
};

// The words for an error; `meaning` is one of the two above.
export function explain(error, meaning) {
  return meaning[error?.name] ?? WORDS[error?.name] ?? UNKNOWN;
}
