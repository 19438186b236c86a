/** The log of calls: each with its result and what followed. */
import { el } from "./elements.js";
import { callName, channelName, moment, resultWords, templateName } from "./sandbox_words.js";

/** Return the rows of the log, newest first. `who` finds a person by app and openid. */
export function logRows(calls, who, pushes) {
  const lines = calls.map((call) => ({ ...call, person: who(call.call, call.openid) }));
  return lines.map((line, index) => row(line, lines.slice(index + 1), pushes)).reverse();
}

function row(line, later, pushes) {
  const push = pushes.find((each) => line.page && each.page === line.page);
  const failed = line.result !== "0";
  return el("tr", failed ? "fail" : null, [
    el("td", null, moment(line.at).exact),
    el("td", null, [el("code", null, callName(line.call))]),
    el("td", null, line.person?.name ?? line.openid),
    el("td", null, push?.title ?? templateName(line.template)),
    el("td", "res", resultWords(line.result)),
    el("td", null, followed(line, later, failed)),
  ]);
}

/** What followed: for a success how it came about, for a failure what was done next. */
function followed(line, later, failed) {
  const tries = line.tries > 1 ? `第 ${line.tries} 次尝试；首次 ${resultWords(line.first_result)}` : "";
  if (!failed) return [tries, line.note].filter(Boolean).join("；");
  if (line.result === "time_out" || line.result === "nonsense") return "手机已收到；结果未知，不再重发";
  const next = later.find((each) => samePush(each, line));
  if (!next) return tries || "暂无下文";
  const end = next.result === "0" ? "已送达" : resultWords(next.result);
  return next.call === line.call ? `已重试：${end}` : `改走${channelName(next.call)}：${end}`;
}

function samePush(one, other) {
  const same = one.person && other.person ? one.person.account_id === other.person.account_id : one.openid === other.openid;
  return same && one.page === other.page;
}
