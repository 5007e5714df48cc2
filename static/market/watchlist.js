// The user's own watchlist. A row chooses the symbol; the page keeps its quote live.
import { call, get } from "../core/api.js";
import { book, isSame, isStopped, on, places, quoteOf, tell } from "../core/book.js";
import { fill, find, findAll, frame, keyedRows, note, press, setText } from "../core/dom.js";
import { contractText, isNumber, known, number, percent, profit } from "../core/format.js";
import { spark } from "../core/plot.js";
import { keepLive, watch } from "../core/watching.js";

const MOST = 100;
// Sparklines leave most of IB's 60 requests for history in ten minutes to charts.
const MOST_HISTORY = 30;
const FIELDS = ["conId", "symbol", "secType", "exchange", "currency"];

const block = find("#watch-block");
const list = find("#watchlist");
const add = find("#watch-add");
const edit = find("#watch-edit");
const failed = new Map(); // conId -> why there is no quote
const closes = new Map(); // conId -> closes of the last bars; null: asked for
let contracts = null; // null until the desk has told
let problem = "";
let saving = Promise.resolve();

const indexOf = (contract) => (contracts ?? []).findIndex((one) => isSame(one, contract));
const entry = (contract) => ({
  ...Object.fromEntries(FIELDS.map((name) => [name, contract[name]])),
  exchange: contract.exchange || "SMART",
  description: contract.description || (contractText(contract) === contract.symbol ? "" : contractText(contract)),
});

function patch(li, { contract, quote, shown }) {
  const { last, close, bid, ask } = quote ?? {};
  const digits = places(contract);
  const change = isNumber(last) && isNumber(close) && close ? last - close : NaN;
  const why = failed.get(contract.conId) ?? (isStopped(quote) ? quote.trouble.meaning : "");
  fill(li, {
    symbol: contract.symbol,
    last: known(number(last, digits)),
    about: { text: why || (contract.secType === "STK" ? "" : contract.description || contract.secType), tone: why ? "down" : "" },
    sides: `${number(bid, digits)} / ${number(ask, digits)}`,
    change: { text: isNumber(change) ? percent(change / close) : "—", tone: profit(change).tone },
  });
  find(".watch-row", li).title = [contract.description, contract.secType, contract.exchange, contract.currency].filter(Boolean).join(" · ");
  find(".spark-place", li).replaceChildren(...(shown?.length > 1 ? [spark(shown)] : []));
  for (const button of findAll(".watch-move button", li)) {
    const word = { "-1": "Move up", 1: "Move down" }[button.dataset.move] ?? "Remove";
    button.setAttribute("aria-label", `${word} ${contract.symbol}`);
  }
}

const show = keyedRows(list, "watch-item", patch);
const drawn = new Map(); // conId -> the row as it was drawn: only what changed is drawn again

function draw() {
  const rows = (contracts ?? []).map((contract) => {
    const row = { contract, quote: quoteOf(contract), shown: closes.get(contract.conId), why: failed.get(contract.conId) };
    const before = drawn.get(contract.conId);
    const isSameRow = before && Object.keys(row).every((name) => row[name] === before[name]);
    drawn.set(contract.conId, isSameRow ? before : row);
    return [String(contract.conId), drawn.get(contract.conId)];
  });
  show(rows);
  const isEditing = edit.getAttribute("aria-pressed") === "true";
  for (const li of list.children) {
    find(".watch-move", li).hidden = !isEditing;
    li.setAttribute("aria-current", li.dataset.key === String(book.contract.conId));
  }
  setText(find(".count", block), rows.length ? String(rows.length) : "");
  list.hidden = !rows.length;
  edit.hidden = !rows.length;
  const empty = contracts ? "Nothing is watched yet. Choose a symbol, then press + above." : "Loading…";
  note(find(".note", block), problem || (rows.length ? "" : empty), problem && "error");
  const { contract } = book;
  const isIn = indexOf(contract) >= 0;
  add.disabled = !contracts || !contract.conId || isIn || contracts.length >= MOST || contract.secType === "BAG";
  fill(add, { sign: isIn ? "✓" : "+", symbol: contract.symbol });
  setText(find(".sr", add), isIn ? "Watched: " : "Watch ");
}

// One after the other, so that the last change is the one that is kept.
function keep(next) {
  contracts = next;
  problem = "";
  draw();
  saving = saving.then(() => call("PUT", "/watchlist", { contracts: next })).then(
    () => {},
    (error) => {
      problem = `Not kept: ${error.message}`;
      frame(draw);
    },
  );
  watch();
}

// The page asks for the quotes of all that it shows; their changes come on the stream.
on("watching", ({ failed: missing }) => {
  failed.clear();
  for (const { conId, error } of missing) failed.set(conId, error);
  frame(draw);
  drawSparks();
});
keepLive(() => contracts ?? []);

async function drawSparks() {
  for (const { conId, ...contract } of contracts ?? []) {
    if (closes.has(conId)) continue;
    closes.set(conId, null);
    const query = { conId, symbol: contract.symbol, secType: contract.secType, exchange: contract.exchange, currency: contract.currency };
    try {
      const { bars, budget } = await get("/bars", { ...query, barSize: "30 mins", duration: "2 D" });
      closes.set(conId, bars.slice(-40).map(({ close }) => close));
      frame(draw);
      if (budget.used >= MOST_HISTORY) return;
    } catch {
      return; // a sparkline is never worth waiting for
    }
  }
}

async function load() {
  try {
    ({ contracts } = await get("/watchlist"));
    problem = "";
  } catch (error) {
    problem = error.message;
  }
  draw();
  watch();
}

add.addEventListener("click", () => keep([...contracts, entry(book.contract)]));
edit.addEventListener("click", () => {
  press([edit], () => edit.getAttribute("aria-pressed") !== "true");
  draw();
});
list.addEventListener("click", ({ target }) => {
  const index = contracts.findIndex(({ conId }) => String(conId) === target.closest("li")?.dataset.key);
  const button = target.closest("button");
  if (index < 0 || !button) return;
  const chosen = contracts[index];
  const rest = contracts.filter((one) => one !== chosen);
  if (button.matches("[data-remove]")) keep(rest);
  else if (button.dataset.move) {
    keep(rest.toSpliced(Math.max(0, index + Number(button.dataset.move)), 0, chosen));
    button.focus(); // the row was moved under it
  } else tell("choose", chosen);
});

on("quote contract known choose", () => frame(draw));
on("reload", load);
