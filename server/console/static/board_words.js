/** Figures and dates of boards as people read them. */

/** Return the last of a list. */
export const lastOf = (list) => list[list.length - 1];

/** Return points with a sign, minus as −; an unchanged total has none, nor has one without an earlier month. */
export function signed(points) {
  if (points === null) return "—";
  if (Number(points) === 0) return "0.00";
  return Number(points) < 0 ? `−${points.slice(1)}` : `+${points}`;
}

/** Return points with a proper minus. */
export const plain = (points) => (points.startsWith("-") ? `−${points.slice(1)}` : points);

/** Return `11 月 3 日` of an ISO date. */
export function day(iso) {
  const [, month, date] = iso.slice(0, 10).split("-").map(Number);
  return `${month} 月 ${date} 日`;
}

/** Return `2026 年 11 月 3 日` of an ISO date. */
export const fullDay = (iso) => `${iso.slice(0, 4)} 年 ${day(iso)}`;

/** Return `9 月` of `2026-09`; a closing statement is 年终. */
export const month = (period) => (period.endsWith("closing") ? "年终" : `${Number(period.slice(5))} 月`);

/** Return the hash's beginning in groups of four. */
export const shortHash = (hash) => hash.slice(0, 12).match(/.{4}/g).join(" ");

/** Return 补记 as `9 月 0.50，8 月 1.00`. */
export const backdated = (row) => row.backdated.map((each) => `${month(each.month)} ${plain(each.points)}`).join("，");

/** Return the points of a section in a row. */
export function pointsIn(row, column) {
  const section = row.sections.find((each) => each.code === column.code);
  return plain(section ? section.points : "0.00");
}

/** Return a section's title without 积分: heads are narrow. */
export const shortTitle = (title) => title.replace(/积分$/, "") || title;

/** Return a band in words: 90 及以上, 80 至 90, 60 以下; bands are half-open. */
export function bandTitle(band) {
  if (band.below === null) return `${Number(band.at_least)} 及以上`;
  if (band.at_least === null) return `${Number(band.below)} 以下`;
  return `${Number(band.at_least)} 至 ${Number(band.below)}`;
}

/** Return what a reader must know to read the list. */
export function remarks(board) {
  const says = [`年度累计，截至 ${day(board.until)}`, "起始分计入基础积分"];
  if (board.view === "full") says.push("名次同分并列");
  if (board.view === "scores") says.push("按姓名排列，不列名次");
  const apart = board.apart ? `未参评 ${board.apart} 人，未列入。` : "";
  return `${says.join("；")}。${apart}${late(board)}`;
}

/** Return why names are not whole, and where they are; empty if they are whole. */
export const whyMasked = (board) =>
  board.rows !== null && board.masked ? "姓名只显示姓氏；本支部党员请在“先锋积分”小程序内查看完整名单。" : "";

/** Return what came in after a December was frozen, as a sentence. */
function late({ late: found }) {
  return found ? `年末补记（未封存，随时更新）：${found.members} 人 ${found.entries} 笔，共 ${signed(found.points)}。` : "";
}

/** Return one member's 年末补记 in a sentence; empty if there is none. */
export function ownLate(line) {
  if (!line) return "";
  const months = line.months.map((each) => `${month(each.month)} ${each.entries} 笔 ${signed(each.points)}`);
  return `12 月汇总封存以后记入，尚未封存：${months.join("，")}；全年积分现为 ${plain(line.total)}。`;
}
