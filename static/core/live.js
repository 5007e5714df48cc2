// What every page with a ticket does: the first answers, the stream, the chosen contract, and
// positions asked again at the moments when they matter (L 5). The blocks listen by themselves.
import { get } from "./api.js";
import { book, isSame, on, queryOf, quoteOf, tell } from "./book.js";
import { find } from "./dom.js";
import { keepLive, watch } from "./watching.js";

const HELLO_WAIT_MS = 400; // answers asked for after the stream is up leave no gap
const RETRY_MS = 10000;
const SHARED_MS = 5000; // changes of a quote arrive on the stream from the own agent only
const SETTLED_MS = 300; // the fills of one order come close together

// kind told to the blocks -> path, rows told one by one
const FIRST = {
  account: ["/account"],
  pnl: ["/pnl", "pnl"],
  positions: ["/positions"],
  orders: ["/orders?status=all"],
  execution: ["/executions", "executions"],
};

let isGreeted = false;
let isAsked = false;
let wasUp = true;
let settling;

// Each block shows its own trouble; the others go on.
async function load(kind, [path, rows]) {
  try {
    const answer = await get(path);
    book.failed[kind] = "";
    if (!rows) return tell(kind, answer);
    for (const row of answer[rows]) tell(kind, { asOf: answer.asOf, ...row });
  } catch (problem) {
    book.failed[kind] = problem.message;
    tell("failed", kind);
  }
}

const again = (...kinds) => kinds.forEach((kind) => load(kind, FIRST[kind]));

function loadAll() {
  isAsked = true;
  again(...Object.keys(FIRST));
  tell("reload");
}

function retry() {
  if (!wasUp) return; // the banner counts down; everything is asked again when IB is back
  again(...Object.keys(FIRST).filter((kind) => book.failed[kind]));
}

// With the quote comes what the desk knows of the contract: its conId and its exchange.
async function loadQuote() {
  const { contract } = book;
  if (!contract.symbol || contract.comboLegs) return; // a combo's price is made of its legs'
  await load("quote", [`/stock-quote?${new URLSearchParams(queryOf(contract))}`]);
  const known = quoteOf(contract)?.contract;
  if (!known || (contract.conId && contract.exchange) || !isSame(contract, book.contract)) return;
  book.contract = { ...known, ...contract, conId: known.conId, exchange: contract.exchange || known.exchange };
  tell("known", book.contract);
}

function refreshShared() {
  const isShared = quoteOf(book.contract)?.source?.own === false;
  if (isShared || (book.status?.agent?.connected === false && book.failed.quote)) loadQuote();
}

const ENDED = new Set(["filled", "cancelled"]);

on("status", ({ syntheticPrices, connections }) => {
  const synthetic = find("#synthetic-note");
  if (synthetic) synthetic.hidden = !syntheticPrices;
  const isUp = connections.data.state === "connected";
  if (isUp && !wasUp) loadAll();
  wasUp = isUp;
});
on("choose", (contract) => {
  if (isSame(contract, book.contract)) return;
  book.contract = contract;
  tell("contract", contract);
  if (isAsked) again("positions"); // what is held is seen before an order is made
});
on("contract reload", loadQuote);
keepLive(() => [book.contract]);
// After a fill or a confirmed cancel TWS is asked what is held and what still works. A refusal
// changed nothing, so nothing is asked then.
on("order", (order, before) => {
  const hasFilled = order.filled > (before?.filled ?? 0);
  const hasEnded = ENDED.has(order.state) && before && order.state !== before.state;
  if (!isAsked || !(hasFilled || hasEnded)) return;
  clearTimeout(settling);
  settling = setTimeout(again, SETTLED_MS, "positions", "orders");
});
on("hello", ({ reset }) => {
  if (reset || !isGreeted) loadAll();
  isGreeted = true;
});

const FIRST_CONTRACT = { symbol: "AAPL", secType: "STK", exchange: "SMART", currency: "USD" };

// The contract that this browser looked at last.
export function remembered() {
  try {
    return JSON.parse(localStorage.getItem("contract")) ?? FIRST_CONTRACT;
  } catch {
    return FIRST_CONTRACT;
  }
}

on("contract known", (contract) => contract.comboLegs || localStorage.setItem("contract", JSON.stringify(contract)));

// contract: the first one to show
export function start(contract) {
  tell("choose", contract);
  find("#symbol").disabled = false; // nobody types into a field that is about to be filled
  setTimeout(() => isAsked || loadAll(), HELLO_WAIT_MS);
  watch();
  setInterval(retry, RETRY_MS);
  setInterval(refreshShared, SHARED_MS);
}
