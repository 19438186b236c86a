/** The one place of the sandbox's page that talks to the sandbox and to the product. */

const SANDBOX = "/sandbox/wechat";
const tokens = new Map();

/** Call the sandbox's own controls; return JSON, or null where there is none. */
export async function sandbox(method, path, body) {
  return answered(await sent(`${SANDBOX}${path}`, { method, ...(body && { body: JSON.stringify(body) }) }));
}

/** Send a picture from a person's phone. */
export async function sendPicture(app, openid, file) {
  const path = `${SANDBOX}/phones/${app}/${encodeURIComponent(openid)}/picture`;
  await answered(await sent(path, { method: "POST", body: file }));
}

/** Return what hangs on the walls at this moment: the code of each meeting that takes check-ins. */
export async function meetingCodes() {
  return (await answered(await sent("/sandbox/codes", {}))).items;
}

/** Return who is who, and what the product knows about its pushes. */
export async function overview() {
  return answered(await sent("/sandbox/overview", {}));
}

/** Let the product hear of a consent, as the app on that person's phone tells it. */
export async function acceptAs(code, template) {
  if (!tokens.has(code)) tokens.set(code, (await answered(await sent("/api/v1/auth/wechat", post({ code })))).token);
  const answers = post({ answers: [{ template_id: `sandbox-${template}`, accepted: true }] });
  const headers = { ...answers.headers, Authorization: `Bearer ${tokens.get(code)}`, "Idempotency-Key": crypto.randomUUID() };
  await answered(await sent("/api/v1/me/subscriptions", { ...answers, headers }));
}

function post(body) {
  return { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

async function sent(path, options) {
  return fetch(path, options).catch(() => {
    throw new Error("连不上服务，请确认它在运行");
  });
}

async function answered(response) {
  const text = await response.text();
  const body = parsed(text);
  if (!response.ok || body === undefined) throw new Error(body?.error?.message ?? "服务没有应答，请稍后再试");
  return body;
}

/** Return JSON, null if there is none, or undefined if it is something else. */
function parsed(text) {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return undefined;
  }
}
