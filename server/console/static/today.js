/**
 * Today's meetings on the start page, and one of yesterday that goes on: a member sees whether they have checked in,
 * a host opens the screen.
 */

import { api } from "./api.js";
import { el, row } from "./elements.js";

const HOSTS = new Set([
  ...["secretary", "deputy_secretary", "committee_member", "group_leader"],
  ...["general_secretary", "organizer"],
]);
const CHECKED_IN = { present: "已签到", late: "已签到（迟到）", made_up: "已补课", on_leave: "请假", expected: "未签到", absent: "缺席" };

/** Return the card of today's meetings, or nothing on a day without any. */
export async function todayCards(me) {
  const meetings = new Map();
  for (const line of await ownMeetings(me)) meetings.set(line.id, { line, until: await checkInEnd(me, line) });
  for (const line of await hostedMeetings(me)) {
    const hosted = await api(`/meetings/${line.id}`);
    meetings.set(line.id, { line, ...meetings.get(line.id), hosted });
  }
  const blocks = [...meetings.values()].filter(({ line }) => line.phase !== "cancelled").flatMap(block);
  return blocks.length ? [el("section", "c today", [el("h4", null, "今天的会议"), ...blocks])] : [];
}

/** The member's own list begins with what is still to come and goes back from there. */
async function ownMeetings(me) {
  if (!me.member_id) return [];
  const { items } = await api(`/members/${me.member_id}/meetings?limit=20`);
  return items.filter(isOfToday);
}

/** Until when they can still check in: `14:45`, `明天 14:45`, or nothing if that is settled. */
async function checkInEnd(me, line) {
  if (line.standing !== "expected") return null;
  const whole = await api(`/members/${me.member_id}/meetings/${line.id}`);
  return near(whole.closes_at).replace(/^今天 /, "");
}

async function hostedMeetings(me) {
  const found = [];
  for (const { organization } of me.roles.filter((each) => HOSTS.has(each.role))) {
    const { items } = await api(`/organizations/${organization.id}/meetings?from=${day(-1)}&until=${day(0)}&limit=40`);
    found.push(...items.filter((line) => line.organization_id === organization.id && isOfToday(line)));
  }
  return found;
}

function block({ line, until, hosted }) {
  const when = `${near(line.starts_at)} · ${line.place}`;
  const rows = [row(line.title, when, line.standing ? CHECKED_IN[line.standing] : line.phase_title)];
  if (until) rows.push(el("p", "sub", `请在 ${until} 前扫现场二维码签到。`));
  if (hosted) rows.push(el("p", "sub", counts(hosted)));
  if (hosted && ["planned", "open"].includes(line.phase)) rows.push(screenButton(line.id));
  return rows;
}

function counts(meeting) {
  const sum = (key) => meeting.rosters.reduce((total, roster) => total + roster[key], 0);
  return `${meeting.phase_title} · 应到 ${sum("invited")} · 实到 ${sum("present") + sum("late")} · 请假 ${sum("on_leave")}`;
}

function screenButton(meetingId) {
  const button = el("button", "btn primary", "打开签到大屏");
  const said = el("p", "sub");
  said.setAttribute("role", "status");
  button.type = "button";
  button.addEventListener("click", () => openScreen(meetingId, said));
  return el("div", "act", [button, said]);
}

/** Open the screen in a tab of its own; the tab comes first, since a browser opens none once the click is over. */
async function openScreen(meetingId, said) {
  const tab = window.open("", "_blank");
  said.textContent = "";
  try {
    const link = await api(`/meetings/${meetingId}/screen-links`, { method: "POST", body: "{}" });
    if (tab) tab.location = link.url;
    said.textContent = tab
      ? "大屏已在新标签页打开。"
      : `浏览器没有打开新标签页，请在投影电脑上打开 ${location.origin}/screen，输入 ${link.digits}。`;
  } catch (error) {
    tab?.close();
    said.textContent = `大屏没有打开：${error.message}`;
  }
}

function isOfToday(line) {
  return line.starts_at.startsWith(day(0)) || (line.phase === "open" && line.starts_at < day(0));
}

/** `今天 14:30`; the days beside it have a name, too. */
function near(instant) {
  const name = { [day(-1)]: "昨天", [day(0)]: "今天", [day(1)]: "明天" }[instant.slice(0, 10)];
  return `${name ?? instant.slice(5, 10)} ${instant.slice(11, 16)}`;
}

/** The day in Shanghai, so many after today, as `2026-06-18`. */
function day(after) {
  const instant = new Date(Date.now() + after * 86_400_000);
  return new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" }).format(instant);
}
