// A strategy of options: its legs from the chain, the desk's computation, the picture, and the way
// to the ticket as one combo. Nothing here sends an order.
import { call } from "../core/api.js";
import { book, isSame, nameCombo, on, tell } from "../core/book.js";
import { asked, chain, contractOf, readChain, sideOf, sorted, spot } from "./chain.js";
import { clone, fill, find, findAll, frame, note, press } from "../core/dom.js";
import { expiryText, isNumber, known, money, number, quantity } from "../core/format.js";
import { payoffPicture } from "./payoff.js";
import { keepLive } from "../core/watching.js";

const WAIT_MS = 1500; // prices move all the time, the picture need not
const MOST_LEGS = 4;
const FAR_DAYS = 20; // a calendar's second expiry is at least so much later
const WIDTH = 2; // strikes between the legs, where there are so many

const leg = (action, right, away) => ({ action, right, away });
// kind -> its legs: side, right (V: calls or puts as chosen), strikes away from the money
const KINDS = {
  vertical: [leg("BUY", "V", 0), leg("SELL", "V", WIDTH)],
  calendar: [leg("SELL", "V", 0), { ...leg("BUY", "V", 0), isFar: true }],
  straddle: [leg("BUY", "C", 0), leg("BUY", "P", 0)],
  "iron-condor": [leg("BUY", "P", -2 * WIDTH), leg("SELL", "P", -WIDTH), leg("SELL", "C", WIDTH), leg("BUY", "C", 2 * WIDTH)],
};
const ONE_STRIKE = new Set(["calendar", "straddle"]);
const OPPOSITE = { BUY: "SELL", SELL: "BUY" };
const SIDES = { BUY: "Buy", SELL: "Sell" };

const root = find("#strategy");
const plan = find("#plan");
const mode = find("#leg-mode");
const send = find("#to-ticket");
const showPayoff = payoffPicture(find("#payoff"));
let kind = "";
let right = "C";
let legs = []; // {action, ratio, right, strike, of: the expiry {expiry, multiplier, tradingClass, exchange}, cell}
let far = null; // {answer, rows} of the calendar's second expiry
let found = null; // the desk's answer
let computing;
let round = 0;

export const isBuilding = () => mode.getAttribute("aria-pressed") === "true";
const say = (text, tone = "error") => note(find("#strategy-say"), text, tone);
const ofChain = () => chain.answer ?? chain.expiry;
// Whether the leg is one of these options. The chain may show another expiry by now, with the same strikes.
const isOf = ({ of }, listed) => of.expiry === listed?.expiry && of.tradingClass === listed.tradingClass;
const listOf = (one) => (isOf(one, far) ? far.rows : isOf(one, ofChain()) ? sorted() : []);
const rowsOf = (one) => listOf(one).filter((row) => row[sideOf(one.right)]);
const contractOfLeg = ({ strike, right: own, cell, of }) => contractOf(strike, own, cell, of);

// The strike so many rows away from the money, as far as the chain goes.
function strikeAt(rows, away) {
  const price = spot() ?? rows[rows.length >> 1]?.strike;
  const distance = ({ strike }) => Math.abs(strike - price);
  const middle = rows.indexOf(rows.toSorted((one, other) => distance(one) - distance(other))[0]);
  return rows[Math.max(0, Math.min(rows.length - 1, middle + away))];
}

function planned({ action, right: own, away, isFar: late }) {
  const side = own === "V" ? right : own;
  const rows = (late ? far.rows : sorted()).filter((row) => row[sideOf(side)]);
  const row = strikeAt(rows, own === "V" && side === "P" ? -away : away);
  return row && { action, ratio: 1, right: side, strike: row.strike, of: late ? far : ofChain(), cell: row[sideOf(side)] };
}

// The same strikes of a later expiry, for the calendar.
async function readFar() {
  const { expiries, daysToExpiry, expiry } = chain.answer;
  const next = expiries.find((one) => one.daysToExpiry >= daysToExpiry + FAR_DAYS) ?? expiries.findLast((one) => one.expiry > expiry);
  if (!next) throw new Error("There is no later expiry.");
  if (far?.expiry === next.expiry && far.symbol === chain.answer.symbol) return;
  say(`Reading the options of ${expiryText(next.expiry)}…`, "busy");
  far = await readChain(asked({ expiry: next.expiry, tradingClass: next.tradingClass }));
}

