// The profit page: what IB reported as realised, by day and by symbol, and what the account is worth.
import { get } from "../core/api.js";
import { now, on } from "../core/book.js";
import { clone, fill, find, findAll, note, press, setAge, setText } from "../core/dom.js";
import { isNumber, known, money, NONE, number, profit, quantity, when } from "../core/format.js";
import { bars, curve, node } from "../core/plot.js";

const DAY_MS = 86400000;
const REFRESH_MS = 60000;

const periods = findAll("#periods button");
const currencies = find("#currencies select");
const drawCurve = curve(find("#equity"));
const drawDays = bars(find("#days-plot"));
let days = "31";
let currency = "";
let shown = null;
let round = 0;

const newYork = new Intl.DateTimeFormat("en-CA", { timeZone: "America/New_York", dateStyle: "short" });

function query() {
  const from = days && newYork.format(now() - (days - 1) * DAY_MS);
  return Object.fromEntries(Object.entries({ from, currency }).filter(([, value]) => value));
}

async function load() {
  const asked = (round += 1);
  const given = query();
  for (const link of findAll("[data-csv]")) link.href = `/api/v1/profit.csv?${new URLSearchParams({ ...given, table: link.dataset.csv })}`;
  try {
    const answer = await get("/profit", given);
    if (asked === round) draw((shown = answer));
  } catch (problem) {
    if (asked !== round) return;
    note(find("#profit-note"), problem.message, "error");
    if (!shown) for (const name of ["equity", "days", "symbols"]) section(name, [], "Not known now.");
  }
}

const gain = (value) => profit(value, shown.currency);
const plain = (value) => known(money(value, shown.currency));
const sum = (rows, name) => rows.filter((row) => isNumber(row[name])).reduce((total, row) => total + row[name], 0);

function section(name, rows, empty) {
  const root = find(`#${name}-h`).closest("section");
  setText(find(".count", root), rows.length ? String(rows.length) : "");
  note(find(".note", root), rows.length ? "" : empty);
  for (const part of findAll(".plot, .scroll, [data-csv]", root)) part.hidden = !rows.length;
}

// A bar as long as its share of the largest one: to the right when it is a gain.
function share(value, most) {
  const picture = node("svg", { width: 80, height: 10, "aria-hidden": "true" });
  const wide = most ? (Math.abs(value ?? 0) / most) * 40 : 0;
  picture.append(node("path", { class: "c-grid", d: "M40 0v10" }));
  if (wide) picture.append(node("path", { class: value < 0 ? "c-down" : "c-up", d: `M${value < 0 ? 40 - wide : 40} 1h${wide}v8h${-wide}z` }));
  return picture;
}

function drawSums({ days: rows, account, incomplete }) {
  const realised = rows.filter((row) => isNumber(row.realizedPNL));
  fill(find("#sums"), {
    realized: realised.length ? gain(sum(rows, "realizedPNL")) : known(NONE, "No report of IB has told any"),
    commission: rows.some((row) => isNumber(row.commission)) ? money(sum(rows, "commission"), shown.currency) : NONE,
    fills: String(sum(rows, "executions")),
    account: account ?? NONE,
  });
  const few = incomplete.length === 1 ? "1 fill is" : `${incomplete.length} fills are`;
  const missing = incomplete.length ? `${few} not in these sums: see below.` : "";
  const nothing = rows.length ? "" : `No fills in this period. What this desk's orders trade appears here.`;
  note(find("#profit-note"), nothing || missing, missing && "warn");
}

function drawTables({ days: rows, symbols, incomplete }) {
  const dayRows = rows.toReversed().map((row) =>
    clone("day-row", {
      date: row.date + (row.incomplete ? " (incomplete)" : ""),
      realized: gain(row.realizedPNL),
      cumulative: gain(row.cumulative),
      commission: plain(row.commission),
      fills: String(row.executions),
    }),
  );
  find("#days tbody").replaceChildren(...dayRows);
  const most = Math.max(0, ...symbols.map(({ realizedPNL }) => Math.abs(realizedPNL ?? 0)));
  const symbolRows = symbols.map((row) => {
    const tr = clone("symbol-row", { symbol: row.symbol, secType: row.secType, realized: gain(row.realizedPNL), commission: plain(row.commission), fills: String(row.executions), quantity: quantity(row.quantity) });
    find(".share", tr).append(share(row.realizedPNL, most));
    return tr;
  });
  find("#symbols tbody").replaceChildren(...symbolRows);
  find("#incomplete").hidden = !incomplete.length;
  setText(find("#incomplete .count"), String(incomplete.length));
  const items = incomplete.map(({ date, symbol, secType, why }) => clone("incomplete-item", { what: `${symbol} ${secType} ${date ?? ""}`, why }));
  find("#incomplete ul").replaceChildren(...items);
}

function drawPlots({ days: rows, equity, currency: unit }) {
  const realised = rows.filter((row) => isNumber(row.realizedPNL));
  drawDays(realised.map((row) => ({ value: row.realizedPNL, label: row.date })), 0);
  find("#days-plot").hidden = !realised.length;
  const points = equity.map(({ time, netLiquidation }) => ({ value: netLiquidation, label: when(time), at: Date.parse(time) }));
  drawCurve(points);
  const [first, last] = [points[0], points.at(-1)];
  const label = (name, text) => find(name).setAttribute("aria-label", text);
  label("#equity", first ? `Equity from ${number(first.value)} to ${number(last.value)} ${equity.at(-1).currency}` : "Equity curve");
  label("#days-plot", realised.map((row) => `${row.date}: ${number(row.realizedPNL)} ${unit}`).join("; ") || "Realised P&L by day");
}

function draw(answer) {
  const named = [...new Set([answer.currency, ...answer.currencies].filter(Boolean))];
  find("#currencies").hidden = named.length < 2;
  currencies.replaceChildren(...named.map((name) => new Option(name, name, false, name === answer.currency)));
  const [only] = answer.equity;
  const begins = only ? `The curve starts now: ${number(only.netLiquidation)} ${only.currency} at ${when(only.time)}.` : "No samples yet.";
  section("equity", answer.equity.length > 1 ? answer.equity : [], `${begins} One point comes every five minutes while the desk is connected.`);
  section("days", answer.days, "No fills in this period.");
  section("symbols", answer.symbols, "No fills in this period.");
  drawSums(answer);
  drawTables(answer);
  drawPlots(answer);
  tick();
}

const tick = () => setAge(find("#main"), shown?.asOf, now(), 2 * REFRESH_MS);

for (const button of periods) {
  button.addEventListener("click", () => {
    days = button.dataset.days;
    press(periods, (one) => one === button);
    load();
  });
}
currencies.addEventListener("change", () => {
  currency = currencies.value;
  load();
});
on("tick", tick);
on("execution", load);
on("hello", load);
setInterval(load, REFRESH_MS);
