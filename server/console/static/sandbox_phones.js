/** One phone: what stands on its screen, and which message is the newest. */
import { el } from "./elements.js";
import { fieldLabel, moment, templateName } from "./sandbox_words.js";

const NEW_SECONDS = 60;
const NOBODY = {
  sandbox: (name) => `${name}没有登录过小程序`,
  "sandbox-official": (name) => `${name}还没有关注公众号`,
  "sandbox-work": (name) => `${name}不在企业微信通讯录里`,
};
const EMPTY = {
  sandbox: "还没有消息。在下面点“同意订阅”，到时的推送就会出现在这里。",
  "sandbox-official": "和机器人说句话吧，例如“我多少分了”。订阅消息的次数用完后，推送也会到这里。",
  "sandbox-work": "也可以在这里和机器人说话。前面的渠道都走不通时，推送会到这里。",
};

/** Show a phone's messages; keep the reader's place unless something new came. */
export function showPhone(section, phone, { name, pushes }) {
  const chat = section.querySelector(".chat");
  const app = section.dataset.app;
  section.querySelector(".q").textContent = phone ? quota(app, phone) : "";
  const shown = JSON.stringify([phone?.openid, phone?.messages.map((each) => [each.seq, isNew(each)]), pushes.length, name]);
  if (chat.dataset.shown === shown) return;
  chat.dataset.shown = shown;
  if (!phone?.messages.length) {
    chat.replaceChildren(el("p", "empty", phone ? EMPTY[app] : NOBODY[app](name || "这个人")));
    return;
  }
  const newest = phone.messages.at(-1);
  chat.replaceChildren(...phone.messages.flatMap((message) => bubble(message, pushes, message === newest && isNew(message))));
  chat.scrollTop = chat.scrollHeight;
}

function quota(app, phone) {
  if (phone.gone) return "已停用";
  if (app === "sandbox") return `余额 ${Object.values(phone.agreed).reduce((sum, each) => sum + each, 0)} 次`;
  if (app === "sandbox-work") return "不限次";
  if (!phone.follows) return "未关注";
  return phone.answers_left ? `还可回复 ${phone.answers_left} 条` : "已关注";
}

function bubble(message, pushes, hot) {
  const time = el("p", "tm", moment(message.at).words);
  if (message.content.picture) return [time, photo(message)];
  if (["custom_send", "callback"].includes(message.call)) return [time, el("p", message.own ? "me" : "it", linked(message.content.text))];
  return [time, card(message, pushes, hot)];
}

function photo(message) {
  const image = el("img", "me");
  image.src = `/sandbox/wechat/media/${encodeURIComponent(message.content.picture)}`;
  image.alt = "发出的图片";
  return image;
}

/** Addresses can be tapped, as in WeChat. */
function linked(text) {
  return text.split(/(https?:\/\/[^\s，。）]+)/).map((part, index) => {
    if (index % 2 === 0) return part;
    const link = el("a", null, part);
    link.href = part;
    link.target = "_blank";
    link.rel = "noopener";
    return link;
  });
}

function card(message, pushes, hot) {
  const push = pushes.find((each) => isOf(message, each));
  const title = push?.title ?? (message.app === "sandbox-work" ? message.template : templateName(message.template));
  const from = el("p", "from", [el("span", null, "先锋积分"), ...(hot ? [el("b", null, "刚刚送达")] : [])]);
  const label = (name, index) => (message.app === "sandbox-work" ? plain(name) : push?.labels[index] ?? fieldLabel(name));
  const lines = Object.entries(message.content).flatMap(([name, value], index) => [
    el("dt", null, label(name, index)), el("dd", null, value),
  ]);
  const parts = [from, el("h3", null, title || "通知"), el("dl", null, lines)];
  if (!message.answered) parts.push(el("p", "lost", "已送达，但没有应答：产品不知道送到了"));
  if (message.times > 1) parts.push(el("p", "lost", `同样内容第 ${message.times} 次送达`));
  if (!message.page) return el("article", "svc", parts);
  const link = el("a", "svc", [...parts, el("p", "go2", "进入小程序查看")]);
  link.href = /^https?:/.test(message.page) ? new URL(message.page).pathname : `/m/${message.page}`;
  return link;
}

/** Whether a message is of a push: same page, and the same template, or 企业微信's title. */
function isOf(message, push) {
  const kind = message.app === "sandbox-work" ? push.title.startsWith(message.template) : message.template === push.template_id;
  return Boolean(message.page) && message.page === push.page && kind;
}

const plain = (name) => (name === "text" ? "内容" : name);
const isNew = (message) => Date.now() - Date.parse(message.at) < NEW_SECONDS * 1000;
