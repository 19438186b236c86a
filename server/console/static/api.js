/** The one place of these pages that talks to the API. */

let token = null;
let ahead = 0;

/** Now by the server's clock, in milliseconds: this computer's own may be hours or years off. */
export const now = () => Date.now() + ahead;

/** GET `path` below /api/v1; throws an Error with the API's Chinese message, see `refusal`. */
export function api(path, options = {}) {
  const headers = { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) };
  return read(fetch(`/api/v1${path}`, { headers, ...options }));
}

/** Return what a pending answer of the API says; throws as `api` does. */
export async function read(answer) {
  const response = await answer.catch(() => {
    throw new Error("连不上服务，请确认它在运行");
  });
  ahead = (Date.parse(response.headers.get("Date")) || Date.now()) - Date.now();
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw refusal(response, body.error);
  return body;
}

/** A signal that ends a request after so many milliseconds. */
export function patience(milliseconds) {
  const end = new AbortController();
  setTimeout(() => end.abort(), milliseconds);
  return end.signal;
}

/** An Error that knows the answer's `status`, `code` and `detail`, and `retryAfter` in seconds; out of reach it has none. */
function refusal({ status, headers }, { message = "服务没有响应", code, detail = {} } = {}) {
  return Object.assign(new Error(message), { status, code, detail, retryAfter: Number(headers.get("Retry-After") || 2) });
}

/** Go on with the token of this tab; return whether there is one. */
export function resume() {
  token = sessionStorage.getItem("token");
  return token !== null;
}

/** Sign in with a code and keep the token for this tab, where the API document finds it too. */
export async function signIn(code) {
  token = null;
  const answer = await api("/auth/wechat", { method: "POST", body: JSON.stringify({ code }) });
  token = answer.token;
  sessionStorage.setItem("token", token);
}
