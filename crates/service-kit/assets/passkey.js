// Passkeys in the browser. The options come from the server and the results go back to it as
// WebAuthn Level 3 spells them in JSON (section 5.1, "PublicKeyCredential's JSON serialization").
// Where a browser or a password manager lacks that, or has it broken, the same members are
// converted here.

// Whether this browser can create and use passkeys on this page.
export function isSupported() {
  return (
    typeof window.PublicKeyCredential === "function" &&
    typeof navigator.credentials?.create === "function" &&
    typeof navigator.credentials?.get === "function"
  );
}

// Creates a passkey for PublicKeyCredentialCreationOptionsJSON and gives a
// RegistrationResponseJSON. `signal`, an AbortSignal, closes the prompt.
export async function createPasskey(options, signal) {
  const publicKey = native("parseCreationOptionsFromJSON", options) ?? creationOptions(options);
  const credential = await navigator.credentials.create({ publicKey, signal });
  return toJson(credential, registrationResponse);
}

// Signs in with a passkey for PublicKeyCredentialRequestOptionsJSON and gives an
// AuthenticationResponseJSON. `signal` as above.
export async function usePasskey(options, signal) {
  const publicKey = native("parseRequestOptionsFromJSON", options) ?? requestOptions(options);
  const credential = await navigator.credentials.get({ publicKey, signal });
  return toJson(credential, authenticationResponse);
}

// The browser's own reading of the options; undefined where it has none or fails at it.
function native(name, options) {
  const parse = window.PublicKeyCredential?.[name];
  if (typeof parse !== "function") return undefined;
  try {
    return parse.call(window.PublicKeyCredential, options);
  } catch {
    return undefined;
  }
}

function creationOptions(options) {
  return {
    ...options,
    challenge: toBytes(options.challenge),
    user: { ...options.user, id: toBytes(options.user.id) },
    excludeCredentials: (options.excludeCredentials ?? []).map(descriptor),
  };
}

function requestOptions(options) {
  return {
    ...options,
    challenge: toBytes(options.challenge),
    allowCredentials: (options.allowCredentials ?? []).map(descriptor),
  };
}

function descriptor(credential) {
  return { ...credential, id: toBytes(credential.id) };
}

// The browser's own writing of the result, if it has what the server needs, else ours.
function toJson(credential, ours) {
  if (!credential) throw new DOMException("no credential came back", "NotAllowedError");
  const wanted = ours(credential);
  try {
    const own = credential.toJSON?.();
    const whole = Object.keys(wanted.response).every(
      (name) => typeof own.response[name] === typeof wanted.response[name],
    );
    if (whole && own.id === wanted.id && own.rawId === wanted.rawId) return own;
  } catch {
    // Some password managers hand out credentials whose toJSON() throws.
  }
  return wanted;
}

function registrationResponse(credential) {
  const response = credential.response;
  return {
    ...outer(credential),
    response: {
      clientDataJSON: toText(response.clientDataJSON),
      attestationObject: toText(response.attestationObject),
      transports: response.getTransports?.() ?? [],
    },
  };
}

function authenticationResponse(credential) {
  const response = credential.response;
  const members = {
    clientDataJSON: toText(response.clientDataJSON),
    authenticatorData: toText(response.authenticatorData),
    signature: toText(response.signature),
  };
  if (response.userHandle) members.userHandle = toText(response.userHandle);
  return { ...outer(credential), response: members };
}

function outer(credential) {
  const id = toText(credential.rawId);
  return { id, rawId: id, type: "public-key", clientExtensionResults: {} };
}

// Unpadded base64url to bytes, and back (RFC 4648, section 5).
function toBytes(text) {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function toText(buffer) {
  const bytes = new Uint8Array(buffer);
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
