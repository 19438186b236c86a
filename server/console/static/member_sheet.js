/** A member's month on paper: what counted, what did not and why, and what can still be earned. */

import { api, resume } from "./api.js";
import { wordsFor } from "./board_access.js";
import { backdated, day, fullDay, ownLate, plain, pointsIn, signed } from "./board_words.js";
import { el, fill } from "./elements.js";
import { nothing_confirmed } from "./error_codes.js";

const member = Number(document.body.dataset.member);
const byId = (id) => document.getElementById(id);
const COLUMNS = ["code", "on", "what", "figure", "figure"];
const HEADS = ["编号", "日期", "项目、来源和依据", "记分", "计入"];

async function begin() {
  try {
    if (!resume()) throw Object.assign(new Error("请先登录"), { status: 401 });
    const month = new URLSearchParams(location.search).get("month");
    draw(await api(`/members/${member}/statement-sheet${month ? `?month=${encodeURIComponent(month)}` : ""}`));
  } catch (error) {
    const [heading, sentences] = doorWords(error);
    fill(byId("door"), el("h1", null, heading), ...sentences.map((sentence) => el("p", "lead", sentence)));
  }
}

function doorWords(error) {
  if (error.status === 401) return ["请先登录", ["登录后可以打印自己的清单；支部书记和支委可以替不用手机的党员打印，系统会留下记录。"]];
  if (error.status === 404 && error.code !== nothing_confirmed) return ["没有找到这份清单", ["这位党员可能不在您的支部，请核对后再打印。"]];
  return wordsFor(error);
}

function draw(sheet) {
  const { head, row, explanation } = sheet;
  document.title = `${row.name} ${head.month_title}积分清单`;
  byId("branch").textContent = `党支部：${head.organization}`;
  byId("month").textContent = head.month_title;
  drawWho(sheet);
  byId("basis").textContent = `年度累计，截至 ${fullDay(head.until)}。依据${head.basis}。${confirmation(head)}${explanation ? "“记分”为每笔原始分值，“计入”为扣除上限后实际计算的分值。" : ""}`;
  fill(byId("sections"), ...(explanation ? explanation.sections : []).map((section) => table(section, row)));
  list("late", "补记（本月汇总时补入以前月份的记分）", row.backdated.length ? [backdated(row)] : []);
  list("after", "年末补记", [ownLate(sheet.late)].filter(Boolean));
  const possible = explanation ? explanation.still_possible : [];
  list("possible", `${head.month.slice(0, 4)} 年度还可争取`, possible.map((each) => each.sentence));
  byId("secretary").textContent = head.secretary || "";
  byId("standard").textContent = `${explanation ? `积分标准：${explanation.standard_title} · ` : ""}台账 ${row.head_seq} 笔 · 打印于 ${fullDay(sheet.printed_at)} ${sheet.printed_at.slice(11, 16)}`;
  byId("hash").textContent = `链首 ${sheet.head_hash} · 月汇总 ${head.month} / ${head.hash.slice(0, 12)}`;
  byId("door").hidden = true;
  byId("sheet").hidden = false;
  byId("print").disabled = false;
  byId("print").addEventListener("click", () => print());
}

function confirmation(head) {
  const who = head.confirmed_by ? `由${head.confirmed_by}确认` : "期满自动确认";
  return `${day(head.confirmed_at)}${who}。`;
}

function drawWho(sheet) {
  const { row, head } = sheet;
  const cell = (name, value, className = null) => [el("th", null, name), el("td", className, value)];
  const place = row.position === null ? "" : `第 ${row.position} 名 / ${sheet.ranked} 人`;
  const standing = el("td", null, sheet.shows_position ? place || "—" : "本支部不列名次");
  standing.colSpan = 3;
  const total = row.note || `${plain(row.total)} / ${Number(head.total_cap)}`;
  fill(byId("who"),
    el("tr", null, [...cell("姓　名", el("b", null, row.name)), ...cell("人员类别", sheet.category_title), ...cell("发展阶段", sheet.stage_title)]),
    el("tr", null, [...cell("较上月", row.note ? "—" : signed(row.change)), el("th", null, "支部名次"), standing]),
    el("tr", null, [...cell("合　计", total, "big"), ...sections(head, row, cell)]),
  );
}

