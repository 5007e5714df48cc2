// The chain's table: calls left, puts right, the strike between. Only what has changed is patched.
// One tab stop: arrow keys move among the prices.
import { book, on, tell } from "../core/book.js";
import { chain, contractOf, sideOf, sorted, spot } from "./chain.js";
import { fill, find, findAll, frame, keyedRows } from "../core/dom.js";
import { isNumber, NONE, number, quantity } from "../core/format.js";

// column -> how its value is written
const COLUMNS = {
  bid: number,
  ask: number,
  last: number,
  impliedVolatility: (value) => number(isNumber(value) ? value * 100 : null, 1),
  delta: number,
  volume: quantity,
  openInterest: quantity,
};
const HOLE = "IB lists no contract at this strike";
const NOT_YET = "Not told yet";
const NOT_SENT = "IB has not sent this value";
const IN_MONEY = { C: (strike, price) => strike < price, P: (strike, price) => strike > price };

const table = find("#chain");
const scroll = find("#chain-scroll");

function cellsOf(right, cell) {
  const why = cell === null ? HOLE : cell === undefined ? NOT_YET : (cell.error ?? NOT_SENT);
  return Object.entries(COLUMNS).map(([name, write]) => {
    const text = write(cell?.[name]);
    return [`${right}-${name}`, text === NONE ? { text, title: why } : { text, title: "" }];
  });
}

const patch = (tr, row, before) => {
  for (const right of ["C", "P"]) {
    const cell = row[sideOf(right)];
    if (before && before[sideOf(right)] === cell) continue;
    fill(tr, Object.fromEntries(cellsOf(right, cell)));
    for (const button of findAll(`button[data-right="${right}"]`, tr)) button.disabled = !cell;
  }
  if (!before) fill(tr, { strike: quantity(row.strike) });
};

const show = keyedRows(find("tbody", table), "chain-row", patch);

let marks = ""; // what is marked now: the price and the chosen contract

// In the money: shaded and in words. The line of the money is above the first strike over the price.
function mark(rows) {
  const price = spot();
  const { conId } = book.contract;
  const first = price === null ? undefined : rows.find(({ strike }) => strike > price)?.strike;
  const label = `${chain.underlying?.symbol} ${number(price)}`;
  const next = [rows.length, rows[0]?.strike, first, chain.rows.has(price), conId, chain.answer?.id].join();
  if (next === marks) {
    const line = find("tr[data-money] > .strike", table);
    if (line) line.dataset.spot = label;
    return;
  }
  marks = next;
  for (const tr of findAll("tbody tr", table)) {
    const strike = Number(tr.dataset.key);
    const inside = price === null ? "" : (Object.keys(IN_MONEY).find((right) => IN_MONEY[right](strike, price)) ?? "");
    tr.dataset.itm = inside;
    fill(tr, { "C-itm": inside === "C" ? "ITM" : "", "P-itm": inside === "P" ? "ITM" : "" });
    tr.toggleAttribute("data-money", strike === first);
    find(".strike", tr).dataset.spot = strike === first ? label : "";
    for (const button of findAll("td > button", tr)) {
      const cell = chain.rows.get(strike)?.[sideOf(button.dataset.right)];
      button.setAttribute("aria-current", Boolean(conId) && cell?.conId === conId);
    }
  }
}

let shownFor = ""; // the chain that the table was scrolled for

// The money in the middle, and on a phone the strikes.
function centre() {
  const middle = find("tr[data-money]", table);
  const name = [chain.underlying?.conId, chain.answer?.expiry].join();
  if (!middle || !chain.answer || name === shownFor) return;
  shownFor = name;
  scroll.scrollTop = middle.offsetTop - scroll.clientHeight / 2;
  scroll.scrollLeft = (table.offsetWidth - scroll.clientWidth) / 2;
}

export function draw() {
  const rows = sorted();
  table.hidden = !rows.length;
  show(rows.map((row) => [row.strike, row]));
  mark(rows);
  centre();
  const tabs = findAll("tbody button:enabled", table);
  if (tabs.length && !tabs.some(({ tabIndex }) => tabIndex === 0)) (find("tr[data-money] button:enabled", table) ?? tabs[0]).tabIndex = 0;
}

function focus(button) {
  for (const one of findAll('button[tabindex="0"]', table)) one.tabIndex = -1;
  button.tabIndex = 0;
  button.focus();
}

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

// From a price over holes to the next one there is.
table.addEventListener("keydown", (event) => {
  const [down, right] = STEPS[event.key] ?? [];
  const from = event.target.closest("button");
  if (down === undefined || !from) return;
  event.preventDefault();
  const grid = findAll("tbody tr", table).map((tr) => findAll("button", tr));
  let y = grid.findIndex((row) => row.includes(from));
  let x = grid[y].indexOf(from);
  do {
    y += down;
    x += right;
  } while (grid[y]?.[x]?.disabled);
  if (grid[y]?.[x]) focus(grid[y][x]);
});
table.addEventListener("focusin", ({ target }) => {
  if (target.tabIndex !== 0) focus(target);
});

// A price was taken: told as "take" with the contract, the side and the price.
table.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (!button) return;
  const strike = Number(button.closest("tr").dataset.key);
  // The strike itself: the side in the money is dear, so its other one is meant.
  const { right = strike < spot() ? "P" : "C", side = "BUY" } = button.dataset;
  const cell = chain.rows.get(strike)[sideOf(right)];
  if (!cell?.conId) return;
  tell("take", { contract: contractOf(strike, right, cell), cell, side, price: side === "BUY" ? cell.ask : cell.bid });
});

on("cells quote contract known", () => frame(draw));
