/** How the screen looks, from what is known at this moment. Draws only what changed. */

import { el, fill, svg } from "./elements.js";

const QUIET_ZONE = 4;
const LENGTH = 1032;
const AROUND = 2 * Math.PI * 67;
const WEEKDAYS = "日一二三四五六";
const byId = (id) => document.getElementById(id);
const drawn = {};

/** Run `draw` when `value` differs from the last time under this name. */
function whenChanged(name, value, draw) {
  const key = JSON.stringify(value);
  if (drawn[name] === key) return;
  drawn[name] = key;
  draw();
}

/** Ask for the eight digits; `enter` answers with an Error whose message is shown. */
export function showDoor(enter, problem) {
  const door = byId("door");
  byId("hall").hidden = true;
  byId("lost").hidden = true;
  door.hidden = false;
  byId("problem").textContent = problem;
  byId("digits").focus();
  door.onsubmit = async (event) => {
    event.preventDefault();
    byId("problem").textContent = "";
    await enter(byId("digits").value).catch((error) => {
      byId("problem").textContent = error.message;
      byId("digits").select();
    });
  };
}

/** Draw the screen. `at` and `seenAt` are milliseconds by the server's clock; `code` is the one to show, if any. */
export function drawScreen(screen) {
  byId("door").hidden = true;
  byId("hall").hidden = false;
  const offline = screen.tries > 0;
  document.body.classList.toggle("offline", offline);
  document.body.classList.toggle("long", screen.meeting.title.length > 10);
  whenChanged("meeting", screen.meeting, () => drawMeeting(screen.meeting));
  whenChanged("counts", [screen.counts, offline], () => drawCounts(screen, offline));
  whenChanged("recent", [screen.recent, offline], () => drawRecent(screen.recent, offline));
  drawRight(screen, offline);
  drawLost(screen, offline);
  byId("state").textContent = offline ? `正在重新连接（第 ${screen.tries} 次）` : "网络正常";
  byId("clock").textContent = clock(screen.at, true);
}

function drawMeeting(meeting) {
  document.title = `签到大屏 · ${meeting.title}`;
  byId("org").textContent = meeting.organization;
  byId("title").textContent = meeting.title;
  byId("topic").textContent = meeting.topic;
  const day = new Date(`${meeting.starts_at.slice(0, 10)}T00:00:00`);
  fill(byId("facts"),
    el("span", null, [el("b", null, `${day.getMonth() + 1} 月 ${day.getDate()} 日`), ` 星期${WEEKDAYS[day.getDay()]}`]),
    el("span", null, el("b", null, span(meeting.starts_at, meeting.ends_at))),
    el("span", null, el("b", null, meeting.place)),
    el("span", null, ["签到 ", el("b", null, span(meeting.opens_at, meeting.closes_at))]),
  );
}

function drawCounts({ counts, seenAt }, offline) {
  const figures = [["应到", counts.invited], ["请假", counts.leave], ["未到", counts.missing], ["列席", counts.observers]];
  if (counts.held) figures.push(["待确认", counts.held]);
  const there = figure(offline ? `实到（截至 ${clock(seenAt, true)}）` : "实到", counts.present);
  there.className = "main-n";
  fill(byId("tally"), there, ...figures.map(([name, count]) => figure(name, count)));
  const unit = LENGTH / Math.max(counts.invited, 1);
  byId("meter-present").setAttribute("width", counts.present * unit);
  byId("meter-leave").setAttribute("x", counts.present * unit);
  byId("meter-leave").setAttribute("width", counts.leave * unit);
  byId("meter").setAttribute("aria-label", `实到 ${counts.present}，请假 ${counts.leave}，未到 ${counts.missing}`);
}

const figure = (name, count) => el("div", null, [el("dt", null, name), el("dd", null, String(count))]);

function drawRecent(recent, offline) {
  byId("recent").hidden = !recent.length;
  byId("recent-title").textContent = offline ? "断网前签到" : "最近签到";
  fill(byId("names"),
    ...recent.map((arrival, index) => {
      const mark = arrival.helper ? "代签" : clock(Date.parse(arrival.at));
      return el("li", index === 0 && !offline ? "new" : null, [arrival.name, el("span", null, mark)]);
    }),
  );
}

function drawRight(screen, offline) {
  const { code, at } = screen;
  const phase = screen.phase === "open" && at > Date.parse(screen.meeting.closes_at) ? "closed" : screen.phase;
  if (code && (phase === "open" || at >= Date.parse(screen.meeting.opens_at))) return drawCode(code, at);
  if (phase === "open" && offline) return drawStopped(screen);
  if (phase === "planned") return drawWaiting(screen.meeting, at);
  if (phase === "open") return drawNotice("open", "正在取签到码", [], "", null);
  if (phase === "cancelled") return drawNotice(phase, "会议已取消", [["会议时间有变请看", "通知"]], "", null);
  return drawNotice(phase, "签到已结束", [["没有赶上的同志，请书记", "补录"], ["已签到的", "不必再扫"]], "", null);
}

