/** The page behind the QR: the code becomes a ticket at once, and the ticket a check-in as soon as we know whose. */

import { api, resume, signIn } from "./api.js";
import { el } from "./elements.js";

const BUSY_MS = 2000;
const BUSY_TRIES = 8;
const page = document.getElementById("page");
const { meeting: publicId, sandbox } = document.body.dataset;
const code = new URLSearchParams(location.search).get("t");
const SECRETARY = ["扫了几次还是不行", "请书记在名单里为您登记，效力相同"];
const DONE = { checked_in: ["签到成功", "准时"], late: ["签到成功", "迟到"], already_checked_in: ["您已经签过到", "以第一次为准"] };

/** What we say to each refusal: a sign, a title, a sentence (the API's own where null), and what helps. */
const REFUSALS = {
  code_expired: ["◷", "二维码已过期", null, [["这次没有记上，可以马上再扫", "请对准会场屏幕上的新码"], SECRETARY]],
  ticket_expired: ["◷", "扫码已超过十分钟", "这次没有记上，请对准会场屏幕上的新码再扫。", [SECRETARY]],
  code_invalid: ["?", "不是签到二维码", null, [SECRETARY]],
  ticket_invalid: ["?", "签到凭证无效", null, [SECRETARY]],
  too_early: ["◷", "还没有到签到时间", null, []],
  closed: ["!", "签到已结束", null, [["您到会了但没有签上", "请告诉支部书记，由书记补录，效力相同"]]],
  meeting_cancelled: ["!", "会议已取消", null, []],
  not_bound: ["!", "还没有绑定身份", "请先在小程序完成身份绑定，十分钟内再打开本页，签到不受影响。", [SECRETARY]],
};

async function start() {
  try {
    const ticket = code ? await exchange() : kept();
    if (!ticket) return refuse("?", "没有签到码", "请用手机扫会场屏幕上的二维码。", []);
    if (resume()) return await record(ticket, {});
    return sandbox ? await askWho(ticket) : refuse("!", "请用微信打开", "请打开微信，用“扫一扫”扫会场屏幕上的二维码。", [SECRETARY]);
  } catch (error) {
    return fail(error, start);
  }
}

/** The code is used up at once and taken out of the address, so that a reload or a shared link does not send it again. */
async function exchange() {
  const stored = kept(code);
  if (stored) return stored;
  const answer = await api("/check-in-tickets", { method: "POST", body: JSON.stringify({ code: `${publicId}?t=${code}` }) });
  sessionStorage.setItem(`ticket ${publicId}`, JSON.stringify({ ...answer, code }));
  history.replaceState(null, "", location.pathname);
  return answer;
}

function kept(wanted = null) {
  const stored = JSON.parse(sessionStorage.getItem(`ticket ${publicId}`) ?? "null");
  return stored && (!wanted || stored.code === wanted) ? stored : null;
}

async function record(ticket, choice, tries = 0) {
  try {
    const body = JSON.stringify({ ticket: ticket.ticket, ...choice });
    showRecord(await api("/check-ins", { method: "POST", body }));
  } catch (error) {
    if (error.code === "busy" && tries < BUSY_TRIES) {
      wait("签到的人较多，正在为您排队…");
      setTimeout(() => record(ticket, choice, tries + 1), BUSY_MS);
    } else if (["not_signed_in", "token_expired"].includes(error.code) && sandbox) {
      sessionStorage.removeItem("token");
      await askWho(ticket).catch((other) => fail(other, start));
    } else if (error.code === "on_leave") {
      offer("您已请假", "已批准您本次会议的请假。如已到会，可以销假并签到。", "销假并签到", () => record(ticket, { ...choice, end_leave: true }));
    } else if (error.code === "not_invited" && error.detail?.as_guest) {
      offer("您不在本次会议名单中", "外单位的同志可以列席或以流动党员身份签到，由会议主办方确认后计入本支部。", "以列席（流动党员）身份签到", () => record(ticket, { ...choice, as_guest: true }));
    } else fail(error, () => record(ticket, choice));
  }
}

async function askWho(ticket) {
  const { items } = await api("/sandbox/personas");
  const cards = items.map((persona) => {
    const card = el("button", null, [el("b", null, persona.name), el("span", null, `${persona.role} · ${persona.organization ?? ""}`)]);
    card.type = "button";
    card.addEventListener("click", () => playAs(persona, ticket));
    return card;
  });
  const words = `${ticket.meeting.title} · ${ticket.meeting.place}。本机演示：选一个身份，相当于用他的微信扫码。`;
  page.replaceChildren(el("h1", null, "您是哪一位"), el("p", "lead", words), el("div", "cast", cards));
}

async function playAs(persona, ticket) {
  wait("正在签到…");
  try {
    await signIn(persona.code);
  } catch (error) {
    return fail(error, () => playAs(persona, ticket));
  }
  return record(ticket, {});
}

function showRecord(answer) {
  const waiting = answer.result === "guest_waiting";
  const [title, how] = waiting ? ["已登记，等待确认", "会议主办方确认后计入您的支部"] : DONE[answer.result];
  const state = answer.result === "already_checked_in" && answer.state === "late" ? `${how}（迟到）` : how;
  const facts = [["会议", answer.meeting.title], ["地点", answer.meeting.place], ["签到人", answer.member_name]];
  document.title = title;
  page.replaceChildren(
    sign("✓", true),
    el("h1", null, title),
    el("p", "lead", `${answer.checked_in_at.slice(11, 16)}，${state}`),
    el("dl", "facts", facts.flatMap(([name, value]) => [el("dt", null, name), el("dd", null, value)])),
    el("p", "lead", "不用再申报。结果随时可在会议里查看。"),
  );
}

function fail(error, again) {
  const [mark, title, words, more] = REFUSALS[error.code] ?? [];
  if (title) {
    sessionStorage.removeItem(error.code.startsWith("ticket") ? `ticket ${publicId}` : "");
    return refuse(mark, title, sentence(words ?? error.message), [...times(error), ...more]);
  }
  if (error.code && error.code !== "no_answer" && error.code !== "busy") return refuse("!", "没有签上", sentence(error.message), [SECRETARY]);
  return offer("没能连上", "这次还没有记上。扫码时间已经留存时，十分钟内重试都按扫码时间算。", "重试", again);
}

function times({ code: why, detail }) {
  if (why === "too_early" && detail?.opens_at) return [[`${detail.opens_at.slice(11, 16)} 开始签到`, "到时请对准屏幕上的新码再扫"]];
  return [];
}

const sentence = (words) => (words.endsWith("。") ? words : `${words}。`);

function refuse(mark, title, words, more) {
  document.title = title;
  const rows = more.map(([what, how]) => el("li", null, [what, el("span", null, how)]));
  page.replaceChildren(sign(mark), el("h1", null, title), el("p", "lead", words));
  if (rows.length) page.append(el("ul", "more", rows));
}

/** Say what stands in the way, and let one button go on. */
function offer(title, words, act, then) {
  refuse("!", title, words, []);
  const button = el("button", "btn primary", act);
  button.type = "button";
  button.addEventListener("click", () => { wait("正在签到…"); then(); });
  page.append(el("div", "acts", button));
}

function wait(words) {
  page.replaceChildren(el("p", "lead", words));
}

function sign(mark, ok = false) {
  const box = el("span", ok ? "sign ok" : "sign", mark);
  box.setAttribute("aria-hidden", "true");
  return box;
}

start();
