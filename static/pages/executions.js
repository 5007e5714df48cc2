// The trade history: fills by day, with sums by day and by symbol. Live.
import { get } from "../core/api.js";
import { book, on, tell } from "../core/book.js";
import { fill, find, frame, keyedRows, note, setText } from "../core/dom.js";
import { sumsOf } from "../orders/fill_sums.js";
import { clock, contractText, money, NONE, number, placesOf, profit, quantity } from "../core/format.js";
import { adopt, drawLive, filters, isPaused, offerCsv, onFilter, query, rowsOf, setPause, taker } from "../orders/history_filters.js";

const STEP = 500;
const RETRY_MS = 10000;
const SIDES = { BOT: ["Bought", "up"], SLD: ["Sold", "down"] };
const DAY = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", year: "numeric" });

const table = find("#fills");
const days = new Map(); // day -> {head, body, show}
const showSums = keyedRows(find("#sums tbody"), "sum-row", (tr, { name, ...sums }) => fill(tr, { symbol: name, ...sums, count: quantity(sums.count) }));
let most = STEP;
let problem = "";
let isLoaded = false;
let turn = 0;
let isTelling = false; // what an answer brings is no change

// An order of another program is called by IB's number of it.
const orderOf = ({ orderRef, permId }) => (/^[\w.-]{1,40}$/.test(orderRef) ? orderRef : `perm-${permId}`);

function patch(tr, row) {
  const [side, tone] = SIDES[row.side] ?? [row.side, ""];
  fill(tr, {
    time: { text: clock(row.time), title: `${row.time ?? "no time"} · ${row.execId}` },
    side: { text: side, tone },
    symbol: contractText(row.contract),
    shares: quantity(row.shares),
    price: number(row.price, Math.min(6, placesOf(row.price))),
    exchange: row.exchange || NONE,
    commission: { text: money(row.commission, row.commissionCurrency), title: row.commission === null ? "IB has not reported it yet" : "" },
    realized: profit(row.realizedPNL, row.commissionCurrency ?? ""),
    order: row.orderId ? `#${row.orderId}` : orderOf(row).slice(0, 11),
    account: row.account,
  });
  find("a", tr).href = `/orders/${encodeURIComponent(orderOf(row))}`;
}

function dayOf(name) {
  if (!days.has(name)) {
    const head = document.createElement("tbody");
    head.className = "day";
    const row = head.insertRow();
    const title = document.createElement("th");
    Object.assign(title, { scope: "rowgroup", colSpan: 6, textContent: name });
    row.append(title);
    for (const span of [1, 1, 2]) Object.assign(row.insertCell(), { colSpan: span });
    for (const cell of [...row.cells].slice(1, 3)) cell.className = "num";
    const body = document.createElement("tbody");
    days.set(name, { head, body, show: keyedRows(body, "fill-row", patch) });
  }
  return days.get(name);
}

// rows: all of that day; shown: those that are drawn
function drawDay(name, rows, shown) {
  const { head, show } = dayOf(name);
  const { commission, realized, count } = sumsOf(rows);
  const [title, paid, gained] = head.rows[0].cells;
  setText(title, `${name} · ${count} ${count === 1 ? "fill" : "fills"}`);
  setText(paid, commission);
  setText(gained, realized.text);
  gained.dataset.tone = realized.tone;
  show(shown.map((row) => [row.execId, row]));
}

function drawDays(rows) {
  const named = Map.groupBy(rows, ({ time }) => (time ? DAY.format(new Date(time)) : "No time known"));
  let left = most;
  const wanted = [];
  for (const [name, all] of named) {
    if (left <= 0) break;
    drawDay(name, all, all.slice(0, left));
    left -= all.length;
    wanted.push(days.get(name).head, days.get(name).body);
  }
  for (const [name, { head, body }] of days) {
    if (wanted.includes(head)) continue;
    head.remove();
    body.remove();
    days.delete(name);
  }
  wanted.forEach((node, index) => table.tBodies[index] === node || table.insertBefore(node, table.tBodies[index] ?? null));
}

