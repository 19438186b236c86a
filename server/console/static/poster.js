/** The poster of a month, as it hangs on the wall. */

import { enter, readBoard, wordsFor } from "./board_access.js";
import {
  backdated, bandTitle, day, fullDay, lastOf, plain, pointsIn, remarks, signed, whyMasked,
} from "./board_words.js";
import { el, fill, meter } from "./elements.js";

const ONE_SHEET = 27;
const ONE_CLOSE_SHEET = 36;
const byId = (id) => document.getElementById(id);

async function begin() {
  try {
    await enter();
    draw(await readBoard());
  } catch (error) {
    const [heading, sentences] = wordsFor(error);
    fill(byId("door"), el("h1", null, heading), ...sentences.map((sentence) => el("p", "lead", sentence)));
  }
}

function draw(board) {
  const { days, note } = board.publicity;
  document.title = `${board.title} · ${board.branch}`;
  byId("org").textContent = board.organization;
  byId("month").textContent = board.month_title;
  fill(byId("lead"),
    `根据${board.basis || "本单位积分标准"}三（二），现将我支部党员截至 ${fullDay(board.until)}的年度累计积分予以公示。公示期${days.length === 5 ? "五" : ` ${days.length} `}个工作日：`,
    el("b", null, `${fullDay(days[0])}至 ${day(lastOf(days))}`),
    note ? `（${note}）。` : "。",
  );
  fill(byId("roll"), ...(board.rows === null ? spread(board) : [roll(board)]));
  byId("masked").textContent = whyMasked(board);
  const secretary = board.secretary || "";
  byId("ask").textContent = `请于 ${day(lastOf(days))}前当面或书面向支部书记${secretary}反映，党支部调查核实后答复；对答复仍有异议的，由上级党组织专项查核认定。微信扫码可看本人每一分的出处。`;
  byId("sign").textContent = `支部书记（签字）　　　　　\n${board.branch}\n${fullDay(board.publicity.starts_at)}`;
  const averages = board.average === null ? "" : `平均 ${board.average}，中位 ${board.median}。`;
  byId("note").textContent = `${averages}${remarks(board)}`;
  byId("hash").textContent = `月汇总 ${board.month} / ${board.hash.slice(0, 12)}`;
  byId("door").hidden = true;
  byId("sheet").hidden = false;
  byId("print").disabled = false;
  byId("print").addEventListener("click", () => print());
}

function roll(board) {
  const places = board.view === "full";
  const heads = [
    ...(places ? [["c", "名次"]] : []), [null, "姓名"], ...board.columns.map((column) => ["n", column.title]),
    ["n", "合计"], ["n", "较上月"], ["c", "其中补记"], ["c", "台账序号·校验"],
  ];
  const head = el("thead", null, el("tr", null, heads.map(([name, title]) => el("th", name, title))));
  const body = el("tbody", null, board.rows.map((row) => line(board, row, places)));
  const close = board.rows.length > ONE_SHEET && board.rows.length <= ONE_CLOSE_SHEET;
  return el("table", close ? "close" : null, [head, body]);
}

function line(board, row, places) {
  const cells = [...(places ? [el("td", "c", row.position === null ? "—" : String(row.position))] : []), el("td", "nm", row.name)];
  return el("tr", null, [
    ...cells,
    ...board.columns.map((column) => el("td", "n", pointsIn(row, column))),
    el("td", "n t", plain(row.total)), el("td", "n", signed(row.change)), el("td", "c late", backdated(row)),
    el("td", "c hash", `${row.head_seq}·${row.head_hash}`),
  ]);
}

/** For a branch that shows no list: how totals spread. */
function spread(board) {
  const most = Math.max(1, ...board.distribution.map((band) => band.count));
  const rows = board.distribution.map((band) =>
    el("tr", null, [el("td", null, bandTitle(band)), el("td", null, meter(band.count, most)), el("td", "n t", `${band.count} 人`)]));
  const heads = ["积分", "", "人数"].map((title, index) => el("th", index === 2 ? "n" : null, title));
  const says = "本支部公示积分分布，不列名单。本人的积分和名次请在“先锋积分”里查看，也可向支部书记索取纸质清单。";
  return [el("table", "spread", [el("thead", null, el("tr", null, heads)), el("tbody", null, rows)]), el("p", "lead", says)];
}

begin();
