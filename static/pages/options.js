// The option page: an underlying, its chain, a strategy of its options, and the ticket beside them.
import { now, on, places, quoteOf, tell } from "../core/book.js";
import { cancel, chain, choose, chooseExpiry, liveCells, read } from "../market/chain.js";
import "../market/chain_table.js";
import { clone, fill, find, frame, note, press, setAge, setText } from "../core/dom.js";
import { clock, expiryText, isNumber, known, number, percent, profit, quantity, sentence, signed } from "../core/format.js";
import { codeText, messageItem, troubleText } from "../orders/ib_messages.js";
import { remembered, start } from "../core/live.js";
import "../orders/messages.js";
import "../orders/orders.js";
import "../account/positions.js";
import { isBuilding, takeLeg } from "../market/strategies.js";
import { symbolBox } from "../ticket/symbol_box.js";
import "../ticket/ticket.js";

const TYPES = { delayed: "delayed 15 min", "delayed-frozen": "delayed, frozen" };
// stage -> how it is said to people
const STAGES = {
  resolving: "Looking up the contract",
  underlying: "Reading the price of the underlying",
  definitions: "Which options exist",
  quotes: "Reading quotes and greeks",
  "open interest": "Reading open interest",
};
const UNDERLYINGS = new Set(["STK", "IND", "FUT"]);
const NOTHING = { symbol: "" };

const head = find("#underlying");
const run = find("#run");
const expiries = find("#expiries");
const again = find("#chain-again");
const box = symbolBox(find(".combo", head), (contract) => tell("underlying", contract));

function drawHead() {
  const { underlying, answer } = chain;
  const quote = quoteOf(underlying ?? NOTHING) ?? {};
  const last = quote.last ?? answer?.underlying?.price;
  const change = isNumber(quote.last) && isNumber(quote.close) ? quote.last - quote.close : NaN;
  const digits = places(underlying ?? NOTHING);
  fill(head, { last: known(number(last, digits)), change: { text: isNumber(change) ? `${signed(change, digits)} (${percent(change / quote.close)})` : "", tone: profit(change).tone } });
  const type = answer?.marketDataType ?? quote.marketDataType;
  note(find(".tag", head), TYPES[type] ?? type ?? "");
  const isTold = answer?.notes.some(({ code }) => code === quote.trouble?.code);
  note(find("#underlying-trouble"), quote.trouble && !isTold ? troubleText(quote.trouble) : "", "warn");
  tick();
}

const tick = () => setAge(head, quoteOf(chain.underlying ?? NOTHING)?.time, now());

const isChosen = ({ dataset }) => dataset.expiry === chain.expiry?.expiry && dataset.tradingClass === chain.expiry.tradingClass;

function drawExpiries() {
  const { expiries: list = [] } = chain.answer ?? {};
  if (list.length && expiries.dataset.of !== String(list.map(({ expiry }) => expiry))) {
    const several = new Set(list.map(({ tradingClass }) => tradingClass)).size > 1;
    const buttons = list.map((one) => {
      const node = clone("expiry-tab", { day: expiryText(one.expiry), more: `${one.daysToExpiry} d${several ? ` ${one.tradingClass}` : ""}` });
      Object.assign(node.dataset, { expiry: one.expiry, tradingClass: one.tradingClass });
      return node;
    });
    expiries.replaceChildren(...buttons);
    expiries.dataset.of = String(list.map(({ expiry }) => expiry));
    const chosen = buttons.find(isChosen);
    if (chosen) expiries.scrollLeft = chosen.offsetLeft - expiries.clientWidth / 2;
  }
  press([...expiries.children], isChosen);
}

// The line stays when nothing runs: no price moves away under the pointer.
function drawRun() {
  const shown = chain.run ?? chain.after;
  const bar = find("progress", run);
  const button = find("button", run);
  bar.hidden = !shown;
  button.hidden = !chain.run;
  if (!shown) return fill(run, { stage: chain.answer ? "Done" : "", text: summary() });
  const { stage, done, total, isCancelled } = shown;
  const words = isCancelled ? "Cancelling" : (STAGES[stage] ?? shown.text);
  fill(run, { stage: words, text: total ? `${words} ${quantity(done)}/${quantity(total)}` : `${isCancelled ? words : shown.text}…` });
  if (total) Object.assign(bar, { max: total, value: done });
  else bar.removeAttribute("value");
  button.disabled = Boolean(isCancelled);
}

