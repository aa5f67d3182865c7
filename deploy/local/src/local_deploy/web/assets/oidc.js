// Signing in at the issuer: authorization code with PKCE. Tokens live in the memory of this page and nowhere else; what
// waits in sessionStorage on the way to the issuer and back is of no use to anybody without the code.

const ASKED = "marshrut.asked";
const KNOWN = "marshrut.known";

let settings;
let issuer;
let tokens;

/** Why there is no login: an error code of OAuth, or one of `state`, `network`, `session`. */
export class LoginError extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** Read the settings of the gateway and the addresses of its issuer. */
export async function prepare() {
  settings = await json(await reach("/settings.json"));
  // the issuer knows one address of this page only: 127.0.0.1 and localhost are two
  if (location.origin !== settings.origin) {
    location.replace(settings.origin);
    return new Promise(() => {});
  }
  issuer = await json(await reach(`${settings.issuer}/.well-known/openid-configuration`));
}

/** Whether somebody was signed in in this tab before it was loaded again. */
export const wasSignedIn = () => sessionStorage.getItem(KNOWN) !== null;

/** Leave for the issuer. `prompt`: "create" to make an account, "none" to come back at once, signed in or not. */
export async function signIn(prompt) {
  const asked = { state: random(), nonce: random(), verifier: random() };
  sessionStorage.removeItem(KNOWN);
  sessionStorage.setItem(ASKED, JSON.stringify(asked));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(asked.verifier));
  leave(issuer.authorization_endpoint, {
    client_id: settings.client_id,
    redirect_uri: settings.redirect_uri,
    response_type: "code",
    scope: "openid",
    state: asked.state,
    nonce: asked.nonce,
    code_challenge: base64url(new Uint8Array(digest)),
    code_challenge_method: "S256",
    ...(prompt && { prompt }),
  });
}

/** Finish the login the issuer has answered in the page's address; raises `LoginError`. */
export async function finish(answer) {
  const asked = JSON.parse(sessionStorage.getItem(ASKED) ?? "null");
  sessionStorage.removeItem(ASKED);
  if (!asked || answer.get("state") !== asked.state) throw new LoginError("state");
  if ((answer.get("iss") ?? settings.issuer) !== settings.issuer) throw new LoginError("state");
  if (answer.has("error")) throw new LoginError(answer.get("error"));
  const granted = await json(
    await post(issuer.token_endpoint, {
      grant_type: "authorization_code",
      redirect_uri: settings.redirect_uri,
      code: answer.get("code"),
      code_verifier: asked.verifier,
    }),
  );
  const claims = JSON.parse(new TextDecoder().decode(bytes(granted.id_token.split(".")[1])));
  const audience = [claims.aud].flat();
  if (claims.nonce !== asked.nonce || claims.iss !== settings.issuer || !audience.includes(settings.client_id)) {
    throw new LoginError("state");
  }
  tokens = granted;
  sessionStorage.setItem(KNOWN, "");
}

/** A request to a service with the access token; raises `LoginError` when it is no longer taken. */
export async function call(method, path) {
  const headers = { Authorization: `Bearer ${tokens.access_token}` };
  if (method !== "GET") headers["Idempotency-Key"] = crypto.randomUUID();
  const answer = await reach(path, { method, headers });
  if (answer.status === 401) throw new LoginError("session");
  return answer;
}

/** End the login here and at the issuer, and come back to the start page. */
export async function signOut() {
  sessionStorage.removeItem(KNOWN);
  const { id_token, refresh_token } = tokens;
  tokens = undefined;
  await post(issuer.revocation_endpoint, { token: refresh_token, token_type_hint: "refresh_token" }).catch(() => {});
  leave(issuer.end_session_endpoint, {
    client_id: settings.client_id,
    id_token_hint: id_token,
    post_logout_redirect_uri: `${settings.origin}/`,
    state: "signed-out",
  });
}

const leave = (url, query) => location.assign(`${url}?${new URLSearchParams(query)}`);

const post = (url, form) =>
  reach(url, { method: "POST", body: new URLSearchParams({ client_id: settings.client_id, ...form }) });

async function reach(url, options) {
  try {
    return await fetch(url, { cache: "no-store", credentials: "omit", ...options });
  } catch {
    throw new LoginError("network");
  }
}

async function json(answer) {
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new LoginError(body.error ?? "server_error");
  return body;
}

const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

const base64url = (raw) =>
  btoa(String.fromCharCode(...raw)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
