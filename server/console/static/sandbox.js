/** The sandbox's page: phones, faults, state and log, read anew every two seconds. */
import { el } from "./elements.js";
import { acceptAs, overview, sandbox } from "./sandbox_api.js";
import { openidAt, showMenu, startChat } from "./sandbox_chat.js";
import { logRows } from "./sandbox_log.js";
import { showPhone } from "./sandbox_phones.js";
import { FAULTS, SCOPES, isSend, moment, templateName } from "./sandbox_words.js";

const EVERY = 2000;
const SOON = [250, 700, 1300];
const SHOWN = 30;
const TEMPLATES = ["score", "claim", "meeting", "notice", "todo"];
const APPS = { subscribe_send: "sandbox", template_send: "sandbox-official", custom_send: "sandbox-official", callback: "sandbox-official", work_send: "sandbox-work" };
const FIRST = { sandbox: 0, "sandbox-official": 0, "sandbox-work": 1 };

const find = (id) => document.getElementById(id);
const phones = [...document.querySelectorAll("#phones section")];
const faults = find("faults");
let known = { personas: [], people: [], pushes: [], figures: {} };
let rules = [];

/** Read everything once and show it. */
async function refresh() {
  known = await overview();
  for (const section of phones) fillChooser(section);
  const [calls, settings, ruled] = await Promise.all([
    sandbox("GET", "/calls"), sandbox("GET", "/settings"), sandbox("GET", "/rules"), ...phones.map(refreshPhone),
  ]);
  rules = ruled.items;
  for (const line of faults.children) showFault(line);
  const on = new Set(rules.map((rule) => rule.fault)).size;
  find("on").textContent = on ? `已开 ${on} 项` : "全部正常";
  showFigures(known.figures, settings);
  showLog(calls.items.filter((call) => isSend(call.call)).slice(-200));
}

async function refreshPhone(section) {
  const persona = chosen(section);
  const openid = persona && (openidOf(persona, section.dataset.app) ?? (chats(section) && openidAt(section.dataset.app, persona)));
  await showMenu(section, openid);
  const phone = openid ? await sandbox("GET", `/phones/${section.dataset.app}/${encodeURIComponent(openid)}?limit=${SHOWN}`) : null;
  const account = accountOf(persona);
  if (section.dataset.app === "sandbox") showAgreements(phone);
  showPhone(section, phone, { name: persona?.name ?? "", pushes: known.pushes.filter((push) => push.account_id === account) });
  section.querySelector(".clock").textContent = moment(new Date().toISOString()).clock;
}

function fillChooser(section) {
  const select = section.querySelector("select");
  if (select.options.length === known.personas.length) return;
  const first = select.value || known.personas[Math.min(FIRST[section.dataset.app], known.personas.length - 1)]?.openid;
  select.replaceChildren(...known.personas.map((persona) => option(persona.openid, persona.name)));
  select.value = first;
}

function chosen(section) {
  const { value } = section.querySelector("select");
  return known.personas.find((persona) => persona.openid === value);
}

const chats = (section) => section.dataset.app !== "sandbox";

/** The openid that speaks from a phone. */
function speaker(section) {
  const persona = chosen(section);
  return openidOf(persona, section.dataset.app) ?? openidAt(section.dataset.app, persona);
}

function accountOf(persona) {
  return known.people.find((each) => each.app === "sandbox" && each.openid === persona?.openid)?.account_id;
}

/** Return a persona's openid in an app, or undefined if they are not there. */
function openidOf(persona, app) {
  const account = accountOf(persona);
  return known.people.find((each) => each.app === app && each.account_id === account)?.openid;
}

function showAgreements(phone) {
  if (!find("agree").children.length) find("agree").append(...TEMPLATES.map(agreeButton));
  for (const button of find("agree").children) {
    const left = phone?.agreed[`sandbox-${button.dataset.template}`] ?? 0;
    button.querySelector("b").textContent = left;
    button.setAttribute("aria-label", `同意订阅${templateName(button.dataset.template)}，现有 ${left} 次`);
    button.disabled = !phone;
  }
}

function agreeButton(template) {
  const button = el("button", "btn", [templateName(template), el("b", null, "0")]);
  button.type = "button";
  button.dataset.template = template;
  button.addEventListener("click", () => attempt(() => agree(template)));
  return button;
}

/** One consent, as the app would give it: WeChat knows of it, and the product is told. */
async function agree(template) {
  const persona = chosen(phones[0]);
  await sandbox("POST", "/phones/agree", { openids: [persona.openid], templates: [`sandbox-${template}`] });
  await acceptAs(persona.code, template);
  return `${persona.name}同意再收一条“${templateName(template)}”`;
}

function faultLine([fault, code, title, words]) {
  const toggle = el("button", "switch");
  toggle.type = "button";
  toggle.setAttribute("role", "switch");
  toggle.setAttribute("aria-label", title);
  const scope = el("select");
  scope.setAttribute("aria-label", `${title}：多久一次`);
  scope.append(...SCOPES.map(([key, name]) => option(key, name)));
  const line = el("li", null, [toggle, el("code", null, code), el("span", null, [el("b", null, title), words]), scope]);
  line.dataset.fault = fault;
  toggle.addEventListener("click", () => attempt(() => (rulesOf(fault).length ? turnOff(fault) : turnOn(fault, scope.value))));
  scope.addEventListener("change", () => rulesOf(fault).length && attempt(() => turnOn(fault, scope.value)));
  return line;
}

