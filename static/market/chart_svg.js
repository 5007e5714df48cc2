// The chart without the library: the last candles, volume, hours, lines and fills as plain SVG.
import { clock, number } from "../core/format.js";
import { node } from "../core/plot.js";

const MOST_BARS = 90;
const MARGIN = { right: 64, bottom: 30, top: 12 };

export function createEngine(root) {
  const view = { bars: [], places: 2, lines: [], marks: [] };

  function draw() {
    const bars = view.bars.slice(-MOST_BARS);
    const width = root.clientWidth - MARGIN.right;
    const height = root.clientHeight - MARGIN.bottom - MARGIN.top;
    const [least, highest] = [Math.min(...bars.map((bar) => bar.low)), Math.max(...bars.map((bar) => bar.high))];
    // A line that is not far from the bars is worth a little less room for them.
    const near = view.lines.map(({ price }) => price).filter((price) => Math.abs(price - (least + highest) / 2) < highest - least);
    const [low, high] = [Math.min(least, ...near), Math.max(highest, ...near)];
    const step = width / bars.length;
    const x = (index) => (index + 0.5) * step;
    const y = (price) => MARGIN.top + ((high - price) / (high - low || 1)) * height;
    const line = (price, kind, text, left) => [
      node("path", { class: kind, d: `M0 ${y(price)}H${width}` }),
      node("text", { x: left, y: y(price) - 3 }, text),
    ];
    const grid = [0, 1, 2, 3, 4].map((part) => low + ((high - low) * part) / 4);
    const shown = view.lines.filter(({ price }) => price >= low && price <= high);
    const picture = node("svg", { width: root.clientWidth, height: root.clientHeight });
    const most = Math.max(1, ...bars.map(({ volume }) => volume ?? 0));
    bars.forEach(({ isExtended, volume }, index) => {
      const column = (top, size, kind) => node("path", { class: kind, d: `M${index * step} ${top}h${step + 0.5}v${size}h${-step - 0.5}z` });
      const size = ((volume ?? 0) / most) * height * 0.16;
      if (isExtended) picture.append(column(MARGIN.top, height, "c-hours"));
      if (size) picture.append(column(MARGIN.top + height - size, size, "c-volume"));
    });
    if (bars.length) picture.append(...grid.flatMap((price) => line(price, "c-grid", number(price, view.places), width + 6)));
    bars.forEach(({ open, close, high: most, low: least, time }, index) => {
      const body = `M${x(index) - step * 0.35} ${y(open)}h${step * 0.7}V${y(close) + 0.5}h${-step * 0.7}z`;
      picture.append(node("path", { class: close < open ? "c-down" : "c-up", d: `M${x(index)} ${y(most)}V${y(least)}${body}` }));
      if (index % 20 === 0) picture.append(node("text", { x: x(index), y: root.clientHeight - 6 }, clock(time * 1000).slice(0, 5)));
    });
    picture.append(...shown.flatMap(({ price, text }) => line(price, "c-line", text, 6)));
    for (const { time, isBuy } of view.marks) {
      const index = bars.findIndex((bar) => bar.time === time);
      const tip = index < 0 ? 0 : isBuy ? y(bars[index].low) + 4 : y(bars[index].high) - 4;
      if (tip) picture.append(node("path", { class: isBuy ? "c-up" : "c-down", d: `M${x(index)} ${tip}l-4 ${isBuy ? 7 : -7}h8z` }));
    }
    root.replaceChildren(picture);
  }

  const show = (change) => {
    Object.assign(view, change);
    draw();
  };
  new ResizeObserver(draw).observe(root);
  return {
    restyle: draw,
    setBars: (bars, places) => show({ bars, places }),
    update: draw, // the last bar is the same object
    setLines: (lines) => show({ lines }),
    setMarks: (marks) => show({ marks }),
  };
}