const several = (count, one, many = `${one}s`) => `${quantity(count)} ${count === 1 ? one : many}`;

function summary() {
  const { rows = [], holes, withoutQuote, asOf } = chain.answer ?? {};
  const parts = [several(rows.length, "strike"), holes && `${several(holes, "option")} without a contract (—)`, withoutQuote && `${several(withoutQuote, "option")} without a quote`];
  const live = liveCells();
  return chain.answer ? `${parts.filter(Boolean).join(", ")}, as of ${clock(asOf)}${live ? `; prices of ${several(live, "option")} near the money kept live` : ""}.` : "";
}

// What became of the chain, and what to do: [tone, text, whether asking again helps]
function outcome() {
  const { answer, problem } = chain;
  if (problem) {
    const { body, message } = problem;
    return ["error", [sentence(message), codeText(body), sentence(body.next)].filter(Boolean).join(" "), true];
  }
  if (!answer) return ["", "", false];
  const { cancelled, partial, withoutQuote } = answer;
  if (cancelled) return ["warn", "Cancelled. What had come until then is shown.", true];
  if (partial) return ["warn", "Only part of the chain came in time. Ask again for the rest.", true];
  return ["", "", withoutQuote > 0];
}

function drawOutcome() {
  const [tone, text, helps] = chain.run ? ["", "", false] : outcome();
  note(find("#chain-say"), text, tone);
  again.hidden = !helps;
  const notes = (chain.answer?.notes ?? []).map((one) => messageItem({ kind: "warning", time: chain.answer.asOf, ...one }));
  find("#chain-notes ul").replaceChildren(...notes);
  const empty = chain.run ? "The strikes appear as IB names them." : chain.problem ? "" : "Choose a symbol: its options appear here.";
  note(find("#chain-empty"), chain.rows.size ? "" : empty);
}

let shownOutcome; // drawing notes again would take the focus from them

function draw() {
  drawHead();
  drawExpiries();
  drawRun();
  const next = [chain.answer, chain.problem, chain.run && chain.id, chain.rows.size > 0];
  if (next.some((one, index) => one !== shownOutcome?.[index])) drawOutcome();
  shownOutcome = next;
}

function remember() {
  const { underlying, expiry, strikes } = chain;
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries({ symbol: underlying.symbol, strikes, expiry: expiry?.expiry })) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  history.replaceState(null, "", `/options?${query}`);
}

on("underlying", (contract) => {
  box.set(contract);
  setText(find("#chain-h"), `${contract.symbol} options`);
  find("#positions-block").dataset.symbol = contract.symbol;
  tell("choose", contract);
  choose(contract, wanted);
  wanted = null;
  remember();
});
// A price of the chain: a leg while a strategy is built, else an order in the ticket.
on("take", ({ contract, cell, side, price }) => {
  if (isBuilding()) return takeLeg(contract, cell, side);
  const order = { action: side, orderType: "LMT", lmtPrice: price, totalQuantity: 1, tif: "DAY" };
  tell("offer", { contract, order });
});
on("cells quote known", () => frame(draw));
on("tick", tick);

expiries.addEventListener("click", ({ target }) => {
  const { expiry, tradingClass } = target.closest("button")?.dataset ?? {};
  if (!expiry) return;
  chooseExpiry({ expiry, tradingClass });
  remember();
});
find("#strikes").addEventListener("change", ({ target }) => {
  chain.strikes = Number(target.value);
  if (!chain.underlying) return;
  read();
  remember();
});
find("#chain-cancel").addEventListener("click", cancel);
again.addEventListener("click", read);

let wanted = null; // the expiry that the address names

// What the address names, else what was looked at last.
function first() {
  const query = new URLSearchParams(location.search);
  const strikes = find("#strikes");
  if ([...strikes.options].some(({ value }) => value === query.get("strikes"))) strikes.value = query.get("strikes");
  chain.strikes = Number(strikes.value);
  wanted = query.get("expiry") ? { expiry: query.get("expiry") } : null;
  const symbol = query.get("symbol");
  if (symbol) return box.type(symbol);
  const last = remembered();
  if (UNDERLYINGS.has(last.secType)) tell("underlying", last);
  else box.type(last.symbol);
}

start(NOTHING);
first();
