// The account's page: draws one answer of the desk (GET /portfolio), asked again when something moved.
import { get } from "../core/api.js";
import { accountOldAfter, averageOf, now, on } from "../core/book.js";
import { clone, fill, find, findAll, keyedRows, note, press, setAge, setText } from "../core/dom.js";
import { contractText, isNumber, known, money, NONE, number, percent, profit, quantity, signedQuantity, when } from "../core/format.js";
import { drawGuard, learn } from "../account/protection.js";

const SOON_MS = 1500;
const EVERY_MS = 15000;
const ALL = "All";
const MONEY = ["NetLiquidation", "TotalCashValue", "BuyingPower", "AvailableFunds", "ExcessLiquidity", "GrossPositionValue"];
const HORIZONS = { now: "Now", ahead: "Ahead", overnight: "Overnight" };

const tiles = find("#tiles");
const rows = (id, template, patch) => keyedRows(find(`#${id} tbody`), template, patch);
let account = new URLSearchParams(location.search).get("account") ?? "";
let shown = null;
let asking = false;
let isDue = false;
let timer;

const amounts = (row, names) => Object.fromEntries(names.map((name) => [name, known(number(row[name]))]));
const places = (text) => (text.split(".")[1] ?? "").length;

const drawHeld = rows("held", "held-row", (tr, row) => {
  const { secType, localSymbol, currency, conId } = row.contract;
  tr.dataset.key = `${row.account}/${conId}`;
  fill(tr, {
    ...amounts({ ...row, avgCost: averageOf(row) }, ["avgCost", "marketPrice", "valueInBase"]),
    symbol: { text: contractText(row.contract), title: `${localSymbol} ${secType}` },
    position: signedQuantity(row.position),
    marketValue: known(money(row.marketValue, currency)),
    share: isNumber(row.share) ? percent(row.share) : NONE,
    dailyPnL: profit(row.dailyPnL),
    unrealizedPNL: profit(row.unrealizedPNL),
    realizedPNL: profit(row.realizedPNL),
    account: row.account,
  });
  find("[data-close]", tr).setAttribute("aria-label", `Close… ${contractText(row.contract)}`);
});
const drawMargins = rows("margins", "margin-row", (tr, row) => fill(tr, { when: HORIZONS[row.when], ...amounts(row, ["initial", "maintenance", "available", "excess"]) }));
const drawCurrencies = rows("currencies-block", "currency-row", (tr, row) =>
  fill(tr, { ...amounts(row, ["cash", "cashInBase", "stocks", "options", "netLiquidation"]), currency: row.currency, rate: number(row.rate, 5), unrealized: profit(row.unrealized), realized: profit(row.realized) }),
);
const drawValues = rows("values", "value-row", (tr, { tag, value, number: amount, currency, meaning }) =>
  fill(tr, { tag, value: { text: isNumber(amount) ? number(amount, places(value)) : value || NONE, title: value }, currency, meaning: meaning ?? "not described by IB" }),
);

// [name, text, amount, share of the whole, tone]
function drawBars(id, bars) {
  const items = bars.map(([name, text, amount, share, tone]) => {
    const item = clone("bar", { name, text, amount });
    item.dataset.tone = tone;
    find("progress", item).value = Math.min(1, Math.abs(share) || 0);
    return item;
  });
  find(`#${id} .bars`).replaceChildren(...items);
}

function section(id, count, empty = "") {
  const root = find(`#${id}`);
  setText(find(".count", root), count ? String(count) : "");
  note(find(".note", root), count ? "" : empty);
  find(".scroll", root)?.toggleAttribute("hidden", !count);
}

function drawTiles({ summary, pnl, base }) {
  const why = (text) => (text === NONE && account === ALL ? { text, title: "Not told by every account in one currency, or no sum" } : known(text));
  for (const name of MONEY) fill(tiles, { [name]: why(money(summary[name]?.value, summary[name]?.currency)) });
  const { NetLiquidation, Cushion, DayTradesRemaining, Leverage = summary["Leverage-S"] } = summary;
  const before = NetLiquidation?.value - pnl.dailyPnL;
  const trades = DayTradesRemaining?.value;
  for (const name of ["dailyPnL", "unrealizedPnL", "realizedPnL"]) fill(tiles, { [name]: profit(pnl[name], base ?? "") });
  fill(tiles, {
    dailyShare: isNumber(pnl.dailyPnL) && before > 0 ? percent(pnl.dailyPnL / before) : "",
    Cushion: why(Cushion ? `${number(Cushion.value * 100, 1)} %` : NONE),
    Leverage: why(number(Leverage?.value)),
    DayTradesRemaining: why(trades === -1 ? "no limit" : quantity(trades)),
  });
}

