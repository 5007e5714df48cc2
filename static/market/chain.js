// What is known of the option chain on the page, and asking for it. Draws nothing: it tells
// "cells" whenever there is news.
import { call, get, mint } from "../core/api.js";
import { book, isSame, on, queryOf, quoteOf, tell } from "../core/book.js";
import { keepLive, watch } from "../core/watching.js";

const ANSWER_MS = 50000; // the desk answers within 40 s, partly if need be
const HEARD_MS = 3000;
const MOST_WATCHED = 60;
const LIVE = ["bid", "ask", "last", "bidSize", "askSize", "volume"];
const ENDS = new Set(["done", "cancelled", "failed"]);
const SIDES = { C: "call", P: "put" };
const RIGHTS = Object.keys(SIDES);
const RIGHT_OF = { call: "C", put: "P" };

export const chain = {
  underlying: null, // its contract
  expiry: null, // {expiry, tradingClass}, or null: the nearest
  strikes: 20,
  rows: new Map(), // strike -> {strike, call, put}; a side is a CELL, null for a hole, undefined not told yet
  answer: null, // the last whole answer
  id: "", // the name of the last reading
  run: null, // {stage, done, total, text} while its answer is waited for
  after: null, // the same while open interest still comes
  problem: null,
};

const places = new Map(); // conId -> [strike, "call" or "put"]

export const sideOf = (right) => SIDES[right];
export const sorted = () => [...chain.rows.values()].sort((one, other) => one.strike - other.strike);
const known = ({ price } = {}) => price ?? null;
export const spot = () => {
  const { last, bid, ask, close } = quoteOf(chain.underlying ?? {}) ?? {};
  return last ?? (bid && ask ? (bid + ask) / 2 : null) ?? known(chain.answer?.underlying) ?? close ?? null;
};

// The contract of a cell, in IB's fields. Before the whole answer is there its expiry stands in the OCC's name alone.
export function contractOf(strike, right, { conId, localSymbol }, of = chain.answer ?? chain.expiry ?? {}) {
  const { symbol, currency, secType } = chain.underlying;
  const [, day] = /(\d{6})[CP]\d{8}$/.exec(localSymbol ?? "") ?? [];
  const lastTradeDateOrContractMonth = of.expiry ?? (day ? `20${day}` : "");
  const { multiplier = "", tradingClass = "", exchange = "SMART" } = of;
  return { conId, symbol, secType: secType === "FUT" ? "FOP" : "OPT", lastTradeDateOrContractMonth, strike, right, multiplier, exchange, currency, localSymbol, tradingClass };
}

function put(strike, right, cell) {
  const side = SIDES[right];
  chain.rows.set(strike, { strike, ...chain.rows.get(strike), [side]: cell });
  if (cell?.conId) places.set(cell.conId, [strike, side]);
}

function clear() {
  chain.rows.clear();
  places.clear();
  chain.answer = null;
}

function take(answer) {
  const named = new Set(answer.rows.map(({ strike }) => strike));
  for (const strike of chain.rows.keys()) if (!named.has(strike)) chain.rows.delete(strike);
  places.clear();
  for (const row of answer.rows) for (const right of RIGHTS) put(row.strike, right, row[SIDES[right]]);
  const { contract } = answer.underlying;
  if (!chain.underlying.conId) chain.underlying = { ...contract, exchange: chain.underlying.exchange || contract.exchange };
  chain.answer = answer;
  chain.expiry = { expiry: answer.expiry, tradingClass: answer.tradingClass };
}

export const asked = (more = {}) => ({ ...queryOf(chain.underlying), strikes: chain.strikes, ...chain.expiry, ...more });
export const readChain = (query) => get("/fetch-chain", query, ANSWER_MS);

// How far a reading is comes on the stream: it is waited for, but never for long.
async function listening() {
  if (book.stream !== "connecting") return;
  await new Promise((done) => {
    on("stream", ({ state }) => state !== "connecting" && done());
    setTimeout(done, HEARD_MS);
  });
}

// Reads the chain; an older reading is cancelled, its answer counts no more.
export async function read() {
  cancel();
  const id = mint();
  const run = { stage: "resolving", done: 0, total: 0, text: "Looking up the contract" };
  Object.assign(chain, { id, run, after: null, problem: null });
  tell("cells");
  await listening();
  if (run.isCancelled) return end(id);
  const answer = await readChain(asked({ id })).catch((problem) => ({ problem }));
  end(id, answer);
}

function end(id, answer) {
  if (chain.id !== id) return;
  chain.run = null;
  if (answer?.problem) chain.problem = answer.problem;
  else if (answer) take(answer);
  tell("cells");
  watch();
}

// The desk ends it and answers with what has come so far.
export function cancel() {
  if (!chain.run) return;
  chain.run.isCancelled = true;
  call("DELETE", `/fetch-chain/${chain.id}`).catch(() => {}); // done meanwhile, then its answer is on the way
}

export function choose(contract, expiry = null) {
  cancel();
  clear();
  Object.assign(chain, { underlying: contract, expiry });
  read();
}

export function chooseExpiry(expiry) {
  clear();
  chain.expiry = expiry;
  read();
}

// Cells whose prices come by themselves.
export const liveCells = () => [...places.keys()].map((conId) => quoteOf({ conId })).filter((quote) => quote && !quote.trouble).length;

function nearTheMoney() {
  if (chain.run) return [];
  const price = spot() ?? 0;
  const near = [...places].sort(([, [one]], [, [other]]) => Math.abs(one - price) - Math.abs(other - price));
  return near.slice(0, MOST_WATCHED).map(([conId, [strike, side]]) => contractOf(strike, RIGHT_OF[side], { conId }));
}

keepLive(() => (chain.underlying ? [chain.underlying, ...nearTheMoney()] : []));

// After the answer open interest goes on arriving; the prices are newer by then.
function putInterest(strike, right, { openInterest }) {
  const cell = chain.rows.get(strike)?.[SIDES[right]];
  if (cell) put(strike, right, { ...cell, openInterest });
}

on("chain", ({ id, cells = [], ...stage }) => {
  if (id !== chain.id || chain.problem) return;
  if (chain.run) Object.assign(chain.run, stage);
  else chain.after = ENDS.has(stage.stage) || stage.done === stage.total ? null : stage;
  for (const { strike, right, cell } of cells) (chain.run ? put : putInterest)(strike, right, cell);
  tell("cells");
});
on("quote", (quote) => {
  const [strike, side] = places.get(quote.contract.conId) ?? [];
  if (!side) return;
  const cell = { ...chain.rows.get(strike)[side], ...Object.fromEntries(LIVE.map((name) => [name, quote[name]])) };
  chain.rows.set(strike, { ...chain.rows.get(strike), [side]: cell });
  tell("cells");
});
on("known", (contract) => {
  if (chain.underlying && isSame(contract, chain.underlying)) chain.underlying = contract;
});