const rulesOf = (fault) => rules.filter((rule) => rule.fault === fault);

async function turnOff(fault) {
  await Promise.all(rulesOf(fault).map((rule) => sandbox("DELETE", `/rules/${rule.id}`)));
  return `${nameOf(fault)}：已关`;
}

async function turnOn(fault, scope) {
  await turnOff(fault);
  const [, words, body] = SCOPES.find(([key]) => key === scope) ?? ["", `仅${nameOfPersona(scope)}`, {}];
  const openids = scope.startsWith("only:") ? openidsOf(scope.slice(5)) : [null];
  for (const openid of openids) await sandbox("POST", "/rules", { fault, ...body, ...(openid && { openid }) });
  return `${nameOf(fault)}：已开，${words}`;
}

/** Return everything a persona is called in the three apps. */
function openidsOf(openid) {
  const account = accountOf({ openid });
  return [...new Set(known.people.filter((each) => each.account_id === account).map((each) => each.openid))];
}

const nameOf = (fault) => FAULTS.find(([key]) => key === fault)[2];
const nameOfPersona = (scope) => known.personas.find((each) => `only:${each.openid}` === scope)?.name ?? "";

function showFault(line) {
  const [rule] = rulesOf(line.dataset.fault);
  const [toggle, scope] = [line.querySelector("button"), line.querySelector("select")];
  line.classList.toggle("on", Boolean(rule));
  toggle.setAttribute("aria-checked", String(Boolean(rule)));
  if (scope.options.length === SCOPES.length) {
    scope.append(...known.personas.map((persona) => option(`only:${persona.openid}`, `仅${persona.name}`)));
  }
  scope.options[1].textContent = rule?.times === 2 ? "接下来 2 次" : "接下来 1 次";
  if (rule && document.activeElement !== scope) scope.value = scopeOf(rule);
}

function scopeOf({ times, share, openid }) {
  if (openid) return `only:${known.personas.find((each) => openidsOf(each.openid).includes(openid))?.openid}`;
  if (times) return times > 2 ? "next3" : "next";
  if (share) return share > 5 ? "share50" : "share";
  return "always";
}

function showFigures(figures, settings) {
  find("sent-today").textContent = `${figures.sent_today} 条`;
  find("waiting").textContent = `${figures.waiting_for_retry} 条`;
  find("unknown").textContent = `${figures.unknown} 条`;
  find("unreachable").textContent = `${figures.unreachable_people} 人`;
  const latency = find("latency");
  if (![...latency.options].some((each) => Number(each.value) === settings.latency_ms)) {
    latency.append(option(settings.latency_ms, `${settings.latency_ms} 毫秒`));
  }
  if (document.activeElement !== latency) latency.value = settings.latency_ms;
}

function showLog(calls) {
  const body = find("calls");
  const shown = JSON.stringify([calls.map((call) => call.seq), known.pushes.length]);
  find("no-calls").hidden = calls.length > 0;
  body.closest("table").hidden = !calls.length;
  if (body.dataset.shown === shown) return;
  body.dataset.shown = shown;
  const who = (call, openid) => known.people.find((each) => each.app === APPS[call] && each.openid === openid);
  body.replaceChildren(...logRows(calls, who, known.pushes));
}

function option(value, words) {
  const made = el("option", null, words);
  made.value = value;
  return made;
}

let latest = 0;

/** Do what was asked, show the result and the new state. The last request wins. */
async function attempt(work) {
  const mine = ++latest;
  const say = (words) => {
    if (mine === latest) find("said").textContent = words;
  };
  try {
    say((await work()) ?? "");
    await refresh();
  } catch (error) {
    say(`没有做成：${error.message}`);
  }
}

/** An answer comes within a moment: look for it sooner than usual. */
function lookSoon() {
  for (const after of SOON) setTimeout(() => refresh().catch(() => {}), after);
}

async function poll() {
  if (!document.hidden) {
    await refresh().catch((error) => {
      find("said").textContent = `读取失败：${error.message}。正在重试。`;
    });
  }
  setTimeout(poll, EVERY);
}

faults.append(...FAULTS.map(faultLine));
for (const section of phones) {
  section.querySelector("select").addEventListener("change", () => attempt(() => ""));
  startChat(section, { who: () => speaker(section), attempt: (work) => attempt(work).then(lookSoon) });
}
find("latency").addEventListener("change", ({ target }) =>
  attempt(async () => {
    await sandbox("PUT", "/settings", { latency_ms: Number(target.value) });
    return Number(target.value) ? `每次应答慢 ${target.value} 毫秒` : "应答不再延迟";
  }));
find("clear").addEventListener("click", () => attempt(() => sandbox("DELETE", "/messages").then(() => "手机和记录已清空；站内信不受影响")));
find("heal").addEventListener("click", () => attempt(() => sandbox("DELETE", "/faults").then(() => "全部恢复正常")));
poll();
