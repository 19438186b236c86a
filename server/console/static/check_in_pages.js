/** What the page behind the QR says to each answer of the API. Pure: a page names the acts it offers, and does none. */

import { now } from "./api.js";

const BY_HAND = ["扫了几次还是不行", "请书记在名单里为您登记，效力相同"];
const NOT_RECORDED = "这次没有记上";
const STATES = { present: "准时", late: "迟到", made_up: "已补课" };
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
  return { seal: "done", facts, main: ["leave", "完成"], links, ...SAID[record.result](record, Boolean(helped)) };
}

const SAID = {
  checked_in: (record, helped) => ({
    heading: helped ? "代签成功" : "签到成功",
    words: `${moment(record.checked_in_at)}，准时`,
    note: "已经记下，不用再申报。",
  }),
  late: (record, helped) => ({
    heading: helped ? "代签成功（迟到）" : "已签到（迟到）",
    words: `${moment(record.checked_in_at)}，会议 ${clock(record.meeting.starts_at)} 开始`,
    note: "到会已经记下，不用再申报。如有特殊情况，请向支部说明。",
  }),
  already_checked_in: (record, helped) => ({
    heading: helped ? "对方已签到过" : "您已签到过",
    words: `首次签到：${[moment(record.checked_in_at), STATES[record.state]].filter(Boolean).join("，")}`,
    note: "以第一次为准，不用再签。",
  }),
  guest_waiting: (record) => ({
    seal: "time",
    heading: "已登记，等主办支部确认",
    words: `${moment(record.checked_in_at)}，以流动党员身份登记`,
    note: "主办支部确认后，计入您所在支部，不用再申报。",
  }),
  held: (record) => ({ ...notCounted(record), seal: "time" }),
  dismissed: (record) => ({ ...notCounted(record), seal: "look" }),
};

/** What the server says of a check-in that the host has to confirm, or has not confirmed. */
function notCounted({ words, advice, checked_in_at }) {
  return { heading: words, words: advice, note: `扫码时刻：${moment(checked_in_at)}`, links: [SCAN_AGAIN] };
}

/** Return the page of a refusal. `meeting`: where the code held, else nothing. */
export function refused(error, { wish, meeting, sandbox }) {
  const helped = Boolean(wish.for_work_number);
  const make = error.status === undefined ? offline : (REFUSED[error.code] || (error.status === 503 ? REFUSED.busy : unexpected));
  const page = { seal: "look", facts: meetingFacts(meeting), ...make(error, { helped, meeting }) };
  if (!meeting || page.links || page.main === SCAN_AGAIN) return page;
  const other = helped ? ["help", "换一个工号"] : sandbox && ANOTHER;
  return other ? { ...page, links: [other] } : page;
}

const REFUSED = {
  code_expired: () => ({
    seal: "time",
    heading: "二维码已过期",
    words: "会场的二维码每 10 秒更换一次，请对准屏幕上的新码再扫。",
    tips: [[`${NOT_RECORDED}，可以马上再扫`, "屏幕上显示的总是最新的码"], BY_HAND],
    main: SCAN_AGAIN,
  }),
  code_invalid: () => ({
    heading: "这不是会议签到的二维码",
    words: "请扫会场屏幕上的码，转发的链接和截图不能签到。",
    tips: [[NOT_RECORDED, "请用微信“扫一扫”再扫一次"], BY_HAND],
    main: SCAN_AGAIN,
  }),
  ticket_expired: () => ({
    seal: "time",
    heading: "扫码已超过 10 分钟",
    words: "请重新扫会场屏幕上的码。",
    tips: [[NOT_RECORDED, "扫码后请在 10 分钟内签到"], BY_HAND],
    main: SCAN_AGAIN,
  }),
  ticket_invalid: () => ({
    heading: "请重新扫码",
    words: "上一次扫码已经失效，请再扫会场屏幕上的码。",
    tips: [[NOT_RECORDED, "可以马上再扫"], BY_HAND],
    main: SCAN_AGAIN,
  }),
  not_invited: (error, { helped }) => (helped ? notHelped(error) : notInvited(error)),
  not_bound: () => ({
    seal: "person",
    heading: "请先绑定身份",
    words: "这个账号还没有对应到党员。请在小程序中绑定，10 分钟内回来再试，不用重新扫码。",
    main: ["again", "已绑定，再试一次"],
  }),
  on_leave: (_error, { helped }) => ({
    seal: "time",
    heading: helped ? "对方已请假" : "您已请假",
    words: `支部已批准本次会议的请假。${helped ? "对方" : "您"}如已到会，可以销假并签到。`,
    main: ["end_leave", "销假并签到"],
  }),
  too_early: ({ detail }) => ({
    seal: "time",
    heading: "签到还没有开始",
    words: `${moment(detail.opens_at)} 开始签到，请到时间后再扫一次。`,
    main: CLOSE,
  }),
  closed: ({ detail }) => ({
    seal: "time",
    heading: "签到已经结束",
    words: `${moment(detail.closes_at)} 签到结束，现在不能再签。`,
    tips: [[NOT_RECORDED, "如确已到会，请支部补录，效力相同"]],
    main: CLOSE,
  }),
  meeting_cancelled: () => ({
    heading: "本次会议已取消",
    words: "不用签到。",
    tips: [["会议其实照常开了", "请支部补录，效力相同"]],
    main: CLOSE,
  }),
  busy: () => ({
    seal: "time",
    heading: "暂时没有签上",
    words: "签到的人多。您的扫码还有效，请再试一次；重复提交也只记一次。",
    tips: [BY_HAND],
    main: ["again", "再试一次"],
  }),
};

function notInvited({ detail }) {
  const page = { heading: "您不在签到名单上", words: "这次会议的签到名单里没有您。" };
  if (!detail.as_guest) return { ...page, tips: [["确实应当参加", "请联系支部书记，由他登记"]], main: CLOSE };
  return {
    ...page,
    tips: [["您是来参加的流动党员", "可以先登记，由主办支部确认"], ["您应在名单上", "请联系支部书记，由他登记"]],
    main: ["as_guest", "以流动党员身份签到"],
  };
}

function notHelped({ message }) {
  return { heading: "代签没有成功", words: `${message}。`, main: ["help", "换一个工号"], links: [CLOSE] };
}

function offline(_error, { meeting }) {
  const kept = "扫码已经核对，10 分钟内连上网络即可签到，不用重新扫码。";
  const unseen = "还没有连到签到服务。连上后请马上再试；如提示过期，再扫一次即可。";
  return { seal: "offline", heading: "没有连上网络", words: meeting ? kept : unseen, main: ["again", "再试一次"] };
}

function unexpected({ status, message }) {
  const words = status >= 500 ? "不是您的操作有误，请稍后再试。" : `${message}。`;
  return { heading: NOT_RECORDED, words, tips: [BY_HAND], main: ["again", "再试一次"] };
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