// A correction has its fill's execId but for what stands behind the last dot; the higher one holds.
function newest(rows) {
  const found = new Map();
  for (const row of rows) {
    const fillId = row.execId.replace(/\.[^.]*$/, "");
    if (!(found.get(fillId)?.execId > row.execId)) found.set(fillId, row);
  }
  return [...found.values()];
}

// [key, name, rows] of each contract. All combos have one conId; two contracts of one name, as the
// shares of a company in two currencies, are told apart by the currency.
function byContract(rows) {
  const groups = Map.groupBy(rows, ({ contract }) => `${contractText(contract)} ${contract.conId || contract.currency}`);
  const found = [...groups].map(([key, of]) => ({ key, of, contract: of[0].contract, name: contractText(of[0].contract) }));
  const named = Map.groupBy(found, ({ name }) => name);
  const nameOf = ({ name, contract }) => (named.get(name).length > 1 ? `${name} ${contract.currency ?? ""}`.trim() : name);
  return found.map((one) => [one.key, nameOf(one), one.of]).sort(([, one], [, other]) => one.localeCompare(other));
}

function draw() {
  const takes = taker();
  const rows = newest(rowsOf(book.executions).values()).filter((row) => takes(row.time, row.account, row.contract));
  rows.sort((one, other) => ((one.time ?? "") < (other.time ?? "") ? 1 : -1));
  drawDays(rows);
  showSums(byContract(rows).map(([key, name, of]) => [key, { name, ...sumsOf(of) }]));
  find("#sums").hidden = !rows.length;
  const { count, commission, realized } = sumsOf(rows);
  setText(find("#total"), isLoaded && count ? `${quantity(count)} ${count === 1 ? "fill" : "fills"} · commission ${commission} · realised ${realized.text}` : "");
  const none = Object.keys(filters()).length > 1 ? "No fills match these filters." : "No fills in these days. What trades appears here.";
  note(find("#note"), problem || (rows.length ? "" : isLoaded ? none : "Loading executions…"), problem && "error");
  table.hidden = !rows.length;
  find("#more").hidden = rows.length <= most;
  setText(find("#more-note"), rows.length > most ? `The newest ${most} of ${quantity(rows.length)} fills; the sums are over all of them.` : filters().from ? "" : "Today's fills, and those of recent orders. Choose a day in From to look further back.");
}

async function load() {
  const asked = ++turn;
  try {
    const { from, to } = query();
    const answer = await get("/executions", Object.fromEntries(Object.entries({ from, to }).filter(([, value]) => value)));
    if (asked !== turn) return;
    problem = "";
    isLoaded = true;
    isTelling = true;
    for (const row of answer.executions) tell("execution", row);
    isTelling = false;
    adopt(answer.executions.map(({ execId }) => [execId, book.executions.get(execId)]));
    note(find("#stale"), answer.stale ? "TWS cannot be asked now: these are the fills that this desk knows. Some may be missing." : "");
    drawLive(answer.asOf);
  } catch (failure) {
    if (asked !== turn) return;
    problem = failure.message;
  }
  frame(draw);
}

let typing;
let asked;
const wanted = () => JSON.stringify([filters().from, filters().to]);

function refilter() {
  most = STEP;
  frame(draw);
  if (wanted() === asked) return;
  asked = wanted();
  isLoaded = false; // nothing is known of these days yet,
  turn += 1; // also from an answer that is under way
  clearTimeout(typing);
  typing = setTimeout(load, 250);
}

onFilter(refilter);
asked = wanted();
setPause(book.executions, draw);
offerCsv("/executions.csv");
find("#more").addEventListener("click", () => {
  most += STEP;
  draw();
});
on("execution", () => isPaused(isTelling ? 0 : 1) || frame(draw));
let wasUp = true;
on("status", ({ connections }) => {
  const isUp = connections.data.state === "connected";
  if (isUp && (!wasUp || problem)) load();
  wasUp = isUp;
});
on("hello", ({ reset }) => reset && load());
draw();
load();
setInterval(() => problem && load(), RETRY_MS);
