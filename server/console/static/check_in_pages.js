/**
 * What the page behind the QR shows for each answer of the API, in the words that stand in the page
 * (server/meetings/check_in/data/answers.json). A page names the acts it offers, and does none.
 */

import { now } from "./api.js";
import {
  closed,
  code_expired,
  code_invalid,
  meeting_cancelled,
  not_bound,
  not_invited,
  on_leave,
  ticket_expired,
  ticket_invalid,
  too_early,
  too_many_tries,
} from "./error_codes.js";

const { answers: ANSWERS, states: STATES, by_hand: BY_HAND } = JSON.parse(document.getElementById("answers").textContent);
const SCAN_AGAIN = ["leave", "关闭，重新扫码"];
const CLOSE = ["leave", "关闭"];
const ANOTHER = ["people", "换个身份签到"];

export function waiting(words = "请稍候，不要关闭页面。") {
  return { seal: "wait", heading: "正在签到", words };
}

export function queueing(tries) {
  const words = `正在自动重试（第 ${tries} 次），请不要关闭页面。重复提交也只记一次。`;
  return { seal: "wait", heading: "签到的人多，正在排队", words };
}

export function withoutCode() {
  const words = "签到从会场屏幕上的二维码进入，请用微信“扫一扫”扫屏幕上的码。";
  return { seal: "scan", heading: "请扫会场的二维码", words, main: SCAN_AGAIN };
}

export function openInWechat(meeting) {
  const words = "这个浏览器里还没有登录，请用微信“扫一扫”扫会场屏幕上的码。";
  return { seal: "scan", heading: "请用微信“扫一扫”打开", words, facts: meetingFacts(meeting), main: SCAN_AGAIN };
}

/** Return a page that the browser would not close: it says how to get away from it. */
export function unclosed(page) {
  const next = page.main === SCAN_AGAIN ? "请切回微信，用“扫一扫”扫会场屏幕上的码。" : "可以直接切回微信。";
  return { ...page, main: null, note: `这个页面不能自己关闭，${next}` };
}

/** `people`: buttons to sign in with, made by the caller. */
export function choosing(meeting, people) {
  const words = "扫码已核对，十分钟内选好即可，仍按扫码的时刻记。";
  return { seal: "person", heading: "换个身份签到", words, facts: meetingFacts(meeting), people };
}

export function helping() {
  const words = "为手机不便的同志签到。您和对方都要在这次会议的名单上。";
  return { seal: "person", heading: "替家人代签", words, field: "对方的工号或学号", main: ["helped", "代签"], links: [["back", "返回"]] };
}

/** Return the page of a record: what stands in the database now. */
export function recorded(record, { for_work_number: helped }, sandbox) {
  const facts = [...meetingFacts(record.meeting), ["签到人", record.member_name]];
  if (record.via === "helper") facts.push(["方式", "代签"]);
  const links = [["help", helped ? "再代签一位" : "替家人代签"], ...(sandbox ? [ANOTHER] : [])];
  const values = { when: moment(record.checked_in_at), starts: clock(record.meeting.starts_at), state: STATES[record.state] };
  return { seal: "done", facts, main: ["leave", "完成"], links, ...said(record.result, values, helped), ...LOOKS[record.result] };
}

/** Records that are not counted, or not yet: their seal, and what else there is to do. */
const LOOKS = {
  guest_waiting: { seal: "time" },
  held: { seal: "time", links: [SCAN_AGAIN] },
  dismissed: { seal: "look", links: [SCAN_AGAIN] },
};

/** Return the page of a refusal. `meeting`: if the code was valid, else nothing. */
export function refused(error, { wish, meeting, sandbox }) {
  const helped = Boolean(wish.for_work_number);
  const which = caseOf(error, helped, meeting);
  const { opens_at: opens, closes_at: closes } = error.detail || {};
  const values = { message: error.message, opens: opens && moment(opens), closes: closes && moment(closes) };
  const page = { seal: "look", main: ["again", "再试一次"], facts: meetingFacts(meeting), ...said(which, values, helped), ...WAYS_ON[which] };
  if (!meeting || page.links || page.main === SCAN_AGAIN) return page;
  const other = helped ? ["help", "换一个工号"] : sandbox && ANOTHER;
  return other ? { ...page, links: [other] } : page;
}

/** Return under what the words of a refusal stand. */
function caseOf({ status, code, detail }, helped, meeting) {
  if (status === undefined) return meeting ? "offline_with_ticket" : "offline";
  if (code === not_invited && helped) return "not_invited_helped";
  if (code === not_invited && detail.as_guest) return "not_invited_guest";
  if (code in WAYS_ON) return code;
  if (status === 503) return "busy";
  return status >= 500 ? "failed" : "refused_otherwise";
}

const offered = (act, which) => ({ main: [act, ANSWERS[which].offer] });

/** The seal of each refusal and the way on. */
const WAYS_ON = {
  [code_expired]: { seal: "time", main: SCAN_AGAIN },
  [code_invalid]: { main: SCAN_AGAIN },
  [ticket_expired]: { seal: "time", main: SCAN_AGAIN },
  [ticket_invalid]: { main: SCAN_AGAIN },
  [too_many_tries]: { main: SCAN_AGAIN },
  [not_bound]: { seal: "person", main: ["again", "已绑定，再试一次"] },
  [not_invited]: { main: CLOSE },
  not_invited_guest: offered("as_guest", "not_invited_guest"),
  not_invited_helped: { ...offered("help", "not_invited_helped"), links: [CLOSE] },
  [on_leave]: { seal: "time", ...offered("end_leave", "on_leave") },
  [too_early]: { seal: "time", main: CLOSE },
  [closed]: { seal: "time", main: CLOSE },
  [meeting_cancelled]: { main: CLOSE },
  busy: { seal: "time" },
  offline: { seal: "offline" },
  offline_with_ticket: { seal: "offline" },
};

/** Return heading, words, note and tips of an answer; `helped`: someone else was to be checked in. */
function said(which, values, helped) {
  const { heading, helped: ofAnother, words, note, tips = [], by_hand: byHand } = ANSWERS[which];
  const filled = (text) => text && text.replace(/\{(\w+)\}/g, (_place, name) => values[name]);
  return { heading: (helped && ofAnother) || heading, words: filled(words), note: filled(note), tips: byHand ? [...tips, BY_HAND] : tips };
}

function meetingFacts(meeting) {
  return meeting ? [["会议", meeting.title], ["地点", meeting.place]] : [];
}

function moment(iso) {
  const [day, time] = [iso.slice(0, 10), clock(iso)];
  const [, month, date] = day.split("-").map(Number);
  return day === today() ? `今天 ${time}` : `${month} 月 ${date} 日 ${time}`;
}

function clock(iso) {
  return iso.slice(11, 16);
}

function today() {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" }).format(now());
}