function drawMargin({ margins, nextChange, summary, base }) {
  const list = Object.entries(margins).map(([key, row]) => [key, { when: key, ...row }]);
  drawMargins(list);
  fill(find("#margins"), { change: nextChange ? `Next change ${when(nextChange)}` : "IB has announced no change" });
  const equity = summary.EquityWithLoanValue?.value;
  const bar = (row, name) => {
    const used = row[name] / equity;
    const text = used >= 0 ? `${number(used * 100, 1)} % of ${money(equity, base)}` : "";
    return [`${HORIZONS[row.when]}, ${name}`, text, number(row[name]), used, used > 0.8 ? "down" : ""];
  };
  drawBars("margins", list.flatMap(([, row]) => [bar(row, "initial"), bar(row, "maintenance")]));
}

function drawExposure({ exposure, base }) {
  const most = Math.max(...exposure.map(({ value }) => Math.abs(value)));
  drawBars("exposure", exposure.map(({ symbol, value, share }) => [symbol, `${value < 0 ? "short" : "long"}${isNumber(share) ? `, ${percent(share)} of net liquidation` : ""}`, money(value, base), value / most, value < 0 ? "down" : "up"]));
  section("exposure", exposure.length, "Nothing held, or nothing whose value is known.");
}

function search() {
  const text = find("#search").value.trim().toLowerCase();
  const found = shown.values.filter(({ tag, currency, meaning }) => `${tag} ${currency} ${meaning ?? ""}`.toLowerCase().includes(text));
  drawValues(found.map((row) => [`${row.tag} ${row.currency}`, row]));
  section("values", found.length, shown.account === ALL ? "Choose one account to see IB's values." : text ? "No value with these words." : "TWS has sent no values yet.");
}

function drawTabs({ accounts, account: name }) {
  const box = find("#accounts");
  const isSame = accounts.join() === findAll("button", box).map(({ textContent }) => textContent).join();
  if (!isSame) box.replaceChildren(...accounts.map((one) => Object.assign(document.createElement("button"), { type: "button", textContent: one })));
  press(findAll("button", box), ({ textContent }) => textContent === name);
}

function draw(answer) {
  const { account: name, positions, total, base, untold, protection } = answer;
  drawTabs(answer);
  drawTiles(answer);
  drawMargin(answer);
  drawExposure(answer);
  drawHeld(positions.toSorted((one, other) => Math.abs(other.valueInBase) - Math.abs(one.valueInBase)).map((row) => [`${row.account}/${row.contract.conId}`, row]));
  section("held", positions.length, "No positions. What you buy appears here.");
  const sum = isNumber(total.value) ? money(total.value, base) : `not known: ${total.missing.join(", ")} cannot be converted`;
  fill(find("#held"), { total: positions.length ? `Total ${sum}` : "" });
  learn(protection);
  for (const tr of findAll("#held tbody tr")) {
    const row = positions.find((one) => tr.dataset.key === `${one.account}/${one.contract.conId}`);
    drawGuard(tr, row, row.account === document.body.dataset.account); // the ticket trades in that one alone
  }
  drawCurrencies(answer.currencies.map((row) => [row.currency, row]));
  section("currencies-block", answer.currencies.length, "TWS has sent no currencies yet.");
  search();
  note(find("#portfolio-note"), untold.length ? `TWS has sent no values for ${untold.join(", ")} yet.` : "", "warn");
  for (const link of findAll("[data-csv]")) link.href = `/api/v1/portfolio.csv?${new URLSearchParams({ account: name, table: link.dataset.csv })}`;
  tick();
}

// One question at a time; what moves meanwhile asks once more.
async function load() {
  if (asking) return void (isDue = true);
  asking = true;
  isDue = false;
  const asked = account;
  try {
    const answer = await get("/portfolio", asked && { account: asked });
    if (asked === account) draw((shown = answer));
  } catch (problem) {
    note(find("#portfolio-note"), problem.message, "error"); // what is shown stays, and grows old
  }
  asking = false;
  if (isDue || asked !== account) load();
}

const soon = () => (timer ??= setTimeout(() => ((timer = undefined), load()), SOON_MS));
const tick = () => setAge(tiles, shown?.asOf, now(), accountOldAfter());

find("#accounts").addEventListener("click", ({ target }) => {
  if (!target.closest("button")) return;
  account = target.textContent;
  history.replaceState(null, "", `?${new URLSearchParams({ account })}`);
  load();
});
find("#held tbody").addEventListener("click", async ({ target }) => {
  const { key } = target.closest("tr").dataset;
  if (target.closest("[data-protect]")) return location.assign(`/?${new URLSearchParams({ stop: key })}`);
  if (!target.closest("[data-close]")) return;
  const { openClose } = await import("../account/closing.js");
  openClose(shown.positions.find((row) => key === `${row.account}/${row.contract.conId}`));
});
find("#search").addEventListener("input", () => shown && search());
find("#print").addEventListener("click", () => print());
on("tick", tick);
on("position account pnl order", soon);
on("hello", load);
load();
setInterval(load, EVERY_MS);