async function pick(next) {
  kind = next;
  say("");
  if (!chain.answer) return say("The chain must be there first.", "warn");
  try {
    if (kind === "calendar") await readFar();
  } catch (problem) {
    return say(`No calendar: ${problem.message}`);
  }
  if (kind !== next) return;
  const made = KINDS[kind].map(planned);
  if (made.includes(undefined)) return say("The chain has too few strikes for it.", "warn");
  if (new Set(made.map(({ strike, right: own, of }) => [strike, own, of.expiry].join())).size < made.length) return say("The chain has too few strikes for it: choose more strikes.", "warn");
  legs = made;
  changed();
}

// A leg by click: the bid sells it, the ask buys it.
export function takeLeg(contract, cell, action) {
  if (kind) legs = []; // what was picked by its kind is another strategy
  kind = "";
  const known_ = legs.find((one) => one.cell.conId === cell.conId);
  if (known_) Object.assign(known_, { action, cell });
  else if (legs.length === MOST_LEGS) return say(`At most ${MOST_LEGS} legs.`, "warn");
  else legs.push({ action, ratio: 1, right: contract.right, strike: contract.strike, of: { ...ofChain(), expiry: contract.lastTradeDateOrContractMonth }, cell });
  changed();
}

function changed() {
  found = null;
  say("");
  draw();
  compute();
}

const refined = ({ action, ratio, right: own, strike, of, cell }) => ({
  conId: cell.conId,
  action,
  ratio,
  right: own,
  strike,
  expiry: of.expiry,
  multiplier: of.multiplier,
  bid: cell.bid ?? null,
  ask: cell.ask ?? null,
  impliedVolatility: cell.impliedVolatility ?? null,
});

// What two legs are that were chosen one by one, by what they share: side, right, strike, expiry.
const SHAPES = { "0101": "vertical", "0110": "calendar", "1011": "straddle" };

function shape() {
  if (kind || legs.length !== 2) return kind || "custom";
  const shares = [({ action }) => action, ({ right: own }) => own, ({ strike }) => strike, ({ of }) => of.expiry];
  return SHAPES[shares.map((give) => Number(give(legs[0]) === give(legs[1]))).join("")] ?? "custom";
}

async function compute() {
  clearTimeout(computing);
  computing = null;
  if (legs.length < 2 || document.hidden) return;
  const asked_ = (round += 1);
  const { symbol, currency } = chain.underlying;
  const underlying = { symbol, price: spot(), currency, exchange: ofChain()?.exchange ?? "SMART" };
  const body = { kind: shape(), action: "BUY", quantity: 1, underlying, legs: legs.map(refined) };
  const answer = await call("POST", "/strategies", body).catch((problem) => ({ problem }));
  if (asked_ !== round) return;
  if (answer.problem) say(answer.problem.message);
  else found = answer;
  if (found && isSame(found.contract, book.contract)) tellQuote();
  draw();
}

const expiresLater = () => new Set(legs.map(({ of }) => of.expiry)).size > 1;

function drawLegs() {
  const rows = legs.map((one, index) => {
    const { action, ratio, strike, right: own, of, cell } = one;
    const node = clone("leg-row", {
      action: SIDES[action],
      ratio: `${quantity(ratio)}×`,
      about: `${own} ${expiryText(of.expiry)}`,
      bid: number(cell.bid),
      ask: number(cell.ask),
    });
    node.dataset.index = index;
    const select = find("select", node);
    select.append(...rowsOf(one).map((row) => new Option(quantity(row.strike), row.strike, false, row.strike === strike)));
    if (!select.value) select.append(new Option(quantity(strike), strike, true, true));
    find("[data-flip]", node).setAttribute("aria-label", `${SIDES[action]} this leg; press to ${SIDES[OPPOSITE[action]].toLowerCase()}`);
    return node;
  });
  find("#legs tbody").replaceChildren(...rows);
}

// value null: without a limit; a loss below zero is a sure gain
const most = (value, currency, none) => (value === null ? "unlimited" : value <= 0 && none ? "none" : known(money(value, currency)));

