/** Small builders of elements; text never becomes markup. */

const SVG = "http://www.w3.org/2000/svg";
const RADIUS = 51.5;
const AROUND = 2 * Math.PI * RADIUS;

/** Return an element with a class and text or children. */
export function el(name, className = null, content = []) {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...[content].flat());
  return element;
}

/** Have an element contain these parts and nothing else. */
export function fill(element, ...parts) {
  element.textContent = "";
  element.append(...parts);
}

/** Return a line of a card: what it is, what is below it, and a figure or word at its end. */
export function row(title, below, figure) {
  return el("div", "row", [el("span", "t", title), el("span", "b", below), el("b", null, figure)]);
}

/** Return the score as a ring: 起始分 grey, what was earned on top red. Points are of `cap`. */
export function ring(total, opening, cap) {
  const given = Math.min(opening, Number(total)) / cap;
  const earned = Math.max(Number(total) / cap - given, 0);
  const drawing = svg("svg", { class: "ring", viewBox: "0 0 112 112", width: 112, height: 112, role: "img" });
  drawing.append(
    svg("title", {}, `${total} 分，满分 ${cap}`),
    arc("track", 0, 1),
    arc("given", 0, given),
    arc("earned", given, earned),
    svg("text", { x: 56, y: 60 }, total),
    svg("text", { x: 56, y: 79, class: "u" }, `满分 ${cap}`),
  );
  return drawing;
}

/** Return a bar filled to `points` of `cap`. */
export function meter(points, cap) {
  const drawing = svg("svg", { class: "meter", viewBox: "0 0 176 6", height: 6, preserveAspectRatio: "none" });
  drawing.setAttribute("aria-hidden", "true");
  drawing.append(svg("rect", { class: "track", width: 176, height: 6, rx: 3 }));
  drawing.append(svg("rect", { class: "fill", width: Math.max(0, (176 * points) / cap), height: 6, rx: 3 }));
  return drawing;
}

function arc(className, from, share) {
  return svg("circle", {
    class: className, cx: 56, cy: 56, r: RADIUS, fill: "none", "stroke-width": 9,
    "stroke-dasharray": `${AROUND * share} ${AROUND}`, transform: `rotate(${360 * from - 90} 56 56)`,
  });
}

/** Return an SVG element. */
export function svg(name, attributes, text = null) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== null) element.textContent = text;
  return element;
}
