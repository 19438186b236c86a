/** Chatting from a phone: words, pictures, the menu, the code on the wall; as often or as late as you want to try. */
import { el } from "./elements.js";
import { meetingCodes, sandbox, sendPicture } from "./sandbox_api.js";

const COPIES = 5;
const DELAY = 3000;

/** A persona's openid if the product does not know them yet: the one they would follow or be listed with. */
export const openidAt = (app, persona) => (app === "sandbox-official" ? `of_${persona.openid}` : persona.openid);

/** Let a phone's bar speak. `who()` is the openid that speaks, `attempt` does it, shows the result and looks again. */
export function startChat(section, { who, attempt }) {
  const bar = section.querySelector(".chatting");
  if (!bar) return;
  const input = bar.querySelector(".say input");
  const say = (kind, text) => attempt(async () => {
    const body = { kind, text, copies: ticked(bar, "copies") ? COPIES : 1, delay_ms: ticked(bar, "delay") ? DELAY : 0 };
    await sandbox("POST", `/phones/${section.dataset.app}/${encodeURIComponent(who())}/say`, body);
    return "";
  });
  bar.querySelector(".say").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = input.value.trim();
    input.value = "";
    if (text) say("text", text);
  });
  const acts = {
    scan: () => attempt(() => scan(bar, say)),
    voice: () => {
      const text = input.value.trim();
      input.value = "";
      return text ? say("voice", text) : attempt(() => "先把要说的话写在输入框里，再点“语音”");
    },
    follow: () => say("subscribe", ""),
  };
  for (const button of bar.querySelectorAll("[data-act]")) button.addEventListener("click", acts[button.dataset.act]);
  bar.querySelector("[type=file]").addEventListener("change", ({ target }) => attempt(async () => {
    for (const file of target.files) await sendPicture(section.dataset.app, who(), file);
    target.value = "";
    return "";
  }));
  section.say = say;
}

const ticked = (bar, name) => bar.querySelector(`[name=${name}]`).checked;

/** Scan the code that hangs on a wall; if there are several, ask which. */
async function scan(bar, say) {
  const codes = await meetingCodes();
  if (!codes.length) return "现在没有正在签到的会议：用书记的身份在手机端开一场";
  if (codes.length === 1) {
    await say("scan_code", codes[0].code);
    return "";
  }
  const choices = codes.map((each) => {
    const button = el("button", "btn", `${each.title} · ${each.place}`);
    button.type = "button";
    button.addEventListener("click", () => say("scan_code", each.code).then(() => choice.remove()));
    return button;
  });
  bar.querySelector(".choice")?.remove();
  const choice = el("div", "choice", choices);
  bar.prepend(choice);
  return "扫哪一场会议的码？";
}

/** Show the menu a person sees, anew only when it is another one. */
export async function showMenu(section, openid) {
  const nav = section.querySelector(".menu");
  if (!nav) return;
  const { items } = openid ? await sandbox("GET", `/phones/${section.dataset.app}/${encodeURIComponent(openid)}/menu`) : { items: [] };
  const shown = JSON.stringify(items);
  if (nav.dataset.shown === shown) return;
  nav.dataset.shown = shown;
  nav.replaceChildren(...items.map((entry) => top(section, entry)));
}

function top(section, entry) {
  if (!entry.sub_button?.length) return choosable(section, entry);
  const list = el("div", null, entry.sub_button.map((each) => choosable(section, each)));
  const details = el("details", null, [el("summary", null, entry.name), list]);
  details.addEventListener("click", ({ target }) => target.closest("button") && (details.open = false));
  return details;
}

function choosable(section, entry) {
  if (entry.type === "view" || entry.type === "miniprogram") {
    const link = el("a", null, entry.name);
    link.href = new URL(entry.url, location.origin).pathname;
    return link;
  }
  const button = el("button", null, entry.name);
  button.type = "button";
  const scans = entry.type === "scancode_waitmsg";
  button.addEventListener("click", () => (scans ? section.querySelector("[data-act=scan]").click() : section.say("click", entry.key)));
  return button;
}