/** Sections beside the total; a scheme with more than two gives them one cell together. */
function sections(head, row, cell) {
  const points = (column) => `${pointsIn(row, column)} / ${Number(column.cap)}`;
  if (head.columns.length === 2) return head.columns.flatMap((column) => cell(column.title, points(column)));
  const all = el("td", null, head.columns.map((column) => `${column.title} ${points(column)}`).join("，"));
  all.colSpan = 3;
  return [el("th", null, "各部分"), all];
}

function table(section, row) {
  const frozen = row.sections.some((each) => each.code === section.code) ? pointsIn(row, section) : plain(section.points);
  const cut = Number(section.uncounted) > 0 ? `，超出上限未计入 ${section.uncounted}` : "";
  const caption = el("caption", null, [
    `${section.title} ${frozen} `,
    el("span", null, `上限 ${Number(section.cap)}，起始分 ${section.opening}，另得 ${section.earned}${cut}　${section.clause}`),
  ]);
  const columns = el("colgroup", null, COLUMNS.map((name) => el("col", name)));
  const head = el("thead", null, el("tr", null, HEADS.map((title) => el("th", null, title))));
  return el("table", "section", [caption, columns, head, el("tbody", null, section.lines.flatMap(lineRows))]);
}

function lineRows(line) {
  const title = el("td", null, [`${line.title}（上限 ${Number(line.cap)}）${remark(line)}　`, el("small", null, line.clause)]);
  title.colSpan = 3;
  const points = el("td", "n", plain(line.points));
  const own = el("tr", "line", [el("td", "c", line.code), title, points]);
  return [own, ...line.entries.filter(isFact).map((entry) => entryRow(entry, line))];
}

/** An opening stands in the line's own row; a reversal beside what it took back. */
const isFact = (entry) => entry.reverses_seq === null && entry.source.kind !== "opening";

function remark(line) {
  if (Number(line.opening) > 0) return `：起始分 ${line.opening}`;
  if (line.remark === "nothing_owed") return "：尚无应到";
  const { quantities } = line;
  if (quantities) return `：应到 ${quantities.owed}，实到 ${quantities.attended}，补 ${quantities.made_up}，准假 ${quantities.excused}`;
  return line.entries.length ? "" : "：没有记分";
}

function entryRow(entry, line) {
  const what = el("td", null, [title(entry), ...why(entry, line).map((words) => el("span", "why", words))]);
  return el("tr", entry.reversed_by === null ? "entry" : "entry gone", [
    el("td"), el("td", "c", day(entry.occurred_on)), what,
    el("td", "n", plain(entry.points)), el("td", "n", entry.counted === null ? "—" : plain(entry.counted)),
  ]);
}

const title = (entry) => entry.source.title || entry.text || entry.item_title;

/** What the entry rests on beside its line's clause, and why it did not count in full. */
function why(entry, line) {
  const said = entry.text && !title(entry).includes(entry.text) ? [entry.text] : [];
  const by = entry.decided_by ? [`${entry.decided_by}审定`] : [];
  const clause = entry.clause === line.clause ? [] : [entry.clause];
  const lines = [[...said, ...clause, ...by].join("；")].filter(Boolean);
  if (entry.reversed_by !== null) lines.push(`已冲销（台账第 ${entry.reversed_by} 笔）`);
  else if (Number(entry.uncounted) > 0) lines.push(`未计入 ${entry.uncounted}：已达上限，或同一成果只计最高一项`);
  return lines;
}

function list(id, heading, items) {
  fill(byId(id), ...(items.length ? [el("h2", null, heading), el("ul", null, items.map((item) => el("li", null, item)))] : []));
}

begin();
