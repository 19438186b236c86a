import { api, signIn } from "./api.js";
import { el, meter, ring, row } from "./elements.js";
import { todayCards } from "./today.js";

const RECENT = 6;
const POSSIBLE = 4;
const DOES = {
  党员: "看积分出处，\n申报贡献，扫码签到",
  支部书记: "审核申报，登记党费，\n开今天的主题党日",
  支委: "审核书记本人的申报，\n代老党员填报",
  副书记: "审核申报，\n记录支部决定",
  总支书记: "看各支部，办理上转申报，\n调整组织关系",
  组织部: "收备案，看全校，\n发布积分标准",
  群众代表: "对核实中的申报\n发表意见",
  督查员: "查看各支部记录，\n每次查看均留痕",
  系统管理员: "任职与账号，\n看不到积分明细",
};

const FIRST = 4;
const castBox = document.getElementById("cast");
const othersBox = document.getElementById("others");
const phone = document.getElementById("phone");
const app = document.getElementById("app");
const caption = document.getElementById("who");

/** Show the personas of the sandbox; one tap signs in. */
async function showCast() {
  const { items } = await api("/sandbox/personas");
  castBox.replaceChildren(...items.slice(0, FIRST).map(personaCard));
  othersBox.replaceChildren(...items.slice(FIRST).map(personaChip));
  if (!items.length) castBox.append(el("p", "muted", "还没有演示人物：运行 make run 会自动生成"));
}

function personaCard(persona) {
  const card = el("button", null, [
    el("span", "r", persona.role),
    el("span", "nm", persona.name),
    el("span", "u", persona.organization ?? "山海学院"),
    el("span", "do", DOES[persona.role] ?? ""),
    el("span", "go", "进入 →"),
  ]);
  return entrance(card, persona);
}

function personaChip(persona) {
  const chip = el("button", "chip", [el("b", null, persona.name), el("span", "r", persona.role)]);
  chip.title = persona.organization ?? "";
  return entrance(chip, persona);
}

function entrance(button, persona) {
  button.type = "button";
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => enter(persona, button));
  return button;
}

/** Sign in as this person: in the app in the frame, or, if it is not built, in the small view of this page. */
async function enter(persona, button) {
  press(button);
  if (app) await enterApp(persona);
  else await enterView(persona);
}

function press(button) {
  for (const other of document.querySelectorAll("[aria-pressed]")) {
    other.setAttribute("aria-pressed", String(other === button));
    const go = other.querySelector(".go");
    if (go) go.textContent = other === button ? "已登录" : "进入 →";
  }
}

/** The app signs in by itself with the code in its address; this page keeps a token of its own for the API document. */
async function enterApp(persona) {
  app.contentWindow.location.replace(`/m/pages/sign-in/sign-in?code=${encodeURIComponent(persona.code)}`);
  try {
    await signIn(persona.code);
    caption.textContent = `当前身份：${persona.name}（${persona.role}）`;
  } catch (error) {
    caption.textContent = `没能登录：${error.message}`;
  }
}

/** Say who is signed in in the app, also after they chose or left there. uni-app keeps what it stores in `data`. */
function followApp({ key, newValue }) {
  if (key !== "me") return;
  const me = JSON.parse(newValue ?? "null")?.data;
  caption.textContent = me ? `当前身份：${me.name}` : "尚未登录";
  press([...document.querySelectorAll("[aria-pressed]")].find((button) => button.textContent.includes(me?.name)));
}

async function enterView(persona) {
  phone.replaceChildren(notice("正在读取…", "第一次打开约需一秒。"));
  try {
    await signIn(persona.code);
    const me = await api("/me");
    caption.textContent = `当前身份：${persona.name}（${persona.role}）· 令牌已存于本页，API 文档可直接试调`;
    phone.replaceChildren(...(await cards(me)));
  } catch (error) {
    phone.replaceChildren(notice("没能打开", `${error.message}。数据没有变化，请再点一次。`));
  }
}

/** Return what this person sees first: today's meeting, what waits for them, and their score. */
async function cards(me) {
  const found = await todayCards(me);
  for (const role of me.roles) found.push(...(await waitingCards(role)));
  if (me.member_id) {
    const year = await api(`/members/${me.member_id}/score/explanation`);
    found.push(scoreCard(year), entriesCard(year), possibleCard(year));
  }
  if (!found.length) found.push(notice(me.name, "这个角色在手机上没有待办；可在 API 文档中试用他的接口。"));
  return found;
}