function drawFound() {
  const { net = {}, name, words } = found ?? {};
  const payoff = found?.payoff.known ? found.payoff : null;
  fill(plan, {
    name: name ?? (legs.length < 2 ? "One leg: add another, or click its price without “+ leg”." : ""),
    words: words ?? "",
    bid: known(number(net.bid)),
    mid: known(number(net.mid)),
    ask: known(number(net.ask)),
    kind: net.isDebit === false ? "You get about" : "You pay about",
    pays: known(isNumber(net.mid) ? number(Math.abs(net.mid)) : "—"),
    maxProfit: payoff ? most(payoff.maxProfit, payoff.currency) : "—",
    maxLoss: payoff ? most(payoff.maxLoss, payoff.currency, true) : "—",
    breakEvens: payoff?.breakEvens.map((one) => number(one)).join(", ") || "—",
    legend: payoff ? `Solid: at ${expiresLater() ? "the first expiry" : "expiry"} ${expiryText(payoff.expiry)}. Dashed: now, by model. In ${payoff.currency} for one, before commissions.` : "",
  });
  showPayoff(payoff ?? { points: [] }, spot());
  send.disabled = !found?.contract;
}

function draw() {
  press(findAll("#kinds button", root), ({ dataset }) => dataset.kind === kind);
  const hasLegs = legs.length > 0;
  plan.hidden = !hasLegs;
  find("#strategy-note").hidden = hasLegs;
  find("#legs-clear").hidden = find("#legs-reverse").hidden = !hasLegs;
  const puts = find("#legs-puts");
  puts.hidden = !KINDS[kind]?.some((one) => one.right === "V");
  puts.setAttribute("aria-pressed", right === "P");
  drawLegs();
  drawFound();
}

// The strategy's price is made of its legs': the ticket gets it as the combo's quote.
function tellQuote() {
  const { contract, net } = found;
  tell("quote", { contract: { ...contract, name: nameOf(found) }, bid: net.bid, ask: net.ask, last: null, minTick: 0.01, time: new Date().toISOString() });
}

// "Bull call spread AAPL 18 Dec 26 150/155"
function nameOf({ name, contract }) {
  const expiries = [...new Set(legs.map(({ of }) => expiryText(of.expiry)))].join("/");
  const strikes = [...new Set(legs.map(({ strike }) => quantity(strike)))].join("/");
  return `${name} ${contract.symbol} ${expiries} ${strikes}`;
}

function toTicket() {
  const { contract, order } = found;
  const unit = Number(legs[0].of.multiplier) || 1;
  const combo = { ...contract, name: nameOf(found), unit };
  nameCombo(combo);
  tellQuote();
  tell("offer", { contract: combo, order });
}

// New prices of the legs: the numbers at once, the computation after a moment.
function follow({ contract: { conId }, bid, ask }) {
  const own = legs.find(({ cell }) => cell.conId === conId);
  if (!own || (own.cell.bid === bid && own.cell.ask === ask)) return;
  own.cell = { ...own.cell, bid, ask };
  frame(drawPrices);
  computing ??= setTimeout(compute, WAIT_MS);
}

function drawPrices() {
  findAll("#legs tbody tr", root).forEach((node, index) => {
    const { bid, ask } = legs[index]?.cell ?? {};
    fill(node, { bid: number(bid), ask: number(ask) });
  });
}

find("#kinds").addEventListener("click", ({ target }) => target.dataset.kind && pick(target.dataset.kind));
mode.addEventListener("click", () => mode.setAttribute("aria-pressed", !isBuilding()));
find("#legs-puts").addEventListener("click", () => {
  right = right === "C" ? "P" : "C";
  pick(kind);
});
find("#legs-reverse").addEventListener("click", () => {
  for (const one of legs) one.action = OPPOSITE[one.action];
  changed();
});
find("#legs-clear").addEventListener("click", reset);
send.addEventListener("click", toTicket);

find("#legs").addEventListener("change", ({ target }) => {
  const moved = ONE_STRIKE.has(kind) ? legs : [legs[target.closest("tr").dataset.index]];
  const rows = moved.map((one) => rowsOf(one).find(({ strike }) => strike === Number(target.value)));
  const isThere = rows.every(Boolean);
  if (isThere) moved.forEach((one, index) => Object.assign(one, { strike: rows[index].strike, cell: rows[index][sideOf(one.right)] }));
  changed();
  if (!isThere) say("Not changed: the chain does not show that option now. Choose the leg's expiry first.", "warn");
});
find("#legs").addEventListener("click", ({ target }) => {
  const index = Number(target.closest("tr")?.dataset.index);
  if (target.closest("[data-remove]")) {
    legs.splice(index, 1);
    kind = "";
  } else if (target.closest("[data-flip]")) {
    legs[index].action = OPPOSITE[legs[index].action];
    kind = "";
  } else return;
  changed();
});

function reset() {
  legs = [];
  kind = "";
  far = null;
  round += 1;
  changed();
}

on("quote", follow);
on("underlying", reset);
keepLive(() => legs.map(contractOfLeg));
