// Tells how a ceremony ended in the browser, so that whoever invited the person can see why: one
// word of a closed list and how long the prompt was open, nothing about the person. Nothing waits
// for the answer, and a report that gets lost is lost.

const PATH = "/api/auth/register/report";
const LONGEST = 3_600_000;
const PATIENCE = 1_000;

const NAMES = [
  "NotAllowedError",
  "InvalidStateError",
  "SecurityError",
  "NotSupportedError",
  "AbortError",
  "ConstraintError",
  "UnknownError",
  "NotReadableError",
  "EncodingError",
  "DataError",
  "TypeError",
  "NeverSettled",
  "PasskeysUnavailable",
  "AnswerLost",
];

let last = Promise.resolve();

// Reports an end by its name; `elapsed` is in milliseconds.
export function report(token, name, elapsed) {
  if (navigator.onLine === false) return;
  const error = NAMES.includes(name) ? name : "Other";
  const elapsed_ms = Math.min(LONGEST, Math.max(0, Math.round(elapsed)));
  last = fetch(PATH, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify({ token, error, elapsed_ms }),
    credentials: "same-origin",
    keepalive: true,
  }).catch(() => {});
}

// Settles when the last report has arrived, or after a second: one that arrives after the next
// begin would be taken for that one's.
export function reported() {
  return Promise.race([last, new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
}
