// Asking our own API. Whatever goes wrong comes out as an Error whose message is for a person;
// `code` is the server's error code, or "unreachable".

const PATIENCE = 20_000;

export class ApiError extends Error {
  constructor(code, message) {
    super(message);
    this.name = "ApiError";
    this.code = code;
  }
}

export function post(path, body) {
  return ask(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(body),
  });
}

export function get(path) {
  return ask(path, { headers: { Accept: "application/json" } });
}

async function ask(path, request) {
  let response;
  let answer = {};
  try {
    response = await fetch(path, { ...request, credentials: "same-origin", signal: limit() });
    if (response.status !== 204) answer = await response.json();
  } catch {
    throw new ApiError(
      "unreachable",
      "We could not be reached. Nothing was lost. Check your connection, then try again.",
    );
  }
  if (response.ok) return answer;
  throw new ApiError(answer.error ?? "internal", sentence(answer));
}

// The server's sentence, or a better one where it has to be terse.
function sentence(answer) {
  switch (answer.error) {
    case "invalid_signup_link":
      return "This signup link does not work any more: it was used, it is older than half an hour, or a newer one has replaced it. Ask the person who invited you for a new link.";
    case "already_registered":
      return "This account has a passkey already. Nothing was changed.";
    case "signup_session_not_found":
      return "That took longer than five minutes, or the signup was started again elsewhere. Nothing was saved. Try again.";
    case "passkey_verification_failed":
      return "The passkey could not be checked, so it was not taken. Try again; if it stays like this, use another device or browser.";
    case "credential_already_registered":
      return "This passkey belongs to an account already. Nothing was changed. Try again and create a new one.";
    case "ceremony_not_found":
      return "The sign-in took longer than five minutes. Try again.";
    case "unauthenticated":
      return "You are not signed in.";
    default:
      return answer.message ?? "Something went wrong on our side. Please try again.";
  }
}

function limit() {
  return typeof AbortSignal.timeout === "function" ? AbortSignal.timeout(PATIENCE) : undefined;
}
