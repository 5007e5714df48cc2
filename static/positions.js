// The positions table. A row chooses the symbol; Close… opens the dialog that asks.
import { book, isSame, now, on, places, tell } from "./book.js";
import { fill, find, findAll, frame, keyedRows, note, setAge, setText } from "./dom.js";
import { contractText, known, number, profit, signedQuantity } from "./format.js";

const block = find("#positions-block");
const table = find("#positions");

const show = keyedRows(find("tbody", table), "position-row", (tr, row) => {
  const { symbol, secType, localSymbol, currency } = row.contract;
  const name = contractText(row.contract);
  tr.dataset.symbol = symbol;
  fill(tr, {
    symbol: { text: name, title: `${localSymbol} ${secType} ${currency} · ${row.account}` },
    position: signedQuantity(row.position),
    avgCost: known(number(row.avgCost, places(row.contract))),
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

table.addEventListener("click", ({ target }) => {
  const row = book.positions.get(target.closest("tbody tr")?.dataset.key);
  if (!row) return;
  tell("choose", row.contract);
  if (target.closest("[data-close]")) close(row);
});

function draw() {
  const all = [...book.positions].filter(([, row]) => row.position);
  const { symbol } = block.dataset; // a page about one underlying shows what is held of it
  const open = all.filter(([, { contract }]) => !symbol || contract.symbol === symbol);
  open.sort(([, a], [, b]) => contractText(a.contract).localeCompare(contractText(b.contract)));
  show(open);
  for (const tr of findAll("tbody tr", table)) tr.setAttribute("aria-current", isSame(book.positions.get(tr.dataset.key).contract, book.contract));
  setText(find(".count", block), book.positionsAsOf ? String(open.length) : "");
  const empty = book.positionsAsOf ? (symbol ? `Nothing held in ${symbol}.` : "No positions. What you buy appears here.") : "Loading positions…";
  const { positions: problem } = book.failed;
  note(find(".note", block), problem || (open.length ? "" : empty), problem && "error");
  table.hidden = !open.length;
  find("#flatten").hidden = !all.length;
  tick();
}

const tick = () => setAge(block, book.positionsAsOf, now());

on("position positions contract known failed", () => frame(draw));
on("tick", tick);