function drawCode(code, at) {
  whenChanged("frame", code.step, () => {
    const side = code.size + 2 * QUIET_ZONE;
    const symbol = svg("svg", { viewBox: `${-QUIET_ZONE} ${-QUIET_ZONE} ${side} ${side}`, role: "img", "shape-rendering": "crispEdges" });
    symbol.setAttribute("aria-label", "签到二维码，每 10 秒更换");
    symbol.append(svg("path", { d: code.path }));
    fill(byId("frame"), symbol);
    fill(byId("how"), el("b", null, "微信扫一扫"), " 签到，或向公众号发送六位数字");
  });
  const left = Math.max(1, Math.ceil((code.until - at) / 1000));
  whenChanged("code", [code.step, left], () => {
    const six = el("div", null, [
      el("p", null, "公众号「先锋积分」"),
      el("div", "six", `${code.digits.slice(0, 3)} ${code.digits.slice(3)}`),
    ]);
    fill(byId("code"), six, ring(left));
  });
}

function ring(left) {
  const drawing = svg("svg", { class: "ring", viewBox: "0 0 148 148", "aria-hidden": "true" });
  const circle = { cx: 74, cy: 74, r: 67 };
  drawing.append(
    svg("circle", { ...circle, class: "around" }),
    svg("circle", { ...circle, class: "rest", "stroke-dasharray": `${(AROUND * left) / 10} ${AROUND}`, transform: "rotate(-90 74 74)" }),
    svg("text", { x: 74, y: 88 }, String(left)),
    svg("text", { x: 74, y: 116, class: "u" }, "秒后换"),
  );
  return drawing;
}

function drawWaiting(meeting, at) {
  const opens = Date.parse(meeting.opens_at);
  const words = [["请先入座，", "到时自动显示签到码"], ["签到从 ", span(meeting.opens_at, meeting.closes_at)]];
  drawNotice("planned", "签到还没有开始", words, "", ["离开始签到", countdown(opens - at)]);
}

function drawStopped({ seenAt, at }) {
  const words = [
    ["支部书记可在自己手机打开本次会议，", "展示签到码"],
    ["没有手机的同志，请到会议记录人处登记，", "会后补录"],
    ["已签到的不会丢失，", "不必重扫"],
  ];
  drawNotice("stopped", "请暂缓扫码", words, "网络恢复后，本页自动显示新的签到码", ["已断开", countdown(at - seenAt)]);
}

/** Show something in place of the code: a heading, what people can do, and a figure below. */
function drawNotice(name, heading, words, how, figureBelow) {
  whenChanged("frame", name, () => {
    const items = words.map(([plain, strong], index) => {
      const item = el("li", null, [plain, el("b", null, strong)]);
      item.dataset.n = index + 1;
      return item;
    });
    fill(byId("frame"), el("div", "noqr", [el("h2", null, heading), el("ol", null, items)]));
    byId("how").textContent = how;
  });
  whenChanged("code", figureBelow, () => {
    if (!figureBelow) return fill(byId("code"));
    const [label, value] = figureBelow;
    return fill(byId("code"), el("div", null, [el("p", null, label), el("div", "six", value)]));
  });
}

function drawLost({ seenAt, codesUntil, at, code }, offline) {
  byId("lost").hidden = !offline;
  if (!offline) return;
  const meanwhile = code ? "手机签到不受影响" : "预取的签到码已用完";
  byId("lost-words").textContent = `${meanwhile}；人数与名单停在 ${clock(seenAt, true)}，恢复后自动更新`;
  const seconds = code && codesUntil ? Math.max(0, Math.round((codesUntil - at) / 1000)) : 0;
  fill(byId("lost-left"), ...(seconds ? ["二维码还能用 ", el("b", null, String(seconds)), " 秒"] : []));
}

const span = (from, until) => `${from.slice(11, 16)} – ${until.slice(11, 16)}`;

/** Return `14:26`, or `14:26:33`, in Shanghai. */
function clock(milliseconds, seconds = false) {
  const options = { timeZone: "Asia/Shanghai", hour12: false, hour: "2-digit", minute: "2-digit", ...(seconds && { second: "2-digit" }) };
  return new Intl.DateTimeFormat("zh-CN", options).format(milliseconds);
}

/** Return `2:14`, or `1:02:14` from an hour on. */
function countdown(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, "0"));
  const hours = Math.floor(seconds / 3600);
  return hours ? `${hours}:${parts.join(":")}` : `${Number(parts[0])}:${parts[1]}`;
}
