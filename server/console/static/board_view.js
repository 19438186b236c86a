/** How the board looks. On a wide screen all rows stand without scrolling; where they are too many, pages take turns. */

import { bandTitle, day, lastOf, month, plain, pointsIn, remarks, shortHash, shortTitle, signed, whyMasked } from "./board_words.js";
import { el, fill, meter } from "./elements.js";

const COLUMN_ROWS = 14;
const PAGE_MS = 20_000;
const NARROW = matchMedia("(max-width: 900px), (max-aspect-ratio: 1 / 1)");
const byId = (id) => document.getElementById(id);

let turning = null;
let shown = null;
let narrow = false;

/** Say why there is no board. */
export function showDoor(heading, sentences, signInHere) {
  byId("wall").hidden = true;
  const home = el("a", "btn", "去起始页登录");
  home.href = "/";
  fill(byId("door"),
    el("p", "mark", "先锋积分"),
    el("h1", null, heading),
    ...sentences.map((sentence) => el("p", "lead", sentence)),
    ...(signInHere ? [home] : []),
  );
  byId("door").hidden = false;
}

/** Say that what is shown is of an earlier moment; null takes it back. */
export function showStale(seenAt) {
  byId("stale").hidden = seenAt === null;
  if (seenAt === null) return;
  const options = { timeZone: "Asia/Shanghai", hour12: false, hour: "2-digit", minute: "2-digit" };
  const time = new Intl.DateTimeFormat("zh-CN", options).format(seenAt);
  byId("stale").textContent = `连不上服务，显示的是 ${time} 的公示；恢复后自动更新`;
}

/** Draw the board. */
export function drawBoard(board) {
  shown = board;
  byId("door").hidden = true;
  byId("wall").hidden = false;
  document.title = `${board.title} · ${board.branch}`;
  byId("org").textContent = board.organization;
  byId("title").textContent = board.title;
  drawSum(board);
  drawRoll(board);
  byId("masked").textContent = whyMasked(board);
  byId("note").textContent = remarks(board);
  drawPublicity(board);
  drawAside(board);
}

addEventListener("resize", () => shown && NARROW.matches !== narrow && drawRoll(shown));

function drawSum(board) {
  const parts = board.columns.map((column) => `${shortTitle(column.title)} ${Number(column.cap)}`).join("、");
  const figures = [["公示", board.ranked, " 人"], ["平均", board.average], ["中位", board.median]];
  fill(byId("sum"),
    ...figures.filter(([, value]) => value !== null).map(([name, value, unit = ""]) =>
      el("span", null, [`${name} `, el("b", null, String(value)), unit])),
    el("span", null, `满分 ${Number(board.total_cap)}${parts && `，其中${parts}`}`),
  );
}

function drawRoll(board) {
  clearInterval(turning);
  byId("page-mark").textContent = "";
  if (board.rows === null) return fill(byId("cols"), ...spread(board));
  narrow = NARROW.matches;
  const size = narrow ? board.rows.length : 2 * COLUMN_ROWS;
  const count = Math.max(1, Math.ceil(board.rows.length / size));
  const pages = Array.from({ length: count }, (_, number) => board.rows.slice(number * size, (number + 1) * size));
  let current = 0;
  const turn = () => {
    drawPage(board, pages[current]);
    if (count > 1) byId("page-mark").textContent = `第 ${current + 1} 页，共 ${count} 页，每 ${PAGE_MS / 1000} 秒换页`;
    current = (current + 1) % count;
  };
  turn();
  if (count > 1) turning = setInterval(turn, PAGE_MS);
  return null;
}

/** One table where there is only one column's worth of rows or the screen is narrow, else two. */
function drawPage(board, rows) {
  const cut = NARROW.matches || rows.length <= COLUMN_ROWS ? rows.length : Math.max(COLUMN_ROWS, Math.ceil(rows.length / 2));
  const halves = [rows.slice(0, cut), rows.slice(cut)].filter((half) => half.length);
  byId("cols").className = halves.length > 1 ? "cols two" : "cols";
  fill(byId("cols"), ...halves.map((half) => table(board, half)));
}

