/** How a board's page comes by its board: as the signed-in reader of this tab, or with what a link left in this browser. */

import { api, resume } from "./api.js";
import { not_signed_in, nothing_confirmed } from "./error_codes.js";

const branch = Number(document.body.dataset.branch);
const NAME = `board ${branch}`;

/** Exchange the key behind the #, if there is one; it leaves the address at once. */
export async function enter() {
  const [key] = location.hash.slice(1).split(/[#?&]/); // whoever hands an address on may add to it
  if (!key) return;
  history.replaceState(null, "", location.pathname + location.search);
  localStorage.removeItem(NAME);
  const opened = await api("/board-sessions", { method: "POST", body: JSON.stringify({ key }) });
  localStorage.setItem(`board ${opened.organization_id}`, opened.board_token);
}

/** Return the board as it is posted, of the month in the address or the newest. */
export async function readBoard() {
  const month = new URLSearchParams(location.search).get("month");
  const query = month ? `month=${encodeURIComponent(month)}` : "";
  const linked = localStorage.getItem(NAME);
  if (resume()) {
    try {
      return { ...(await api(`/organizations/${branch}/board?posted=true&${query}`)), signedIn: true };
    } catch (error) {
      if (!linked || ![401, 403, 404].includes(error.status) || error.code === nothing_confirmed) throw error;
    }
  }
  if (!linked) throw Object.assign(new Error("请先登录"), { status: 401, code: not_signed_in });
  return api(`/boards/${branch}${query && `?${query}`}`, { headers: { "X-Board-Token": linked } });
}

/** Return what to say if there is no board: a heading, sentences, and whether to try again by itself. */
export function wordsFor({ status, code, message }) {
  if (code === nothing_confirmed) return ["还没有公示", [message, "确认之后，本页自动显示。"], true];
  if (status === 401) {
    return ["请先登录", ["公示栏只在本支部内展示。", "本支部党员请登录后查看；走廊的屏幕，请支部书记生成公示屏链接，打开即可，不用登录。"], false];
  }
  if (status === 403) return ["这里不能显示公示", [message], false];
  if (status === 404) return ["没有找到这个公示栏", ["公示栏只在本支部内展示，您可能不属于这个支部，或登录的不是本人。"], false];
  if (status === 422) return ["地址里的月份不对", ["月份写作 2026-05。去掉它，就显示最近一个月。"], false];
  return ["暂时连不上服务", [`${message}。`, "数据没有变化，本页每分钟自动重试。"], true];
}
