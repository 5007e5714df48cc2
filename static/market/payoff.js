// A strategy's payoff as a picture: at expiry (solid) and now (dashed), the zero line, break-evens
// and the price of the underlying, each marked and named. And the same in words.
import { expiryText, isNumber, money, number } from "../core/format.js";
import { node } from "../core/plot.js";

const MARGIN = { left: 62, right: 12, top: 22, bottom: 34 };
const HEIGHT = 250;
const LINES = 4; // about so many values stand beside an axis

// Round values between the two: 1, 2 or 5 times a power of ten apart.
export function roundValues(low, high, count) {
  const rough = (high - low) / count || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, index) => (first + index) * step);
}

const amount = (value, currency) => (value === null ? "without limit" : money(value, currency));

// What the picture shows, for whoever does not see it.
export function payoffText({ points, breakEvens, maxProfit, maxLoss, currency, expiry }, spot) {
  const even = breakEvens.length ? `breaks even at ${breakEvens.map((one) => number(one)).join(" and ")}` : "never breaks even";
  const range = `Shown from ${number(points[0].price)} to ${number(points.at(-1).price)}${isNumber(spot) ? `, the underlying is at ${number(spot)}` : ""}.`;
  return `At expiry${expiry ? ` ${expiryText(expiry)}` : ""} it gains ${maxProfit === null ? "" : "at most "}${amount(maxProfit, currency)}, loses ${maxLoss === null ? "" : "at most "}${amount(maxLoss, currency)}, and ${even}. ${range}`;
}

function path(points, x, y, name) {
  const known = points.filter((point) => isNumber(point[name]));
  return known.map((point, index) => `${index ? "L" : "M"}${x(point.price).toFixed(1)} ${y(point[name]).toFixed(1)}`).join("");
}

function drawing({ points, breakEvens, expiry }, spot, full) {
  const width = full - MARGIN.left - MARGIN.right;
  const height = HEIGHT - MARGIN.top - MARGIN.bottom;
  const values = points.flatMap(({ atExpiry, now }) => [atExpiry, now]).filter(isNumber);
  const [left, right] = [points[0].price, points.at(-1).price];
  const rim = (Math.max(...values) - Math.min(...values)) * 0.06 || 1;
  const [low, high] = [Math.min(0, ...values) - rim, Math.max(0, ...values) + rim];
  const x = (price) => MARGIN.left + ((price - left) / (right - left)) * width;
  const y = (value) => MARGIN.top + ((high - value) / (high - low)) * height;
  const clipped = (id, top, bottom) => {
    const clip = node("clipPath", { id });
    clip.append(node("rect", { x: MARGIN.left, y: top, width, height: Math.max(0, bottom - top) }));
    return clip;
  };
  const line = path(points, x, y, "atExpiry");
  const area = line && `${line}L${x(right)} ${y(0)}L${x(left)} ${y(0)}z`;
  const across = roundValues(left, right, full < 480 ? 3 : 6);
  const picture = node("svg", { width: full, height: HEIGHT, "aria-hidden": true });
  picture.append(
    clipped("p-over", MARGIN.top, y(0)),
    clipped("p-under", y(0), MARGIN.top + height),
    ...roundValues(low, high, LINES).flatMap((value) => [
      node("path", { class: "p-grid", d: `M${MARGIN.left} ${y(value)}h${width}` }),
      node("text", { x: MARGIN.left - 6, y: y(value) + 4, "text-anchor": "end" }, number(value, 0)),
    ]),
    ...across.map((price) => node("text", { x: x(price), y: HEIGHT - 18, "text-anchor": "middle" }, number(price, price % 1 ? 2 : 0))),
    node("text", { x: MARGIN.left + width / 2, y: HEIGHT - 4, "text-anchor": "middle" }, "price of the underlying"),
    node("path", { class: "p-gain", d: area, "clip-path": "url(#p-over)" }),
    node("path", { class: "p-loss", d: area, "clip-path": "url(#p-under)" }),
    node("path", { class: "p-zero", d: `M${MARGIN.left} ${y(0)}h${width}` }),
    node("path", { class: "p-now", d: path(points, x, y, "now") }),
    node("path", { class: "p-line", d: line }),
  );
  if (isNumber(spot) && spot > left && spot < right) {
    picture.append(
      node("path", { class: "p-spot", d: `M${x(spot)} ${MARGIN.top}v${height}` }),
      node("text", { x: x(spot), y: 12, "text-anchor": "middle" }, `underlying ${number(spot)}`),
    );
  }
  // Names stand outside of what lies between two of them.
  breakEvens.filter((one) => one > left && one < right).forEach((price, index, all) => {
    const isFirst = all.length > 1 ? index === 0 : x(price) > full / 2;
    picture.append(
      node("circle", { class: "p-mark", cx: x(price), cy: y(0), r: 4 }),
      node("text", { class: "p-name", x: x(price) + (isFirst ? -7 : 7), y: y(0) - 7, "text-anchor": isFirst ? "end" : "start" }, `even ${number(price)}`),
    );
  });
  return picture;
}

// Draws into root, again whenever its width changes; gives the function that shows another payoff.
export function payoffPicture(root) {
  let shown = null;
  const draw = () => {
    if (!shown || !root.clientWidth) return;
    root.replaceChildren(drawing(...shown, root.clientWidth));
    root.setAttribute("aria-label", payoffText(...shown));
  };
  new ResizeObserver(draw).observe(root);
  return (payoff, spot) => {
    shown = payoff.points.length ? [payoff, spot] : null;
    if (!shown) root.replaceChildren();
    draw();
  };
}
