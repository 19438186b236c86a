/** What the sandbox's codes mean, in words. */

/** Faults of the panel: what WeChat answers, its name, and how the product takes it. */
export const FAULTS = [
  ["time_out", "—", "超时", "结果未知，不再重发"],
  ["dropped", "—", "连接中断", "结果未知，不再重发"],
  ["busy", "-1", "系统繁忙", "稍后重试"],
  ["token_refused", "40001", "凭证失效", "刷新一次，重试一次"],
  ["refused", "43101", "用户拒收", "不再重试，改走其他渠道"],
  ["quota", "45009", "当日次数用尽", "当天停发，次日继续"],
  ["too_fast", "45011", "调用太快", "下一分钟继续"],
  ["bad_fields", "47003", "字段不合规", "不再重试，改走其他渠道"],
  ["nonsense", "HTML", "答非所问", "结果未知，不再重发"],
];

/** How often a fault strikes; `one` asks for a person. */
export const SCOPES = [
  ["always", "每次", {}],
  ["next", "接下来 1 次", { times: 1 }],
  ["next3", "接下来 3 次", { times: 3 }],
  ["share", "随机 5%", { share: 5 }],
  ["share50", "随机 50%", { share: 50 }],
];

const CALLS = {
  subscribe_send: "subscribe/send",
  template_send: "template/send",
  custom_send: "custom/send",
  work_send: "work message/send",
  webhook_send: "webhook/send",
  callback: "回调",
};

const RESULTS = {
  0: "0 已送达",
  "-1": "-1 系统繁忙",
  40001: "40001 凭证失效",
  40003: "40003 没有这个用户",
  40014: "40014 凭证失效",
  40037: "40037 没有这个模板",
  41030: "41030 页面路径不对",
  42001: "42001 凭证过期",
  43004: "43004 没有关注",
  43101: "43101 拒收",
  45009: "45009 当日用尽",
  45011: "45011 太快",
  45015: "45015 已过回复时限",
  45047: "45047 回复次数用完",
  47003: "47003 字段不合规",
  81013: "81013 没有这个成员",
  93000: "93000 没有这个群机器人",
  no_answer: "无人应答",
  time_out: "未应答",
  dropped: "连接中断",
  nonsense: "答非所问",
};

const CHANNELS = { subscribe_send: "小程序订阅消息", template_send: "公众号模板消息", custom_send: "公众号客服消息", work_send: "企业微信" };
const TEMPLATES = { score: "月度积分", claim: "申报审核", meeting: "会议", todo: "待办", notice: "通知" };
const LABELS = {
  thing: "内容", phrase: "状态", character_string: "编号", number: "数值", letter: "编号", symbol: "标记",
  name: "姓名", amount: "金额", date: "日期", time: "时间", phone_number: "电话", car_number: "车号",
};

export const isSend = (call) => call in CALLS;
export const callName = (call) => CALLS[call] ?? call;
export const resultWords = (result) => RESULTS[result] ?? result;
export const channelName = (call) => CHANNELS[call] ?? call;

/** A template by its id in the sandbox: `sandbox-score` is 月度积分. */
export function templateName(id) {
  const key = id.replace(/^sandbox-/, "");
  return TEMPLATES[key] ?? key;
}

/** A field of a template by its kind: `thing1` is 内容. */
export const fieldLabel = (name) => LABELS[name.replace(/\d+$/, "")] ?? name;

/** 14:23, 今天 before it when `withDay`, or the day if it is another. */
export function moment(iso, now = new Date()) {
  const at = new Date(iso);
  const parts = (date) => Object.fromEntries(new Intl.DateTimeFormat("zh-CN", {
    timeZone: "Asia/Shanghai", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
  }).formatToParts(date).map(({ type, value }) => [type, value]));
  const [then, today] = [parts(at), parts(now)];
  const sameDay = then.month === today.month && then.day === today.day;
  const clock = `${then.hour}:${then.minute}`;
  return { clock, exact: `${clock}:${then.second}`, words: sameDay ? clock : `${then.month} 月 ${then.day} 日 ${clock}` };
}
