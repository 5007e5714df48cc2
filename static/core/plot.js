// Small pictures as plain SVG: a curve, bars above and below nothing, a sparkline.
import { number } from "./format.js";

export function node(tag, attributes, text = "") {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.textContent = text;
  return made;
}

const toneOf = (value) => (value < 0 ? "c-down" : "c-up");

// values, oldest first: one line without axes
export function spark(values, width = 60, height = 18) {
  const picture = node("svg", { class: "spark", width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
  const low = Math.min(...values);
  const range = Math.max(...values) - low || 1;
  const at = (value, index) => `${((index / (values.length - 1)) * width).toFixed(1)} ${(height - 1 - ((value - low) / range) * (height - 2)).toFixed(1)}`;
  if (values.length > 1) picture.append(node("path", { class: toneOf(values.at(-1) - values[0]), d: `M${values.map(at).join("L")}` }));
  return picture;
}

const MARGIN = { left: 6, right: 76, top: 10, bottom: 22 };

// The frame that both have: prices on the right, labels below, redrawn when the width changes.
function plot(root, marks) {
  const draw = () => {
    const points = root.points ?? [];
    const width = root.clientWidth - MARGIN.left - MARGIN.right;
    const height = root.clientHeight - MARGIN.top - MARGIN.bottom;
    if (!points.length || width < 40) return root.replaceChildren();
    const values = points.map(({ value }) => value);
    const [least, most] = [Math.min(...values, root.base ?? Infinity), Math.max(...values, root.base ?? -Infinity)];
    const [low, high] = least === most ? [least - 1, most + 1] : [least, most];
    const y = (value) => MARGIN.top + ((high - value) / (high - low)) * height;
    const picture = node("svg", { width: root.clientWidth, height: root.clientHeight });
    for (const part of [0, 0.5, 1]) {
      const value = low + (high - low) * part;
      picture.append(node("path", { class: "c-grid", d: `M${MARGIN.left} ${y(value)}h${width}` }));
      picture.append(node("text", { x: MARGIN.left + width + 6, y: y(value) + 3 }, number(value, high - low < 100 ? 2 : 0)));
    }
    picture.append(...marks(points, { width, y, left: MARGIN.left, base: root.base }));
    const texts = [[points[0].label, MARGIN.left, "start"], ...(points.length > 1 ? [[points.at(-1).label, MARGIN.left + width, "end"]] : [])];
    for (const [text, x, anchor] of texts) picture.append(node("text", { x, y: root.clientHeight - 6, "text-anchor": anchor }, text));
    root.replaceChildren(picture);
  };
  new ResizeObserver(draw).observe(root);
  return (points, base) => {
    Object.assign(root, { points, base });
    draw();
  };
}

// points: {value, label, at}; `at` places them, so that a gap in time is a gap
export const curve = (root) =>
  plot(root, (points, { width, y, left }) => {
    const [first, last] = [points[0].at, points.at(-1).at];
    const places = points.map(({ at, value }) => `${(left + ((at - first) / (last - first || 1)) * width).toFixed(1)} ${y(value).toFixed(1)}`);
    const dots = points.length > 1 ? [] : [node("circle", { class: "c-curve", cx: left + 2, cy: y(points[0].value), r: 3 })];
    return [node("path", { class: "c-curve", d: `M${places.join("L")}` }), ...dots];
  });

export const bars = (root) =>
  plot(root, (points, { width, y, left, base }) => {
    const step = width / points.length;
    const wide = Math.min(step * 0.7, 36);
    return points.map(({ value }, index) => {
      const x = left + (index + 0.5) * step - wide / 2;
      return node("path", { class: toneOf(value), d: `M${x} ${y(base)}h${wide}V${y(value)}h${-wide}z` });
    });
  });
