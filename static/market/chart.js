// The chosen symbol: quote line, live bars (or bars that follow the last price), hours, order and
// position lines, fills.
import { get } from "../core/api.js";
import { averageOf, book, isSame, isStopped, now, on, places, positionOf, queryOf, quoteOf, tell } from "../core/book.js";
import { fill, find, findAll, frame, note, press, setAge, setText } from "../core/dom.js";
import { contractText, isNumber, known, number, percent, profit, quantity, signed, signedQuantity } from "../core/format.js";
import { isWorking } from "../orders/order_states.js";

// bar size -> seconds, how much IB is asked for
const BARS = {
  "1 min": [60, "1 D"],
  "5 mins": [300, "2 D"],
  "15 mins": [900, "1 W"],
  "1 hour": [3600, "1 M"],
  "1 day": [86400, "1 Y"],
};
const RENEW_MS = 60000; // live bars end 90 s after they were asked for last
const AGAIN_MS = 15000; // IB takes the same question again after so long
const MANY = 40; // requests for history in ten minutes, of 60
const TYPES = { delayed: "delayed 15 min", "delayed-frozen": "delayed, frozen" };

const block = find("#chart-block");
const head = find("#quote");
const canvas = find("#chart");
const buttons = findAll("#timeframes button");
const hasLibrary = find("#main").dataset.chartLibrary === "yes";
const engine = import(hasLibrary ? "./chart_library.js" : "./chart_svg.js").then((drawn) => drawn.createEngine(canvas));
let draw = null; // the engine, once it is there
let barSize = "1 min";
let what = ""; // which price the bars are of; others may follow another one of the same contract
let bars = [];
let sessions = [];
let isLive = false; // bars come on the stream; else the last one follows the quotes
let shownLines; // drawing them again costs more than comparing
let timer;

const query = () => ({ ...queryOf(book.contract), barSize, duration: BARS[barSize][1], live: "yes" });
const isExtended = ({ time }) => barSize !== "1 day" && sessions.some(({ kind, from, to }) => kind === "extended" && from <= time && time < to);
const shaded = (bar) => Object.assign(bar, { isExtended: isExtended(bar) });

// null when something else was chosen meanwhile
async function ask() {
  const { contract } = book;
  const asked = barSize;
  clearTimeout(timer);
  timer = setTimeout(renew, RENEW_MS);
  let answer;
  try {
    answer = await get("/bars", query());
  } catch (problem) {
    answer = { bars: [], sessions: [], problem };
  }
  draw = await engine;
  if (asked !== barSize || !isSame(contract, book.contract)) return null;
  isLive = answer.live === true;
  what = answer.what ?? what;
  if (answer.problem?.status === 429) {
    clearTimeout(timer);
    timer = setTimeout(bars.length ? renew : load, AGAIN_MS);
  }
  return answer;
}

async function load() {
  bars = []; // until the answer is there no price may move the bars of another symbol
  isLive = false;
  const answer = await ask();
  if (!answer) return;
  const { problem, budget } = answer;
  sessions = answer.sessions.map((one) => ({ ...one, from: Date.parse(one.start) / 1000, to: Date.parse(one.end) / 1000 }));
  bars = answer.bars.map(shaded);
  note(find(".note", block), problem?.message || (bars.length ? "" : answer.note || "IB has no bars for this symbol."), problem && "error");
  note(find("#history-note"), budget?.used >= MANY ? `History: ${budget.used} of ${budget.cap} requests` : "");
  tell("sessions", answer);
  redraw();
}

async function renew() {
  const answer = await ask();
  const last = bars.at(-1)?.time;
  for (const bar of answer?.bars ?? []) if (last && bar.time >= last) put(bar);
}

// A newer bar, or the newest one anew; the one before it only stands corrected.
function put(bar) {
  const last = bars.at(-1);
  if (!last) return;
  if (bar.time > last.time) bars.push(shaded(bar));
  else Object.assign(bars.findLast(({ time }) => time === bar.time) ?? {}, bar);
  if (bar.time >= last.time) draw?.update(bars.at(-1));
}

function hear({ contract, barSize: size, what: price, rth, bar, trouble }) {
  if (size !== barSize || price !== what || rth !== "no" || !isSame(contract, book.contract)) return;
  isLive = !trouble;
  if (bar) put(bar);
}

