// The desk page: the first answers, the stream, the chosen symbol. The blocks listen by themselves.
import { get } from "./api.js";
import { book, isSame, on, queryOf, quoteOf, tell } from "./book.js";
import { find } from "./dom.js";
import { connect } from "./stream.js";
import "./account.js";
import "./chart.js";
import "./connections.js";
import "./freeze.js";
import "./messages.js";
import "./orders.js";
import "./positions.js";
import "./ticket.js";
import "./watchlist.js";

const HELLO_WAIT_MS = 400; // answers asked for after the stream is up leave no gap
const RETRY_MS = 10000;
const SHARED_MS = 5000; // changes of a quote arrive on the stream from the own agent only

const FIRST_CONTRACT = { symbol: "AAPL", secType: "STK", exchange: "SMART", currency: "USD" };

// kind told to the blocks -> path, rows told one by one
const FIRST = {
  status: ["/status"],
  account: ["/account"],
  pnl: ["/pnl", "pnl"],
  positions: ["/positions"],
  orders: ["/orders?status=all"],
  execution: ["/executions", "executions"],
};

let isGreeted = false;
let isAsked = false;
let wasUp = true;

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

function loadAll() {
  isAsked = true;
  for (const [kind, source] of Object.entries(FIRST)) load(kind, source);
  tell("reload");
}

function retry() {
  if (!wasUp) return; // the banner counts down; everything is asked again when IB is back
  for (const [kind, source] of Object.entries(FIRST)) if (book.failed[kind]) load(kind, source);
}

// With the quote comes what the desk knows of the contract: its conId and its exchange.
async function loadQuote() {
  await load("quote", [`/stock-quote?${new URLSearchParams(queryOf(book.contract))}`]);
  const { contract } = book;
  const known = quoteOf(contract)?.contract;
  if (!known || (contract.conId && contract.exchange)) return;
  book.contract = { ...known, ...contract, conId: known.conId, exchange: contract.exchange || known.exchange };
  tell("known", book.contract);
}

function remembered() {
  try {
    return JSON.parse(localStorage.getItem("contract")) ?? FIRST_CONTRACT;
  } catch {
    return FIRST_CONTRACT;
  }
}

function refreshShared() {
  const isShared = quoteOf(book.contract)?.source?.own === false;
  if (isShared || (book.status?.agent?.connected === false && book.failed.quote)) loadQuote();
}

on("status", ({ account, syntheticPrices, connections }) => {
  document.body.dataset.account = account ?? "";
  find("#synthetic-note").hidden = !syntheticPrices;
  const isUp = connections.data.state === "connected";
  if (isUp && !wasUp) loadAll();
  wasUp = isUp;
});
on("choose", (contract) => {
  if (isSame(contract, book.contract)) return;
  book.contract = contract;
  localStorage.setItem("contract", JSON.stringify(contract));
  tell("contract", contract);
});
on("contract reload", loadQuote);
on("hello", ({ reset }) => {
  if (reset || !isGreeted) loadAll();
  isGreeted = true;
});

tell("choose", remembered());
find("#symbol").disabled = false; // nobody types into a field that is about to be filled
connect();
setTimeout(() => isAsked || loadAll(), HELLO_WAIT_MS);
setInterval(tell, 1000, "tick");
setInterval(retry, RETRY_MS);
setInterval(refreshShared, SHARED_MS);