function table(board, rows) {
  const places = board.view === "full";
  const heads = [
    ...(places ? [["p", "名次"]] : []), ["nm", "姓名"],
    ...board.columns.map((column) => ["n part", shortTitle(column.title)]), ["n", "合计"], ["n", "较上月"],
  ];
  const head = el("thead", null, el("tr", null, heads.map(([name, title]) => el("th", name, title))));
  return el("table", null, [head, el("tbody", null, rows.map((row) => line(board, row, places)))]);
}

function line(board, row, places) {
  const own = board.own && board.own.member_id === row.member_id;
  const name = el("td", "nm", [row.name, ...(own ? [el("i", "me", "我")] : [])]);
  const cells = [...(places ? [el("td", "p", row.position === null ? "—" : String(row.position))] : []), name];
  const classes = [own && "own", Number(row.change) < 0 && "down"];
  cells.push(...board.columns.map((column) => el("td", "n part", pointsIn(row, column))));
  cells.push(el("td", "n t", plain(row.total)), el("td", "n d", signed(row.change)));
  return el("tr", classes.filter(Boolean).join(" "), cells);
}

/** The distribution, for a branch that shows no list; the reader's own place if they are signed in. */
function spread(board) {
  byId("cols").className = "cols spread";
  const most = Math.max(1, ...board.distribution.map((band) => band.count));
  const bars = board.distribution.map((band) => [
    el("dt", band.own ? "own" : null, bandTitle(band)),
    el("dd", band.own ? "own" : null, [meter(band.count, most), el("span", null, `${band.count} 人`)]),
  ]);
  const says = "本支部公示积分分布。本人的积分和名次在“先锋积分”里查看，也可向支部书记索取纸质清单。";
  return [...(board.own ? [mine(board)] : []), el("dl", "bars", bars.flat()), el("p", "says", says)];
}

function mine({ own, ranked }) {
  if (own.note) return el("p", "mine", [el("span", null, own.name), el("b", null, own.note)]);
  const place = own.position === null ? [] : [el("span", null, ["第 ", el("b", null, String(own.position)), ` 名 / ${ranked} 人`])];
  return el("p", "mine", [
    el("span", null, [own.name, el("i", "me", "我")]),
    ...place,
    el("span", null, ["合计 ", el("b", null, plain(own.total))]),
    el("span", null, `较上月 ${signed(own.change)}`),
  ]);
}

function drawPublicity({ publicity, today }) {
  const { left, days, starts_at: starts, note } = publicity;
  byId("left-title").textContent = left ? "公示期剩余" : "公示期已结束";
  fill(byId("left"), ...(left ? [el("b", null, String(left)), el("span", null, "个工作日，含今天")] : []));
  if (left && !days.includes(today)) byId("left").lastChild.textContent = "个工作日";
  fill(byId("days"), ...days.map((each) => {
    const state = each < today ? "past" : each === today ? "now" : "";
    const item = el("li", state, String(Number(each.slice(8))));
    item.setAttribute("aria-label", day(each) + { past: "，已过", now: "，今天", "": "" }[state]);
    return item;
  }));
  const clock = `${Number(starts.slice(11, 13))}${starts.slice(13, 16)}`;
  byId("span").textContent = `${day(starts)} ${clock} – ${day(lastOf(days))} 24:00`;
  byId("counted").textContent = left && note ? note : "";
}

function drawAside(board) {
  const secretary = board.secretary ? [el("b", null, board.secretary)] : [];
  fill(byId("tell"), "对公示有异议，请当面或书面告诉支部书记", ...secretary, "。");
  byId("scope").textContent = "公示范围：本支部";
  byId("hash").textContent = `校验值 ${shortHash(board.hash)}`;
  const beside = [];
  if (board.earlier) beside.push(link(`?month=${board.earlier}`, `‹ ${month(board.earlier)}`));
  if (board.later) beside.push(link(`?month=${board.later}`, `${month(board.later)} ›`));
  beside.push(link(`${location.pathname}/poster?month=${board.month}`, "打印 A3 海报"));
  fill(byId("beside"), ...(board.signedIn ? beside : []));
}

function link(address, title) {
  const anchor = el("a", null, title);
  anchor.href = address;
  return anchor;
}
