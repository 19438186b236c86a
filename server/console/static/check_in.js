/** The page behind the QR: the code for a ticket at once, then the ticket for a record. docs/check-in.md has the answers. */

import { api, patience, read, resume, signIn } from "./api.js";
import * as pages from "./check_in_pages.js";
import { el, fill } from "./elements.js";
import { ticket_expired, ticket_invalid } from "./error_codes.js";

const RETRIES = 5;
const PATIENCE_MS = 15_000;
const CLOSING_MS = 400;

/** Where the app, if there is one, looks for a ticket: miniprogram/src/platform/browser.ts. */
const FOR_THE_APP = "check-in ticket";

const { meeting: publicId, sandbox, app } = document.body.dataset;
const inSandbox = sandbox !== undefined;
const kept = `ticket:${publicId}`;
/** The address that was scanned, and the exchange of its code, which templates/exchange_first.js has begun; else nothing. */
const { scanned } = window;

/** What the code was exchanged for, what is asked of it now, and the page shown. */
let held = null;
let wish = {};
let shown = null;

const acts = {
  again: () => (held ? checkIn(wish) : exchange()),
  as_guest: () => checkIn({ ...wish, as_guest: true }),
  end_leave: () => checkIn({ ...wish, end_leave: true }),
  people: choose,
  help: () => show(pages.helping()),
  helped: help,
  back: () => checkIn({}),
  leave,
};

/** Exchange the code just scanned, or go on with the ticket of before. */
async function start() {
  held = JSON.parse(sessionStorage.getItem(kept));
  if (scanned) await exchange();
  else if (held) await goOn();
  else show(pages.withoutCode());
}

async function exchange() {
  held = null;
  show(pages.waiting("正在核对二维码，请不要关闭页面。"));
  try {
    held = await patiently("/check-in-tickets", { code: scanned.code }, firstAnswer());
  } catch (error) {
    if (error.status !== undefined) forgetCode();
    show(pages.refused(error, { wish: {}, sandbox: inSandbox }));
    return;
  }
  sessionStorage.setItem(kept, JSON.stringify(held));
  forgetCode();
  await goOn();
}

/** The answer that was asked for before this script had come; another try asks anew. */
function firstAnswer() {
  const { answer } = scanned;
  scanned.answer = null;
  return answer;
}

/** A code is good for seconds: it stays neither in the address bar nor in the history. */
function forgetCode() {
  history.replaceState(null, "", location.pathname);
}

async function goOn() {
  if (resume()) await checkIn({});
  else if (app) handOver();
  else if (inSandbox) await choose();
  else show(pages.openInWechat(held.meeting));
}

/** The app can sign in and bind; the ticket waits there meanwhile. */
function handOver() {
  sessionStorage.removeItem(kept);
  sessionStorage.setItem(FOR_THE_APP, JSON.stringify(held));
  location.replace(app);
}

async function checkIn(wanted) {
  wish = wanted;
  show(pages.waiting());
  try {
    show(pages.recorded(await patiently("/check-ins", { ticket: held.ticket, ...wish }), wish, inSandbox));
  } catch (error) {
    await refuse(error);
  }
}

async function refuse(error) {
  if (error.status === 401) {
    sessionStorage.removeItem("token");
    await goOn();
    return;
  }
  const { meeting } = held;
  if ([ticket_expired, ticket_invalid].includes(error.code)) {
    held = null;
    sessionStorage.removeItem(kept);
  }
  show(pages.refused(error, { wish, meeting, sandbox: inSandbox }));
}

/** Post until it is taken: `busy` says after how many seconds, and everybody waits a little differently. `begun`: sent already. */
async function patiently(path, body, begun = null) {
  const post = () => api(path, { method: "POST", body: JSON.stringify(body), signal: patience(PATIENCE_MS) });
  for (let tries = 1; ; tries += 1) {
    try {
      const answer = await (begun && tries === 1 ? read(begun) : post());
      if (!("meeting" in answer)) throw new Error("something else than the API answered");
      return answer;
    } catch (error) {
      if (error.status !== 503 || tries > RETRIES) throw error;
      show(pages.queueing(tries));
      await new Promise((done) => setTimeout(done, 1000 * error.retryAfter * (1 + Math.random() / 2)));
    }
  }
}

/** In the sandbox anyone can be played; the ticket stays the same. */
async function choose() {
  show(pages.waiting("正在读取演示人物。"));
  try {
    const { items } = await api("/sandbox/personas");
    show(pages.choosing(held.meeting, items.map(personButton)));
  } catch (error) {
    chooseAgain(error);
  }
}

function chooseAgain(error) {
  show({ ...pages.refused(error, { wish: {}, meeting: held.meeting }), main: ["people", "再试一次"] });
}

function personButton(persona) {
  const below = [persona.role, persona.organization].filter(Boolean).join(" · ");
  return button(null, [el("b", null, persona.name), el("span", null, below)], () => play(persona));
}

async function play(persona) {
  show(pages.waiting());
  try {
    await signIn(persona.code);
  } catch (error) {
    chooseAgain(error);
    return;
  }
  await checkIn({});
}

async function help() {
  const number = document.getElementById("number").value.trim();
  if (number) await checkIn({ for_work_number: number });
  else document.getElementById("missing").textContent = "请填写对方的工号或学号";
}

/** Close what the scan has opened; if that is not allowed, say how to get back. */
function leave() {
  const page = shown;
  if (window.WeixinJSBridge) window.WeixinJSBridge.call("closeWindow");
  window.close();
  setTimeout(() => show(pages.unclosed(page)), CLOSING_MS);
}

function show(page) {
  shown = page;
  document.title = `${page.heading} · 先锋积分`;
  const seal = el("span", `seal ${page.seal}`, document.getElementById(`seal-${page.seal}`).content.cloneNode(true));
  put("result", [seal, el("h1", null, clauses(page.heading)), el("p", null, clauses(page.words))]);
  put("below", [
    page.facts && page.facts.length > 0 && el("dl", "facts", page.facts.flatMap(([name, value]) => [el("dt", null, name), el("dd", null, value)])),
    page.tips && page.tips.length > 0 && el("ul", "tips", page.tips.map(([title, below]) => el("li", null, [title, el("span", null, below)]))),
    page.field && field(page.field),
    page.people && el("div", "people", page.people),
  ]);
  put("note", clauses(page.note || ""));
  put("actions", [
    page.main && button("act", page.main[1], acts[page.main[0]]),
    page.links && el("p", "links", page.links.map(([act, words]) => button(null, words, acts[act]))),
  ]);
  scrollTo(0, 0);
}

/** Chinese may break between any two characters; text read at arm's length breaks at pauses. */
function clauses(words) {
  return (words.match(/[^，。；]+[，。；]?/g) || []).map((clause) => el("span", "clause", clause));
}

function put(id, parts) {
  fill(document.getElementById(id), ...parts.filter(Boolean));
}

function button(className, content, act) {
  const made = el("button", className, content);
  made.type = "button";
  made.addEventListener("click", () => act());
  return made;
}

function field(words) {
  const label = el("label", null, words);
  const input = el("input");
  const missing = el("p");
  label.htmlFor = input.id = "number";
  missing.id = "missing";
  missing.setAttribute("role", "alert");
  input.autocomplete = "off";
  input.maxLength = 64;
  input.setAttribute("aria-describedby", "missing");
  input.addEventListener("keydown", (event) => event.key === "Enter" && !event.isComposing && help());
  return el("div", "field", [label, input, missing]);
}

start();
