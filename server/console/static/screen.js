/** The meeting's screen: asks the server every few seconds, changes the code by the server's clock, and goes on
 *  alone for a minute when the network is gone. It never knows how a code comes about. */

import { api, patience } from "./api.js";
import { drawScreen, showDoor } from "./screen_view.js";

const POLL_MS = 3000;
const TICK_MS = 250;
const TIMEOUT_MS = 5000;

const meetingId = Number(document.body.dataset.meeting);
const held = { screen: null, codes: [], seenAt: null, tries: 0, skew: 0, token: null };

/** Now, by the server's clock. */
const now = () => Date.now() + held.skew;

async function begin() {
  const [key] = location.hash.slice(1).split(/[#?&]/); // whoever hands an address on may add to it
  history.replaceState(null, "", location.pathname);
  held.token = sessionStorage.getItem(`screen ${meetingId}`);
  if (key) await enter(key).catch((error) => ask(error.message));
  else if (held.token) run();
  else ask();
}

/** Let this computer in with a key or eight digits; leads to the meeting's own address. */
async function enter(key) {
  const body = JSON.stringify({ key: key.replace(/\s/g, "") });
  const opened = await api("/screen-sessions", { method: "POST", body });
  sessionStorage.setItem(`screen ${opened.meeting_id}`, opened.screen_token);
  if (opened.meeting_id !== meetingId) return location.replace(`/screen/${opened.meeting_id}`);
  held.token = opened.screen_token;
  return run();
}

function ask(problem = "") {
  held.token = null;
  sessionStorage.removeItem(`screen ${meetingId}`);
  showDoor(enter, problem);
}

function run() {
  keepAwake();
  poll();
  const ticking = setInterval(() => (held.token ? tick() : clearInterval(ticking)), TICK_MS);
}

async function poll() {
  const wait = new Promise((resolve) => setTimeout(resolve, POLL_MS));
  try {
    await refresh();
  } catch (error) {
    if (error.status === 403) return ask(error.message);
    held.tries += 1;
  }
  tick();
  await wait;
  return held.token && poll();
}

async function refresh() {
  const query = held.codes.length ? `?after_step=${held.codes[held.codes.length - 1].step}` : "";
  const sent = Date.now();
  const options = { headers: { "X-Screen-Token": held.token }, signal: patience(TIMEOUT_MS) };
  const screen = await api(`/screens/${meetingId}${query}`, options);
  const received = Date.now();
  held.skew = Date.parse(screen.now) - (sent + received) / 2;
  held.codes.push(...screen.codes.map(withTimes));
  if (screen.phase !== "open" && screen.phase !== "planned") held.codes = [];
  Object.assign(held, { screen, seenAt: now(), tries: 0 });
}

const withTimes = (code) => ({ ...code, from: Date.parse(code.shown_from), until: Date.parse(code.shown_until) });

function tick() {
  if (!held.screen) return;
  const at = now();
  held.codes = held.codes.filter((code) => code.until > at);
  drawScreen({
    ...held.screen,
    at,
    seenAt: held.seenAt,
    tries: held.tries,
    code: held.codes.find((code) => code.from <= at) || null,
    codesUntil: held.codes.length ? held.codes[held.codes.length - 1].until : null,
  });
}

/** Ask the browser not to dim the projector, again each time the page shows; where it cannot, nothing is lost. */
function keepAwake() {
  if (document.visibilityState === "visible" && navigator.wakeLock) navigator.wakeLock.request("screen").catch(() => undefined);
}

document.addEventListener("visibilitychange", keepAwake);
begin();
