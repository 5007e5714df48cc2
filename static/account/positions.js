// The positions table. A row chooses the symbol; Close… opens the dialog that asks.
import { averageOf, book, currency, isSame, now, on, places, positionsOldAfter, tell } from "../core/book.js";
import { fill, find, findAll, frame, keyedRows, note, setAge, setText } from "../core/dom.js";
import { contractText, isNumber, known, money, number, profit, signedQuantity } from "../core/format.js";
import { drawGuard, follow, offerStop, protectionOf } from "./protection.js";

const block = find("#positions-block");
const table = find("#positions");
const flattening = find("#flatten"); // for whoever may trade

const show = keyedRows(find("tbody", table), "position-row", (tr, row) => {
  const { symbol, secType, localSymbol, currency } = row.contract;
  const name = contractText(row.contract);
  tr.dataset.symbol = symbol;
  fill(tr, {
    symbol: { text: name, title: `${localSymbol} ${secType} ${currency} · ${row.account}` },
    position: signedQuantity(row.position),
    avgCost: known(number(averageOf(row), places(row.contract))),
    marketPrice: known(number(row.marketPrice, places(row.contract))),
    marketValue: known(number(row.marketValue), currency),
    unrealizedPNL: profit(row.unrealizedPNL),
  });
  find("[data-close]", tr).setAttribute("aria-label", `Close… ${name}`);
});

async function close(row) {
  const { openClose } = await import("./closing.js");
  openClose(row);
}

flattening?.addEventListener("click", async () => (await import("./closing.js")).flatten());
table.addEventListener("click", ({ target }) => {
  const row = book.positions.get(target.closest("tbody tr")?.dataset.key);
  if (!row) return;
  if (target.closest("[data-protect]")) return offerStop(row);
  tell("choose", row.contract);
  if (target.closest("[data-close]")) close(row);
});

// The ticket trades in the shown account alone.
const mayFill = ({ account }) => account === document.body.dataset.account;

// "/?stop=account/conId" comes from the account's page: it fills the ticket, once.
function takeWish(open) {
  const wish = new URLSearchParams(location.search).get("stop");
  const [, row] = open.find(([key]) => key === wish) ?? [];
  if (!row || !protectionOf(row)?.stop?.uncovered || !mayFill(row)) return;
  history.replaceState(null, "", location.pathname);
  offerStop(row);
}

// Every position of the shown account in its currency; unknown while one rate or value is missing.
function totalText(rows) {
  const { account, values = [] } = book.account ?? {};
  const rates = new Map(values.filter(({ tag }) => tag.endsWith("ExchangeRate")).map((row) => [row.currency, Number(row.value)]));
  rates.set(currency(), 1);
  const shown = rows.filter(([, row]) => row.account === account && row.contract.secType !== "CASH");
  const sum = shown.reduce((total, [, row]) => total + (row.marketValue ?? NaN) * (rates.get(row.contract.currency) ?? NaN), 0);
  return account && shown.length ? `Total ${isNumber(sum) ? money(sum, currency()) : "not known: a price or an exchange rate is missing"}` : "";
}

let shown = 0;

function draw() {
  const all = [...book.positions].filter(([, row]) => row.position);
  const { symbol } = block.dataset; // a page about one underlying shows what is held of it
  const open = all.filter(([, { contract }]) => !symbol || contract.symbol === symbol);
  open.sort(([, a], [, b]) => contractText(a.contract).localeCompare(contractText(b.contract)));
  show(open);
  for (const tr of findAll("tbody tr", table)) {
    const row = book.positions.get(tr.dataset.key);
    tr.setAttribute("aria-current", isSame(row.contract, book.contract));
    drawGuard(tr, row, mayFill(row));
  }
  setText(find("#positions-total"), totalText(open));
  takeWish(open);
  setText(find(".count", block), book.positionsAsOf ? String(open.length) : "");
  const empty = book.positionsAsOf ? (symbol ? `Nothing held in ${symbol}.` : "No positions. What you buy appears here.") : "Loading positions…";
  const { positions: problem } = book.failed;
  note(find(".note", block), problem || (open.length ? "" : empty), problem && "error");
  shown = open.length;
  table.hidden = !shown;
  if (flattening) flattening.hidden = !all.length || Boolean(symbol); // it closes what such a page does not show
  tick();
}

const tick = () => setAge(block, book.positionsAsOf, now(), positionsOldAfter(shown));

on("position positions contract known failed account protection", () => frame(draw));
on("tick", tick);
follow();