async function waitingCards(role) {
  if (!["secretary", "deputy_secretary", "committee_member", "general_secretary"].includes(role.role)) return [];
  const { items } = await api(`/organizations/${role.organization.id}/review-queue?limit=20`);
  const rows = items.map((claim) =>
    row(claim.title, `${claim.member_name} · ${day(claim.occurred_on)}`, `申报 ${claim.proposed_points}`));
  const list = rows.length ? el("ul", null, rows) : el("p", "sub", "没有待审核的申报。");
  return [el("section", "c", [el("h4", null, rows.length ? `待审核 ${rows.length} 条` : "待审核"), list])];
}

function scoreCard(year) {
  const opening = sum(year.sections, "opening");
  const bars = year.sections.flatMap((section) => [
    el("dt", null, section.title),
    el("dd", null, `${section.points} / ${Number(section.cap)}`),
    meter(Number(section.points), Number(section.cap)),
  ]);
  const figures = year.total === null ? [el("p", "sub", year.note)] : [ring(year.total, opening, Number(year.total_cap)), el("dl", null, bars)];
  return el("section", "c", [
    el("div", "score", figures),
    el("p", "foot", [el("span", null, `起始分 ${opening.toFixed(2)}`), el("span", null, `${year.year} 年度`)]),
  ]);
}

function entriesCard(year) {
  const entries = year.sections
    .flatMap((section) => section.lines)
    .flatMap((line) => line.entries)
    .filter((entry) => entry.source.kind !== "opening" && entry.source.kind !== "reversal")
    .sort((a, b) => b.occurred_on.localeCompare(a.occurred_on) || b.seq - a.seq)
    .slice(0, RECENT);
  const body = entries.length ? el("ul", null, entries.map(entryRow)) : el("p", "sub", "今年还没有记分，从申报第一项贡献开始。");
  return el("section", "c", [el("h4", null, "最近记分（点开看出处）"), body]);
}

/** One entry; opened it shows source, clause, reviewer and photos. */
function entryRow(entry) {
  const title = entry.source.title ?? entry.item_title;
  const counted = entry.reversed_by ? "已冲销" : signed(entry.counted ?? entry.points);
  const head = el("summary", null, [row(title, `${day(entry.occurred_on)} · ${entry.item_title}`, counted)]);
  const lines = [...entry.source.details.map((detail) => `${detail.label}：${detail.text}`), entry.clause];
  if (Number(entry.uncounted) > 0) lines.push(`未计入 ${entry.uncounted}：已达该项上限`);
  const photos = el("div", "photos");
  const details = el("details", null, [head, ...lines.map((line) => el("p", "sub", line)), photos]);
  details.addEventListener("toggle", () => showPhotos(entry.source.photo_ids, photos), { once: true });
  return details;
}

async function showPhotos(ids, box) {
  for (const id of ids) {
    const photo = await api(`/photos/${id}`);
    const image = el("img");
    image.src = photo.thumb_url;
    image.alt = "申报照片";
    box.append(image);
  }
}

function possibleCard(year) {
  const rows = year.still_possible.slice(0, POSSIBLE).map((each) => row(each.title, each.sentence, each.points));
  const list = rows.length ? el("ul", null, rows) : el("p", "sub", "各项都已达到上限。");
  return el("section", "c", [el("h4", null, "今年还可争取"), list]);
}

function notice(title, words) {
  return el("section", "c hint", [el("h4", null, title), el("p", null, words)]);
}

function sum(rows, key) {
  return rows.reduce((total, each) => total + Number(each[key]), 0);
}

function signed(points) {
  return Number(points) < 0 ? `−${points.slice(1)}` : `+${points}`;
}

function day(iso) {
  const [, month, date] = iso.split("-").map(Number);
  return `${month} 月 ${date} 日`;
}

if (app) window.addEventListener("storage", followApp);
showCast().catch((error) => castBox.replaceChildren(el("p", "muted", `演示人物读取失败：${error.message}`)));