function redraw() {
  if (!draw) return;
  const price = (value) => number(value, places(book.contract));
  draw.setBars(bars, places(book.contract), barSize === "1 day");
  shownLines = "";
  drawOrders();
  const low = Math.min(...bars.map((bar) => bar.low));
  const high = Math.max(...bars.map((bar) => bar.high));
  const range = bars.length ? `: low ${price(low)}, high ${price(high)}, last ${price(bars.at(-1).close)}` : "";
  canvas.setAttribute("aria-label", `${contractText(book.contract)}, ${bars.length} bars of ${barSize}${range}`);
}

// While bars do not come live, the unfinished one follows the last price. When a day begins is the
// market's to say, not the calendar's: its bar comes with the next answer.
function follow({ contract, last, time }) {
  const bar = bars.at(-1);
  if (!isSame(contract, book.contract)) return;
  frame(drawQuote);
  if (!draw || !bar || isLive || !isNumber(last)) return;
  const [seconds] = BARS[barSize];
  const start = Math.floor(Date.parse(time) / 1000 / seconds) * seconds;
  if (start > bar.time && barSize === "1 day") return;
  if (start > bar.time) put({ time: start, open: last, high: last, low: last, close: last });
  else put({ ...bar, close: last, high: Math.max(bar.high, last), low: Math.min(bar.low, last) });
}

function orderLines() {
  const working = [...book.orders.values()].filter((one) => isSame(one.contract, book.contract) && isWorking(one));
  return working.flatMap(({ order }) => {
    const text = `${order.action} ${quantity(order.totalQuantity)} ${order.orderType}`;
    const tone = order.action === "BUY" ? "up" : "down";
    return [order.lmtPrice, order.orderType.startsWith("TRAIL") ? order.trailStopPrice : order.auxPrice].map((price) => ({ price, text, tone }));
  });
}

function drawOrders() {
  const row = positionOf(book.contract);
  const average = isNumber(row?.avgCost) ? [{ price: averageOf(row), text: `${signedQuantity(row.position)} avg`, tone: "accent" }] : [];
  const lines = [...average, ...orderLines()].filter(({ price }) => isNumber(price));
  if (String(lines.map(Object.values)) !== shownLines) draw?.setLines(lines);
  shownLines = draw && String(lines.map(Object.values));
  const fills = [...book.executions.values()].filter(({ contract }) => isSame(contract, book.contract));
  const marks = fills.map(({ time, side, shares }) => ({
    time: bars.findLast((bar) => bar.time <= Date.parse(time) / 1000)?.time,
    isBuy: side === "BOT",
    text: quantity(shares),
  }));
  draw?.setMarks(marks.filter(({ time }) => time).sort((a, b) => a.time - b.time));
}

function drawQuote() {
  const quote = quoteOf(book.contract) ?? {};
  const { last, close, bid, bidSize, ask, askSize, marketDataType, source } = quote;
  const digits = places(book.contract);
  const change = isNumber(last) && isNumber(close) ? last - close : NaN;
  const side = (price, size) => known(`${number(price, digits)}${isNumber(size) ? ` × ${quantity(size)}` : ""}`);
  setText(find("#chart-h"), contractText(book.contract));
  fill(head, {
    last: known(number(last, digits)),
    change: { text: change > -Infinity ? `${signed(change, digits)} (${percent(change / close)})` : "", tone: profit(change).tone },
    bid: side(bid, bidSize),
    ask: side(ask, askSize),
  });
  const shared = source && !source.own ? `quotes: shared feed ${source.feed}` : "";
  // Without a way to IB, or without prices from it, nothing is live; the last word stays, and is called so.
  const { data } = book.status?.connections ?? {};
  const isCut = isStopped(quote) || (data && (data.state !== "connected" || data.brokerLink === "down") && !shared);
  note(find(".tag", head), isCut ? "not live: the last known" : [TYPES[marketDataType] ?? marketDataType, shared].filter(Boolean).join(", "), isCut ? "warn" : "");
  tick();
}

function tick() {
  setAge(head, quoteOf(book.contract)?.time, now());
}

for (const button of buttons) {
  button.addEventListener("click", () => {
    barSize = button.dataset.bar;
    press(buttons, (one) => one === button);
    load();
  });
}

function restyle() {
  draw?.restyle();
  redraw();
}

document.addEventListener("themechange", restyle);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", restyle);
on("quote", follow);
on("bar", hear);
on("contract reload", load);
on("contract status", () => frame(drawQuote));
on("order orders gone position positions execution", () => frame(drawOrders));
on("tick", tick);
